"""Numbers as JSON writes them, without a silent loss."""

SMALLEST, LARGEST = -(1 << 63), (1 << 64) - 1
BEYOND = "an integer beyond 64 bits"  # in the message of every error for one


def exact(digits: str) -> int:
    """An integer as JSON writes it. regorus would round what is beyond 64 bits."""
    value = int(digits) if len(digits) <= len(str(SMALLEST)) + 1 else LARGEST + 1
    if not SMALLEST <= value <= LARGEST:
        raise ValueError(f"{BEYOND}: {digits[:30]}")
    return value


def finite(digits: str) -> float:
    """A fraction as JSON writes it. Raises `ValueError` for one that 64 bits have no place for."""
    value = float(digits)
    if value in (float("inf"), float("-inf")):
        raise ValueError(f"{digits[:30]} is too large a number")
    return value
