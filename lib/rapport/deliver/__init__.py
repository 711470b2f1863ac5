"""Handing reports to their readers, and failures to those who maintain them.

It knows what the press leaves in `reports/` and nothing of customers: what is sent is page one as
the disclosure gate saw it, and the sealed files.
"""
