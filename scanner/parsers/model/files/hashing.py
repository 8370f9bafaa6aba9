"""SHA-256 of the files of models: streamed, and once a scan for each file."""

import hashlib

from scanner.parsers.interface import ParseContext
from scanner.parsers.model.files.places import Place

_WORTH_TELLING = 64 << 20


class Digests:
    """The digests of one scan; a file that has the size and time of change it had is not read again."""

    def __init__(self, context: ParseContext) -> None:
        self._progress = context.progress
        self._known: dict[tuple[str, int, int], str] = {}

    def sha256(self, place: Place) -> str:
        """`sha256:` and 64 hexadecimal digits. Raises `OSError`."""
        with place.file.open("rb") as opened:
            status = place.file.stat()
            key = (str(place.file), status.st_size, status.st_mtime_ns)
            if key not in self._known:
                if status.st_size > _WORTH_TELLING:
                    self._progress(f"hashing {place.path} ({status.st_size >> 20} MiB)")
                self._known[key] = f"sha256:{hashlib.file_digest(opened, 'sha256').hexdigest()}"
        return self._known[key]
