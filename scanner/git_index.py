"""Which files git tracks, read from its index: such a file is a part of the repository whatever .gitignore says.

The file is read here, in a few milliseconds, because git need not be installed, and a library takes half a second.
"""

from collections.abc import Iterator
from pathlib import Path

_HASH_SIZES = (20, 32)  # SHA-1, and SHA-256 in repositories that ask for it
_FIXED = 40
_LONG_NAME = 0xFFF
_EXTENDED = 0x4000
_LARGEST = 512 << 20


def tracked_files(root: Path) -> frozenset[str]:
    """The paths, relative to `root`, that git tracks; none where `root` is not the top of a work tree.

    Raises `ValueError` for an index that cannot be read, in words for the user.
    """
    index = _git_folder(root) / "index"
    try:
        if not index.is_file():
            return frozenset()
        if index.stat().st_size > _LARGEST:
            raise ValueError("git's index is too large to be read")
        content = index.read_bytes()
    except OSError as error:
        raise ValueError(f"git's index cannot be read: {error.strerror}") from None
    for hash_size in _HASH_SIZES:
        try:
            return frozenset(name.decode(errors="surrogateescape") for name in _names(content, hash_size))
        except (ValueError, IndexError):
            continue
    raise ValueError("git's index has a form that is not known here")


def _git_folder(root: Path) -> Path:
    """`.git`, or where the file of that name leads in a submodule or another work tree."""
    folder = root / ".git"
    if folder.is_file():
        written = folder.read_text(encoding="utf-8", errors="surrogateescape")[:4096].strip()
        folder = root / written.removeprefix("gitdir:").strip()
    return folder


def _names(content: bytes, hash_size: int) -> Iterator[bytes]:
    """The names of all entries, in the versions 2 to 4 of the format. Raises `ValueError`, `IndexError`."""
    version, count = int.from_bytes(content[4:8]), int.from_bytes(content[8:12])
    if content[:4] != b"DIRC" or version not in (2, 3, 4):
        raise ValueError
    position, name = 12, b""
    for _ in range(count):
        start = position
        flags = int.from_bytes(content[start + _FIXED + hash_size : start + _FIXED + hash_size + 2])
        position = start + _FIXED + hash_size + 2 + (2 if flags & _EXTENDED else 0)
        if version == 4:
            dropped, position = _number(content, position)
            name = name[: len(name) - dropped]
        else:
            name = b""
        end = content.index(b"\0", position)
        name += content[position:end]
        if not name or (flags & _LONG_NAME != _LONG_NAME and flags & _LONG_NAME != len(name)):
            raise ValueError
        yield name
        position = end + 1 if version == 4 else start + (end - start) // 8 * 8 + 8


def _number(content: bytes, position: int) -> tuple[int, int]:
    """A number of variable length, as git writes offsets, and where it ends."""
    byte = content[position]
    value = byte & 0x7F
    while byte & 0x80:
        position += 1
        byte = content[position]
        value = ((value + 1) << 7) | (byte & 0x7F)
    return value, position + 1
