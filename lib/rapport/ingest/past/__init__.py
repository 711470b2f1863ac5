"""What former ingestions worked through, so that the next works on new rows and a few before them.

Orders dated before a *cut* are the *past*: rows that are numbered, counted and written, of which
nothing that is added later changes anything. Those from the cut on are *recent*. An ingestion to
whose files only some were added, all of whose orders are recent, joins what is kept of the past
with what it makes of the recent rows; every other ingestion begins anew. Both use the same SQL:
without a past the relations of it are empty.
"""
