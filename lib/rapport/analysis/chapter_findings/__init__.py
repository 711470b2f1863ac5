"""Which findings each chapter hands to the summary, and what is at stake in each.

Every function takes the values that its chapter recorded, by slot, and gives the findings that they
allow: those of a value that is hidden are not made (`findings.make_finding`). A change is a finding
only if the chapter calls it clear: one that is not stands on its card, with its interval. What is
compared with nothing (how much the largest fifth bring) is handed on without money.

A chapter is executed again for the code that it rests on, so each has a module of its own, and
takes figures and experiments by their shape.
"""
