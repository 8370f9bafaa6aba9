"""Bundle archives for tests: honest ones, and those that nobody's tar would write."""

import gzip
import io
import tarfile
from collections.abc import Callable, Mapping
from pathlib import Path

BLOCK = 512
END = bytes(2 * BLOCK)

POLICY = """\
id: {id}
title: Every bucket has a name
severity: high
applies_to: {{types: [aws_s3_bucket]}}
rule: {{path: bucket, exists: true}}
message: "{{address}} has no name"
rationale: Nobody knows what it is for.
remediation: Give it one.
"""

MODULE = """\
package {package}

deny contains message if {{
	input.kind == "Pod"
	message := "no pods"
}}
"""


def policy(id_: str = "TST-001") -> str:
    return POLICY.format(id=id_)


def module(package: str) -> str:
    return MODULE.format(package=package)


def member(
    name: str | bytes,
    content: bytes = b"",
    kind: bytes = tarfile.REGTYPE,
    size: int | None = None,
    linkname: str = "",
    mend: Callable[[bytearray], None] = lambda _: None,
) -> bytes:
    """One member as it stands in a tar file; `mend` changes its header before the checksum is put in."""
    info = tarfile.TarInfo("placeholder")
    info.type, info.linkname, info.size = kind, linkname, len(content) if size is None else size
    header = bytearray(info.tobuf(tarfile.GNU_FORMAT))
    raw = name.encode() if isinstance(name, str) else name
    assert len(raw) <= 100
    header[0:100] = raw.ljust(100, b"\0")
    mend(header)
    header[148:156] = b" " * 8
    header[148:156] = b"%06o\0 " % sum(header)
    return bytes(header) + content + bytes(-len(content) % BLOCK)


def pax(*records: tuple[str, str], kind: bytes = tarfile.XHDTYPE) -> bytes:
    """A header of extension records."""
    return member("pax", b"".join(record(key, value) for key, value in records), kind)


def record(key: str, value: str) -> bytes:
    text = f" {key}={value}\n".encode()
    length = len(text) + 1
    while len(str(length)) + len(text) != length:
        length += 1
    return str(length).encode() + text


def packed(*members: bytes, end: bytes = END) -> bytes:
    return gzip.compress(b"".join(members) + end, mtime=0)


def bundle(path: Path, files: Mapping[str, str | bytes]) -> Path:
    """An archive as `tar` writes it."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        for name, content in files.items():
            raw = content.encode() if isinstance(content, str) else content
            info = tarfile.TarInfo(name)
            info.size = len(raw)
            archive.addfile(info, io.BytesIO(raw))
    path.write_bytes(gzip.compress(buffer.getvalue(), mtime=0))
    return path


def folder(path: Path, files: Mapping[str, str | bytes]) -> Path:
    for name, content in files.items():
        file = path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content.encode() if isinstance(content, str) else content)
    return path
