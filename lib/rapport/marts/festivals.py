"""Feasts that move from month to month: when Spring Festival was and will be.

Sales wait for it and stop during it, so a January or February with it and one without it are not
the same month. Days of the lunar new year in China, 2000 to 2049, by the calendar conversion
tables of the Hong Kong Observatory (https://www.hko.gov.hk/en/gts/time/conversion.htm).
"""

from __future__ import annotations

import datetime as dt

from rapport.errors import ParameterError

# Month and day of each year from 2000 on, ten years a line.
_NEW_YEARS = (
    "0205 0124 0212 0201 0122 0209 0129 0218 0207 0126 "
    "0214 0203 0123 0210 0131 0219 0208 0128 0216 0205 "
    "0125 0212 0201 0122 0210 0129 0217 0206 0126 0213 "
    "0203 0123 0211 0131 0219 0208 0128 0215 0204 0124 "
    "0212 0201 0122 0210 0130 0217 0206 0126 0214 0202"
)
FIRST_YEAR, LAST_YEAR = 2000, 2049


def spring_festival(year: int) -> dt.date:
    """Give the first day of the lunar year that begins in a year.

    Raises
    ------
    ParameterError
        The year is none of those whose day is known.

    Examples
    --------
    >>> spring_festival(2026)
    datetime.date(2026, 2, 17)
    """
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise ParameterError(
            f"festivals: the day of Spring Festival is known for {FIRST_YEAR} to {LAST_YEAR}, not "
            f"for {year}. Choose a report of these years, or set festivals: none."
        )
    day = _NEW_YEARS.split()[year - FIRST_YEAR]
    return dt.date(year, int(day[:2]), int(day[2:]))


def find_moved(festivals: str, period: str) -> tuple[dt.date, dt.date] | None:
    """Give the feast's first day in a month's year and in the year before, where months differ.

    Parameters
    ----------
    festivals : none, or cn (the feasts of China)
    period : a period's code

    Returns
    -------
    both days; None where both lie in the same month, and of a period other than a January or a
    February: a week is not told of, a quarter holds both months

    Raises
    ------
    ParameterError
        A January or February of a year whose day, or that of the year before, is not known.

    Examples
    --------
    >>> find_moved("cn", "2026-02")
    (datetime.date(2026, 2, 17), datetime.date(2025, 1, 29))
    >>> find_moved("cn", "2026-06"), find_moved("none", "2026-02")
    (None, None)
    """
    if festivals == "none" or period[4:] not in ("-01", "-02"):
        return None
    year = int(period[:4])
    now, before = spring_festival(year), spring_festival(year - 1)
    return None if now.month == before.month else (now, before)
