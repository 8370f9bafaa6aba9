"""How messages and reports say a number of things."""


def count(number: int, noun: str, plural: str = "") -> str:
    """`1 file`, `2 files`; `plural` is for what takes more than an s."""
    return f"{number} {noun if number == 1 else plural or noun + 's'}"


def were(number: int) -> str:
    """The verb for so many of something."""
    return "was" if number == 1 else "were"
