"""What an archive's bytes add up to, and whether that is what its address says."""

import hashlib
import re
from pathlib import Path

from scanner.parsers.terraform.remote.limits import DownloadError, told

_BY_LENGTH = {32: "md5", 40: "sha1", 64: "sha256", 128: "sha512"}


def sha256_of(file: Path) -> str:
    """The SHA-256 of a file, in hexadecimal digits."""
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def pinned_sha256(checksum: str | None) -> str | None:
    """The SHA-256 that a `?checksum=` demands, None when it demands none or another digest."""
    kind, digest = _parse(checksum) if checksum else ("", "")
    return digest if kind == "sha256" and re.fullmatch("[0-9a-f]{64}", digest) else None


def verify(file: Path, checksum: str) -> None:
    """Raise `DownloadError` unless `file` has this checksum, written `type:digest` or as the digest alone."""
    kind, digest = _parse(checksum)
    if digest and kind in _BY_LENGTH.values():
        with file.open("rb") as stream:
            found = hashlib.file_digest(stream, kind).hexdigest()
        if found != digest:
            raise DownloadError(f"its {kind} is {found}, and the address demands {told(digest)}")
        return
    raise DownloadError(f"its checksum {told(checksum)} is of no kind that is known here")


def _parse(checksum: str) -> tuple[str, str]:
    kind, colon, digest = checksum.partition(":")
    if not colon:
        kind, digest = _BY_LENGTH.get(len(checksum), ""), checksum
    return kind.lower(), digest.lower()
