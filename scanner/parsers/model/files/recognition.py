"""Which files belong to models by what is in them: the name alone proves nothing."""

from scanner.parsers.model.draft import format_of

_MAGIC: tuple[tuple[bytes, str], ...] = (
    (b"GGUF", "gguf"),
    (b"\x89HDF\r\n\x1a\n", "hdf5"),
    (b"7z\xbc\xaf\x27\x1c", "7z"),
)


def opens(path: str, head: bytes) -> bool:
    """Whether the file is a part of a model by its content or by the ending of its name."""
    return format_of(path) is not None or format_by_content(head) in ("gguf", "hdf5", "safetensors", "pickle")


def format_by_content(head: bytes) -> str | None:
    """The format that the first bytes say, None where they say nothing."""
    for magic, format_ in _MAGIC:
        if head.startswith(magic):
            return format_
    if len(head) > 8 and head[8:9] == b"{" and 0 < int.from_bytes(head[:8], "little") < 1 << 40:
        return "safetensors"
    if head[:1] == b"\x80" and head[1:2] in (b"\x02", b"\x03", b"\x04", b"\x05"):
        return "pickle"
    return None
