"""Follows a pickle as the unpickler would, with names in place of objects, and tells what it imports."""

from collections import ChainMap
from collections.abc import Callable, MutableMapping
from contextlib import suppress
from dataclasses import dataclass
from math import prod
from typing import Any

from scanner.parsers.model.files.pickles_imports import DANGEROUS, verdict
from scanner.parsers.model.files.pickles_opcodes import Source, UnreadableError, opcodes
from scanner.parsers.model.files.pickles_values import MOST_ITEMS, Made, called, filled, item_size

COMPUTED = "(computed)"
_DEEPEST_STACK = 1 << 22
_LARGEST_MEMO = 1 << 23
_MOST_IMPORTS = 2000
_LONGEST_NAME = 1000
_DEEPEST_ARRAYS = 8
_ARRAY_WRAPPERS = ("joblib.numpy_pickle", "sklearn.externals.joblib.numpy_pickle")
_UNKNOWN = None


@dataclass(frozen=True)
class Import:
    """What a pickle imports: `name` of `module`, by the opcode before byte `position`."""

    module: str
    name: str
    position: int


class Walk:
    """One pickle. `imports` has what was imported so far, in order and each once, even after a failure."""

    def __init__(self, source: Source, imports: dict[tuple[str, str], Import], depth: int = 0) -> None:
        self._source, self.imports, self._depth = source, imports, depth
        self._stack: list[Any] = []
        self._marks: list[int] = []
        self._memo: MutableMapping[int, Any] = {}

    def run(self) -> Any:
        """Follow the pickle up to its STOP and give back what is known of the result: a number, a text, or None.

        Raises `UnreadableError` where the unpickler would fail, and where a limit is reached.
        """
        for name, argument in opcodes(self._source):
            if name == "STOP":
                return self._pop()
            step = _STEPS.get(name)
            if step is None:
                self._stack.append(argument if isinstance(argument, int) else _UNKNOWN)
            else:
                step(self, argument)
            if (
                len(self._stack) > _DEEPEST_STACK
                or len(self._memo) > _LARGEST_MEMO
                or len(self._marks) > _DEEPEST_STACK
            ):
                raise UnreadableError(f"it keeps more than {_DEEPEST_STACK} values at byte {self._source.position}")
        raise UnreadableError("it has no end")

    # --- The stack --------------------------------------------------------------------------------

    def _pop(self) -> Any:
        if len(self._stack) <= (self._marks[-1] if self._marks else 0):
            raise UnreadableError(f"it takes a value that is not there before byte {self._source.position}")
        return self._stack.pop()

    def _top(self) -> Any:
        if len(self._stack) <= (self._marks[-1] if self._marks else 0):
            raise UnreadableError(f"it takes a value that is not there before byte {self._source.position}")
        return self._stack[-1]

    def _items(self) -> list[Any]:
        """What was put on the stack since the last mark."""
        if not self._marks:
            raise UnreadableError(f"it goes back to a mark that is not there before byte {self._source.position}")
        start = self._marks.pop()
        items = self._stack[start:]
        del self._stack[start:]
        return items

    def push_text(self, value: Any) -> None:
        known = isinstance(value, str) and len(value) <= _LONGEST_NAME
        self._stack.append(value if known else _UNKNOWN)

    def push_nothing(self, _: Any) -> None:
        self._stack.append(_UNKNOWN)

    def mark(self, _: Any) -> None:
        self._marks.append(len(self._stack))

    def pop(self, _: Any) -> None:
        if self._marks and len(self._stack) == self._marks[-1]:
            self._marks.pop()
        else:
            self._pop()

    def pop_mark(self, _: Any) -> None:
        self._items()

    def double(self, _: Any) -> None:
        self._stack.append(self._top())

    def forget(self, _: Any) -> None:
        """For opcodes that put their topmost value into the one below."""
        self._pop()
        self._top()

    def drop_items(self, _: Any) -> None:
        self._items()
        self._top()

    def collect_unknown(self, _: Any) -> None:
        self._items()
        self._stack.append(_UNKNOWN)

    def ignore(self, _: Any) -> None:
        """For opcodes that change nothing here."""

    # --- The memo ---------------------------------------------------------------------------------

    def put(self, key: int) -> None:
        self._memo[int(key)] = self._top()

    def memoize(self, _: Any) -> None:
        self._memo[len(self._memo)] = self._top()

    def get(self, key: int) -> None:
        if int(key) not in self._memo:
            raise UnreadableError(f"it uses a value that it has not kept before byte {self._source.position}")
        self._stack.append(self._memo[int(key)])

    # --- Values -----------------------------------------------------------------------------------

    def tuple_of_items(self, _: Any) -> None:
        items = self._items()
        self._stack.append(tuple(items) if len(items) <= MOST_ITEMS else _UNKNOWN)

    def tuple_of(self, count: int) -> None:
        items = [self._pop() for _ in range(count)]
        self._stack.append(tuple(reversed(items)))

    def empty_tuple(self, _: Any) -> None:
        self._stack.append(())

    def empty_dict(self, _: Any) -> None:
        self._stack.append({})

    def dict_of_items(self, _: Any) -> None:
        items = self._items()
        self._stack.append(filled({}, items))

    def set_item(self, _: Any) -> None:
        value, key = self._pop(), self._pop()
        filled(self._top(), [key, value])

    def set_items(self, _: Any) -> None:
        items = self._items()
        filled(self._top(), items)

    # --- Imports and calls ------------------------------------------------------------------------

    def _imported(self, module: Any, name: Any) -> Made:
        known = all(isinstance(each, str) and len(each) <= _LONGEST_NAME for each in (module, name))
        found: tuple[str, str] = (module, name) if known else (COMPUTED, COMPUTED)
        if found not in self.imports:
            if len(self.imports) >= _MOST_IMPORTS:
                raise UnreadableError(f"it imports more than {_MOST_IMPORTS} different things")
            self.imports[found] = Import(found[0], found[1], self._source.position)
        return Made(found[0], found[1])

    def import_pair(self, names: tuple[str, str]) -> None:
        self._stack.append(self._imported(*names))

    def import_from_stack(self, _: Any) -> None:
        name, module = self._pop(), self._pop()
        self._stack.append(self._imported(module, name))

    def import_registered(self, code: int) -> None:
        self._stack.append(self._imported("copyreg extension", str(code)))

    def instantiate(self, names: tuple[str, str]) -> None:
        self._items()
        made = self._imported(*names)
        self._stack.append(Made(made.module, made.name, ()))

    def instantiate_items(self, _: Any) -> None:
        items = self._items()
        if not items:
            raise UnreadableError(f"OBJ has no class before byte {self._source.position}")
        self._stack.append(called(items[0], tuple(items[1 : MOST_ITEMS + 1])))

    def call(self, _: Any) -> None:
        arguments, function = self._pop(), self._pop()
        self._stack.append(called(function, arguments))

    def call_with_names(self, _: Any) -> None:
        self._pop()
        self.call(_)

    def build(self, _: Any) -> None:
        state, target = self._pop(), self._top()
        if not isinstance(target, Made):
            return
        if target.name == "NumpyArrayWrapper" and target.module in _ARRAY_WRAPPERS:
            self._pass_array(state)
        target.state = state

    def persistent(self, _: Any) -> None:
        self._pop()
        self._stack.append(_UNKNOWN)

    # --- joblib -----------------------------------------------------------------------------------

    def _pass_array(self, state: Any) -> None:
        """Pass over the numbers that joblib writes into the middle of a pickle, behind their description.

        Only joblib passes over them: for plain pickle what stands there is opcodes, so these are looked at as well.
        """
        self._look_at_numbers()
        described = state if isinstance(state, dict) else {}
        dtype, shape = described.get("dtype"), described.get("shape")
        size, holds_objects = item_size(dtype)
        if holds_objects:
            if self._depth >= _DEEPEST_ARRAYS:
                raise UnreadableError("its arrays of objects lie too deep in one another")
            Walk(self._source, self.imports, self._depth + 1).run()
            return
        if (
            size is None
            or not isinstance(shape, tuple)
            or not all(isinstance(each, int) and each >= 0 for each in shape)
        ):
            raise UnreadableError(f"it holds an array of unknown size at byte {self._source.position}")
        if isinstance(described.get("numpy_array_alignment_bytes"), int):
            self._source.skip(self._source.read(1)[0])
        self._source.skip(prod(shape) * size)

    def _look_at_numbers(self) -> None:
        start = self._source.position
        if self._depth >= _DEEPEST_ARRAYS or not self._source.seek(start):
            return
        other = Walk(self._source, {}, _DEEPEST_ARRAYS)
        other._stack, other._marks = self._stack[-MOST_ITEMS:], []
        other._memo = ChainMap({}, self._memo)
        with suppress(UnreadableError):
            other.run()
        self._source.seek(start)
        # Numbers can read as an import of something that there is not; they hardly name what is dangerous by chance.
        for each in other.imports.values():
            if each.module != COMPUTED and verdict(each.module, each.name) == DANGEROUS:
                self._imported(each.module, each.name)


_STEPS: dict[str, Callable[[Walk, Any], None]] = {
    **dict.fromkeys(("PROTO", "FRAME", "READONLY_BUFFER"), Walk.ignore),
    **dict.fromkeys(
        ("STRING", "BINSTRING", "SHORT_BINSTRING", "UNICODE", "BINUNICODE", "SHORT_BINUNICODE", "BINUNICODE8"),
        Walk.push_text,
    ),
    **dict.fromkeys(("PUT", "BINPUT", "LONG_BINPUT"), Walk.put),
    **dict.fromkeys(("GET", "BINGET", "LONG_BINGET"), Walk.get),
    **dict.fromkeys(("EXT1", "EXT2", "EXT4"), Walk.import_registered),
    **dict.fromkeys(("LIST", "FROZENSET"), Walk.collect_unknown),
    **dict.fromkeys(("APPENDS", "ADDITEMS"), Walk.drop_items),
    **dict.fromkeys(("REDUCE", "NEWOBJ"), Walk.call),
    **dict.fromkeys(("PERSID", "NONE", "NEWTRUE", "NEWFALSE", "EMPTY_LIST", "EMPTY_SET"), Walk.push_nothing),
    "MARK": Walk.mark,
    "POP": Walk.pop,
    "POP_MARK": Walk.pop_mark,
    "DUP": Walk.double,
    "MEMOIZE": Walk.memoize,
    "TUPLE": Walk.tuple_of_items,
    "TUPLE1": lambda walk, _: walk.tuple_of(1),
    "TUPLE2": lambda walk, _: walk.tuple_of(2),
    "TUPLE3": lambda walk, _: walk.tuple_of(3),
    "EMPTY_TUPLE": Walk.empty_tuple,
    "EMPTY_DICT": Walk.empty_dict,
    "DICT": Walk.dict_of_items,
    "SETITEM": Walk.set_item,
    "SETITEMS": Walk.set_items,
    "APPEND": Walk.forget,
    "GLOBAL": Walk.import_pair,
    "STACK_GLOBAL": Walk.import_from_stack,
    "INST": Walk.instantiate,
    "OBJ": Walk.instantiate_items,
    "NEWOBJ_EX": Walk.call_with_names,
    "BUILD": Walk.build,
    "BINPERSID": Walk.persistent,
}
