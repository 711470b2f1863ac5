"""Workbooks as people keep them: titles, merged heads, totals, hidden rows, several sheets.

Needs the extra `excel`; nothing here is imported before a source is a workbook.
"""

from rapport.ingest.excel.read import describe_looks, read_excel

__all__ = ["describe_looks", "read_excel"]
