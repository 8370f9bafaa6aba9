"""Where there is no evaluation."""

from collections.abc import Mapping
from typing import Any

_NOTHING: Mapping[str, Any] = {}


def no_hint() -> Mapping[str, Any]:
    """Nothing."""
    return _NOTHING
