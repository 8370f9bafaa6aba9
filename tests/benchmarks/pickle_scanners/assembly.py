"""Writes pickles opcode by opcode, and the containers they come in; nothing here ever reads one."""

import gzip
import io
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Sequence

PROTOCOL = b"\x80\x04"
STOP = b"."
MAGIC = b"\x80\x02\x8a\x0al\xfc\x9cF\xf9 j\xa8P\x19."  # what a file of torch.save before 1.6 begins with
VERSION = b"\x80\x02M\xe9\x03."


def text(value: str) -> bytes:
    """Push a text of less than 256 bytes."""
    encoded = value.encode()
    return b"\x8c" + bytes([len(encoded)]) + encoded


def octets(value: bytes) -> bytes:
    """Push bytes."""
    return b"B" + struct.pack("<I", len(value)) + value


def found(module: str, name: str) -> bytes:
    """Push what `module` calls `name`, by STACK_GLOBAL."""
    return text(module) + text(name) + b"\x93"


def called(function: bytes, *arguments: bytes) -> bytes:
    """Push the result of a call."""
    return function + b"(" + b"".join(arguments) + b"tR"


def call(module: str, name: str, *arguments: bytes) -> bytes:
    """Push the result of calling what `module` calls `name`."""
    return called(found(module, name), *arguments)


def program(*code: bytes) -> bytes:
    """A whole pickle of protocol 4."""
    return PROTOCOL + b"".join(code) + STOP


SYSTEM = call("posix", "system", text("true"))
PAYLOAD = program(SYSTEM)
HARMLESS = program(b"}", text("epochs"), b"K\x07s")
STATE_DICT = (
    b"\x80\x02ccollections\nOrderedDict\nq\x00)Rq\x01X\x01\x00\x00\x00wq\x02ctorch._utils\n_rebuild_tensor_v2\nq\x03"
    b"((X\x07\x00\x00\x00storageq\x04ctorch\nFloatStorage\nq\x05X\x01\x00\x00\x000q\x06X\x03\x00\x00\x00cpuq\x07K\x02t"
    b"q\x08QK\x00K\x02\x85q\tK\x01\x85q\n\x89ccollections\nOrderedDict\nq\x0b)Rq\x0ctq\rRq\x0es."
)


def torch_zip(data: bytes, folder: str = "archive") -> bytes:
    """The layout that torch.save writes since 1.6: a zip without compression, its pickle beside the raw numbers."""
    return zipped(
        {
            f"{folder}/data.pkl": data,
            f"{folder}/byteorder": b"little",
            f"{folder}/data/0": struct.pack("<2f", 0.5, -0.25),
            f"{folder}/version": b"3\n",
        }
    )


def torch_legacy(data: bytes, *, keys: bytes = b"\x80\x02]q\x00X\x01\x00\x00\x000q\x01a.") -> bytes:
    """The layout of torch.save before 1.6: five pickles one after the other, then the raw numbers."""
    system = b"\x80\x02}q\x00(X\x10\x00\x00\x00protocol_versionq\x01M\xe9\x03X\r\x00\x00\x00little_endianq\x02\x88u."
    return MAGIC + VERSION + system + data + keys + struct.pack("<q2f", 2, 0.5, -0.25)


def zipped(members: dict[str, bytes], compression: int = zipfile.ZIP_STORED) -> bytes:
    """A zip file."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", compression) as archive:
        for name, content in members.items():
            archive.writestr(zipfile.ZipInfo(name), content, compression)
    return made.getvalue()


def doubled(name: str, contents: Sequence[bytes]) -> bytes:
    """A zip file in which several members have one name."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for index, content in enumerate(contents):
            archive.writestr(zipfile.ZipInfo(f"{index:0{len(name)}}"), content)
    raw = made.getvalue()
    for index in range(len(contents)):
        raw = raw.replace(f"{index:0{len(name)}}".encode(), name.encode())
    return raw


def tarred(members: dict[str, bytes], mode: str = "w") -> bytes:
    """A tar file; `mode` is that of `tarfile.open`."""
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode=mode) as archive:  # type: ignore[call-overload]
        for name, content in members.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content))
    return made.getvalue()


def array(data: bytes, dtype: str = "|O", shape: str = "(1,)") -> bytes:
    """A .npy file of numpy, with what its header announces after it."""
    header = f"{{'descr': '{dtype}', 'fortran_order': False, 'shape': {shape}, }}"
    header += " " * (63 - (len(header) + 10) % 64) + "\n"
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header.encode() + data


def changed(content: bytes, signature: bytes, offset: int, value: bytes) -> bytes:
    """`content` with `value` put `offset` bytes behind every `signature`."""
    raw = bytearray(content)
    at = raw.find(signature)
    while at >= 0:
        raw[at + offset : at + offset + len(value)] = value
        at = raw.find(signature, at + 1)
    return bytes(raw)


def gzipped(content: bytes) -> bytes:
    """Compressed by gzip, without a time."""
    return gzip.compress(content, mtime=0)


def crc_of(content: bytes) -> bytes:
    """The checksum of a member of a zip file as it is written there."""
    return struct.pack("<I", zlib.crc32(content))
