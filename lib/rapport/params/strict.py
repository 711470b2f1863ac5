"""What every part of a parameter file is: strict."""

from pydantic import BaseModel, ConfigDict


class Strict(BaseModel):
    """A part of a parameter file: unknown names are errors, values never change."""

    # Validators are built when something is first validated, for most chapters never.
    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)
