"""A first parameter file for files that nobody has described yet: `rapport new unit`.

`describe` reads files and says what their columns seem to be; `mapping` makes tables of them;
`write` makes the commented YAML. No cell's value leaves this room: only names of columns, counts,
and words that stand in `words`.
"""
