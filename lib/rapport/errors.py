"""What a person can put right, each kind with the exit code that a scheduler reads.

Anything that is not a `RapportError` is a bug and keeps its traceback.
"""

import errno

NO_ROOM = (errno.ENOSPC, errno.EDQUOT)
"""What the system's errors of a full disk say."""


def tell_no_room(why: str, where: str) -> str:
    """Say that a disk is full, which no `RapportError` is: the system says so anywhere."""
    return f"{where}: no room is left ({why}). Make room and run again."


class RapportError(Exception):
    """Something that a person can put right; shown without a traceback.

    The message has three parts: where, what was found, what to do. It never holds a
    name, an address or a customer id.
    """

    exit_code = 1


class ChapterError(RapportError):
    """A chapter failed while it was executed."""

    exit_code = 1


class StoreError(RapportError):
    """The store cannot be written, or is in use; what was made before is untouched."""

    exit_code = 1


class ParameterError(RapportError):
    """A parameter, a unit's file or a command line is not usable."""

    exit_code = 2


class DataError(RapportError):
    """A table does not hold what its schema promises."""

    exit_code = 3


class DisclosureError(RapportError):
    """A report would show what must not leave the house."""

    exit_code = 4


class ValuesDifferError(RapportError):
    """A rerun gave other numbers than the report."""

    exit_code = 5


class UnverifiableError(RapportError):
    """A report cannot be verified with what is at hand."""

    exit_code = 6


class TamperedError(RapportError):
    """A report is not the file that was sealed."""

    exit_code = 7


class DeliveryError(RapportError):
    """A report or a notice did not reach everybody who is to have it."""

    exit_code = 8


def exit_code_for(class_name: str) -> int:
    """Give the exit code of an error that crossed a kernel as its class name alone.

    Unknown names are bugs of a chapter and count as a failed chapter.

    Examples
    --------
    >>> exit_code_for("DataError"), exit_code_for("ZeroDivisionError")
    (3, 1)
    """
    known = {error.__name__: error.exit_code for error in RapportError.__subclasses__()}
    return known.get(class_name, 1)
