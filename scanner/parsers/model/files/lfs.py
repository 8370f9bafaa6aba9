"""Git LFS pointers: a few lines that stand for a file, with its digest and its size."""

import re
from typing import Any

_VERSION = b"version https://git-lfs.github.com/spec/v1\n"
_LONGEST = 1024
_OID = re.compile(r"^oid sha256:([0-9a-f]{64})$", re.MULTILINE)
_SIZE = re.compile(r"^size ([0-9]{1,19})$", re.MULTILINE)


def is_pointer(head: bytes) -> bool:
    """Whether the file is a pointer; Git LFS writes none above 1024 bytes."""
    return head.startswith(_VERSION) and len(head) <= _LONGEST


def pointer_facts(head: bytes) -> dict[str, Any]:
    """`digest` and `size` of the file that the pointer stands for; what is not given in the right form is a problem."""
    text = head.decode(errors="replace")
    oid, size = _OID.search(text), _SIZE.search(text)
    facts: dict[str, Any] = {"pointer": True}
    if oid:
        facts["digest"] = f"sha256:{oid[1]}"
    if size:
        facts["size"] = int(size[1])
    missing = [name for name, found in (("oid", oid), ("size", size)) if found is None]
    if missing:
        message = f"a Git LFS pointer without a valid {' and '.join(missing)}"
        facts["problems"] = [{"kind": "pointer", "message": message}]
    return facts
