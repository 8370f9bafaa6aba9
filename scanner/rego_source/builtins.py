"""The built-in functions of OPA that regorus lacks, or has inexactly, in Python: pure, and the same on every machine.

Each takes and gives what regorus makes of Rego values: dict, list, set, str, int, float, bool, None. What OPA leaves
undefined raises `ValueError`.
"""

import hashlib
import hmac
import json
import re
from collections.abc import Callable, Mapping
from typing import Any

from scanner.rego_source import (
    builtins_documents,
    builtins_net,
    builtins_strings,
    builtins_time,
    builtins_tokens,
)
from scanner.rego_source.arguments import boolean, collection, integer, text
from scanner.rego_source.builtins_sprintf import sprintf
from scanner.rego_source.numerals import BEYOND, LARGEST, SMALLEST, exact, finite

_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?P<fraction>\.[0-9]+)?(?P<exponent>[eE][+-]?[0-9]+)?")


def _to_number(value: Any) -> Any:
    if value is None or isinstance(value, bool):
        return int(bool(value))
    if isinstance(value, int | float):
        return value
    found = _NUMBER.fullmatch(text(value))
    if found is None:
        raise ValueError("could not parse string as number")
    if found["fraction"] or found["exponent"]:
        return finite(value)
    return exact(value)


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is not JSON")


def _unmarshal(document: Any) -> Any:
    try:
        value = json.loads(text(document), parse_int=exact, parse_float=finite, parse_constant=_no_constant)
        if "\\u" in document:
            json.dumps(value, ensure_ascii=False).encode()  # a lone surrogate is no text
        return value
    except RecursionError:
        raise ValueError("the document is nested too deeply") from None


def _shifted(value: Any, bits: Any) -> int:
    """regorus makes a float of a large result, and none at all of a very large one."""
    number, by = integer(value), integer(bits)
    if by < 0:
        raise ValueError("a shift by a negative number of bits")
    shifted = number << min(by, 64 + 1)
    if number and not SMALLEST <= shifted <= LARGEST:
        raise ValueError(f"{BEYOND}: {number} << {by}")
    return shifted


def _any(values: Any) -> bool:
    return any(value is True for value in collection(values))


def _all(values: Any) -> bool:
    return all(value is True for value in collection(values))


def _flatten(values: Any) -> list[Any]:
    if not isinstance(values, list):
        raise ValueError("it takes an array")
    flat: list[Any] = []
    for value in values:
        flat += value if isinstance(value, list) else [value]
    return flat


def _split_n(string: Any, separator: Any, number: Any) -> list[str]:
    parts = text(string).split(separator) if text(separator) else list(string)
    number = integer(number)
    return parts[:number] if number >= 0 else parts[number:]


def _set_difference(left: Any, right: Any) -> set[Any]:
    if not isinstance(left, set | frozenset) or not isinstance(right, set | frozenset):
        raise ValueError("it takes two sets")
    return set(left) - set(right)


def _matches(pattern: Any, value: Any) -> bool:
    import re2  # noqa: PLC0415 - native code, which few policies need

    options = re2.Options()
    options.log_errors = False
    try:
        return re2.compile(text(pattern), options=options).search(text(value)) is not None
    except re2.error as error:
        raise ValueError(f"no regular expression: {error}") from None


def _is(kind: type | tuple[type, ...]) -> Callable[[Any], Any]:
    def same(value: Any) -> Any:
        if not isinstance(value, kind):
            raise ValueError("the value is of another type")
        return value

    return same


def _cast_array(value: Any) -> list[Any]:
    if isinstance(value, set | frozenset):
        kinds = {type(item) for item in value}
        if len(kinds) > 1 or not kinds <= {str, int, bool}:
            raise ValueError("it takes a set whose values are all text or all integers")
        return sorted(value)
    return list(collection(value))


def _digest(name: str) -> Callable[[Any], str]:
    return lambda data: hashlib.new(name, text(data).encode(), usedforsecurity=False).hexdigest()


def _keyed(name: str) -> Callable[[Any, Any], str]:
    return lambda data, key: hmac.new(text(key).encode(), text(data).encode(), name).hexdigest()


def _same(left: Any, right: Any) -> bool:
    return hmac.compare_digest(text(left).encode(), text(right).encode())


# By name: how many arguments it takes, and the function.
EXTENSIONS: Mapping[str, tuple[int, Callable[..., Any]]] = {
    "all": (1, _all),
    "any": (1, _any),
    "array.flatten": (1, _flatten),
    "bits.lsh": (2, _shifted),
    "cast_array": (1, _cast_array),
    "cast_boolean": (1, boolean),
    "cast_null": (1, _is(type(None))),
    "cast_object": (1, _is(dict)),
    "cast_set": (1, lambda value: set(collection(value))),
    "cast_string": (1, text),
    **{f"crypto.hmac.{name}": (2, _keyed(name)) for name in ("md5", "sha1", "sha256", "sha512")},
    "crypto.hmac.equal": (2, _same),
    **{f"crypto.{name}": (1, _digest(name)) for name in ("md5", "sha1", "sha256")},
    "json.unmarshal": (1, _unmarshal),
    "re_match": (2, _matches),
    "set_diff": (2, _set_difference),
    "sprintf": (2, sprintf),
    "strings.split_n": (3, _split_n),
    "to_number": (1, _to_number),
    **builtins_documents.EXTENSIONS,
    **builtins_net.EXTENSIONS,
    **builtins_strings.EXTENSIONS,
    **builtins_time.EXTENSIONS,
    **builtins_tokens.EXTENSIONS,
}
