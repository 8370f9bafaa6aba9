"""How an explanation looks."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Look:
    """How the answer looks: JSON for programs, else text in so many columns, with or without colour."""

    is_json: bool
    width: int
    color: bool
