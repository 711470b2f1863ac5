"""The index of all reports: pages that list what lies in `reports/`.

They are made of the records, page one as data, the marks beside them and the log, so they can be
made anew at any time and equal reports give equal bytes. What is kept between two updates is no
more than that: `reports/index.json` and one `index.json` a unit may be removed at any time.
"""

from rapport.press.index.runs import MARK
from rapport.press.index.write import INDEX, Work, write_index

__all__ = ["INDEX", "MARK", "Work", "write_index"]
