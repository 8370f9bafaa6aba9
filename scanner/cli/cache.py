"""Where things are kept from one run to the next: the user's cache folder."""

import os
from pathlib import Path


def cache_folder(name: str) -> Path:
    """The folder of that name below `RELEASEGATE_CACHE`, or below `releasegate` in the user's cache folder."""
    given = os.environ.get("RELEASEGATE_CACHE")
    base = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return (Path(given) if given else base / "releasegate") / name
