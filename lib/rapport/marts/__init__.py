"""Everything that touches many rows: one SELECT a file, and the calendar of a report.

`build.run_task` makes one table; `catalog.MARTS` names them all; `periods` reads and lists
periods; `windows.list_windows` makes the calendar that every mart is measured by.
"""
