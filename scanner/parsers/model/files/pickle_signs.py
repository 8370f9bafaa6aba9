"""Whether the first bytes of a file are those of a pickle: its opcodes are followed, and nothing is run."""

import io
import pickletools
import re
from typing import Any

_PROTOCOLS = frozenset(b"\x80" + bytes((version,)) for version in range(6))
_STARTS = frozenset(ord(each.code) for each in pickletools.opcodes if not each.stack_before)
_MARK = pickletools.markobject
_IMPORTS = frozenset(("GLOBAL", "INST", "STACK_GLOBAL"))
_CALLS = frozenset(("INST", "OBJ", "NEWOBJ", "NEWOBJ_EX", "REDUCE", "BUILD"))
_NAMES = re.compile(r"[\w.]+ [\w.<>]+")
_ENOUGH = 12
_ENOUGH_PLAIN = 100


def looks_like_pickle(head: bytes) -> bool:
    """Whether the bytes are read as opcodes that keep the stack in order.

    Of protocol 2 on a dozen of them are enough, or what there is. Older ones have no first bytes of their own, and much
    text begins like one: they must call something that they import, end with STOP where the file ends, or go on and on.
    """
    binary = head[:2] in _PROTOCOLS
    if not head or head[0] not in _STARTS:
        return False
    seen, imports, stack = 0, False, list[bool]()  # of the stack only what is a mark
    try:
        for opcode, argument, position in pickletools.genops(io.BytesIO(head)):
            seen += 1
            if not _stepped(stack, opcode) or (
                opcode.name in ("GLOBAL", "INST") and not _NAMES.fullmatch(str(argument))
            ):
                return binary and seen > 2
            imports = imports or opcode.name in _IMPORTS
            if (imports and opcode.name in _CALLS) or (binary and seen >= _ENOUGH):
                return True
            if opcode.name == "STOP":
                rest = head[(position or 0) + 1 :]
                return binary or imports or (seen > 2 and not rest.strip())
    except (ValueError, UnicodeError, OverflowError) as error:
        # An opcode that is none; or one whose text goes on beyond the head, as a first one may to hide the rest.
        if binary and "unknown" not in str(error):
            return True
    return seen >= (2 if binary else _ENOUGH_PLAIN)


def _stepped(stack: list[bool], opcode: Any) -> bool:
    """Take from the stack and put on it what the opcode does; False where it is not there."""
    taken = opcode.stack_before
    if _MARK in taken:
        while stack and not stack[-1]:
            stack.pop()
        if not stack:
            return False
        stack.pop()
        taken = taken[: taken.index(_MARK)]
    if len(taken) > len(stack) or any(stack[len(stack) - len(taken) :]):
        return False
    del stack[len(stack) - len(taken) :]
    stack.extend(each is _MARK for each in opcode.stack_after)
    return True


def is_zlib(head: bytes) -> bool:
    """Whether the bytes begin what zlib compressed, as joblib does with whole pickles."""
    return len(head) > 8 and head[0] == 0x78 and head[1] in (0x01, 0x5E, 0x9C, 0xDA) and (head[2] >> 1) & 3 != 3
