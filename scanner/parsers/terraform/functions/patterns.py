"""Functions over regular expressions, which are RE2's, as in Terraform: their time grows with the text only."""

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any, TypeAlias

from scanner.parsers.terraform.functions.signature import Function
from scanner.parsers.terraform.functions.text import plain_replace
from scanner.parsers.terraform.value_types import STRING, Type, object_of, tuple_of
from scanner.parsers.terraform.values import EvaluationError, ListOf, NotWorkedOutError, Value, normal

_LONGEST_TEXT = 4_000_000
_MEMORY = 8 << 20
_TOO_LARGE = "pattern too large"
_GROUP = re.compile(r"\(\?P?<(\w+)>")
_INSERTED = re.compile(r"\$(?:(\$)|\{([A-Za-z0-9_]+)\}|([A-Za-z0-9_]+))")

# What `re2.compile` and its `finditer` give; the library has no types of its own.
Pattern: TypeAlias = Any
Match: TypeAlias = Any


@lru_cache(maxsize=64)
def _compiled(pattern: str) -> Pattern:
    names = _GROUP.findall(pattern)
    if len(names) > len(set(names)):
        raise NotWorkedOutError("the pattern has two groups of one name")
    import re2  # noqa: PLC0415 - most configurations need no patterns

    options = re2.Options()
    options.log_errors = False
    options.max_mem = _MEMORY
    try:
        return re2.compile(pattern, options)
    except re2.error as error:
        reason = error.args[0].decode(errors="replace") if isinstance(error.args[0], bytes) else str(error)
        if _TOO_LARGE in reason:
            raise NotWorkedOutError("the pattern is too large") from None
        raise EvaluationError(f"the pattern is not valid: {reason}") from None


def matching_work(name: str, arguments: list[Value]) -> int:
    """How much text a call looks at, for the functions of this module; 0 for all others."""
    return sum(len(each) for each in arguments if isinstance(each, str)) if name in FUNCTIONS else 0


def _names(pattern: Pattern) -> list[str]:
    """The name of each group in order, "" for one without."""
    names = {index: name for name, index in pattern.groupindex.items()}
    return [names.get(index + 1, "") for index in range(pattern.groups)]


def _kind(pattern: Pattern) -> Type:
    """What a match gives: its text, or its groups by number or by name."""
    names = _names(pattern)
    if not names:
        return STRING
    if any(names) and not all(names):
        raise EvaluationError("the pattern has groups with a name and groups without")
    return object_of((name, STRING) for name in names) if names[0] else tuple_of(STRING for _ in names)


def _matches(pattern: Pattern, text: str) -> Iterator[Match]:
    """Every match after the other; a match of nothing right after another match does not count."""
    before = -1
    for match in pattern.finditer(text):
        if match.end() > match.start() or match.start() != before:
            yield match
        before = match.end()


def _result(pattern: Pattern, match: Match) -> Value:
    names = _names(pattern)
    if not names:
        return normal(match.group())
    groups = [_group(match, index + 1) for index in range(len(names))]
    return dict(zip(names, groups, strict=True)) if names[0] else groups


def _group(match: Match, index: int) -> str | None:
    found = match.group(index)
    return None if found is None else normal(found)


def _regex(pattern: str, text: str) -> Value:
    compiled = _compiled(pattern)
    _kind(compiled)
    match = compiled.search(text)
    if match is None:
        raise EvaluationError("the pattern does not match")
    return _result(compiled, match)


def _regex_all(pattern: str, text: str) -> Value:
    compiled = _compiled(pattern)
    return ListOf((_result(compiled, match) for match in _matches(compiled, text)), _kind(compiled))


def _replace(text: str, old: str, new: str) -> Value:
    if len(old) < 2 or not old.startswith("/") or not old.endswith("/"):
        return normal(plain_replace(text, old, new))
    compiled = _compiled(old[1:-1])
    names = _names(compiled)
    result: list[str] = []
    length = before = 0
    for match in _matches(compiled, text):
        result += (text[before : match.start()], _expanded(names, match, new))
        length += len(result[-1])
        if length > _LONGEST_TEXT:
            raise NotWorkedOutError("what it gives is too large to be read")
        before = match.end()
    return normal("".join([*result, text[before:]]))


def _expanded(names: list[str], match: Match, new: str) -> str:
    """The replacement with `$1`, `${1}` and `${name}` filled in; a group that there is not is nothing."""

    def insert(found: re.Match[str]) -> str:
        name = found[2] or found[3]
        if found[1]:
            return "$"
        if name.isdigit() and (name == "0" or not name.startswith("0")):
            index = int(name) if len(name) < 4 else len(names) + 1
        else:
            index = names.index(name) + 1 if name in names else len(names) + 1
        return (_group(match, index) or "") if index <= len(names) else ""

    return _INSERTED.sub(insert, new)


FUNCTIONS: Mapping[str, Function] = {
    "regex": Function(_regex, (STRING, STRING)),
    "regexall": Function(_regex_all, (STRING, STRING)),
    "replace": Function(_replace, (STRING, STRING, STRING)),
}
