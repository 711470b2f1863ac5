"""Workbooks as people keep them: titles, merged heads, totals, hidden rows, several sheets.

Needs the extra `excel`; nothing here is imported before a source is a workbook.
"""

from rapport.ingest.excel.read import read_excel

__all__ = ["read_excel"]
