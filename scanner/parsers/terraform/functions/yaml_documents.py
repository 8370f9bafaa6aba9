"""YAML as Terraform reads and writes it, which is neither what Kubernetes nor what PyYAML makes of it.

`scanner.yaml_source` gives plain values by the rules of Kubernetes; here `017` is seventeen, a number keeps all its
digits, a date becomes a timestamp, and a key is the text of the value that it would be.
"""

import re
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import yaml

from scanner.parsers.terraform.exact_numbers import parse_number
from scanner.parsers.terraform.values import EvaluationError, NotWorkedOutError, Value, json_of, normal, text_of

_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_DUMPER: Any = getattr(yaml, "CSafeDumper", yaml.SafeDumper)
_MOST_VALUES = 100_000
_DEEPEST = 200
_TAG = "tag:yaml.org,2002:"
_SCALARS = frozenset(("str", "bool", "int", "float", "null", "timestamp", "binary"))
_WORDS: dict[str, Any] = {
    **{form: True for word in ("y", "yes", "true", "on") for form in (word, word.capitalize(), word.upper())},
    **{form: False for word in ("n", "no", "false", "off") for form in (word, word.capitalize(), word.upper())},
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
}
_WHOLE = re.compile(r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+")
_DATE = re.compile(r"([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})(?:[Tt ].*)?")
_ENDLESS = re.compile(r"[-+]?\.(?:inf|Inf|INF)|\.nan|\.NaN|\.NAN")


class _Merge:
    """The key `<<`."""


def read_yaml(text: str) -> Value:
    """The value of the one document in the text. Raises `EvaluationError` and `NotWorkedOutError`."""
    try:
        events = _Events(iter(yaml.parse(text, Loader=_LOADER)))
        events.skip(yaml.StreamStartEvent)
        events.skip(yaml.DocumentStartEvent)
        found = _value(events, events.next(), 0)
        events.skip(yaml.DocumentEndEvent)
        events.skip(yaml.StreamEndEvent)
    except yaml.YAMLError as error:
        raise EvaluationError(f"this is no YAML: {getattr(error, 'problem', None) or 'not readable'}") from None
    except UnicodeEncodeError:
        raise EvaluationError("this is no YAML: a character that is not valid Unicode") from None
    return found


class _Events:
    """The events of a document, what its anchors stand for, and how many values it has."""

    def __init__(self, events: Iterator[Any]) -> None:
        self._events = events
        self.anchors: dict[str, tuple[Value, int]] = {}
        self.values = 0

    def next(self) -> Any:
        found = next(self._events, None)
        if found is None:
            raise EvaluationError("this is no YAML: it ends too early")
        return found

    def skip(self, kind: type) -> None:
        if not isinstance(self.next(), kind):
            raise EvaluationError("the YAML is not one document")

    def count(self, number: int) -> None:
        self.values += number
        if self.values > _MOST_VALUES:
            raise NotWorkedOutError("the document has too many values")


def _value(events: _Events, event: Any, depth: int) -> Value:
    if depth > _DEEPEST:
        raise NotWorkedOutError("the document is nested too deeply")
    events.count(1)
    before = events.values
    if isinstance(event, yaml.AliasEvent):
        if event.anchor not in events.anchors:
            raise EvaluationError("an alias in the YAML names no anchor before it")
        value, size = events.anchors[event.anchor]
        events.count(size)
        return value
    if isinstance(event, yaml.ScalarEvent):
        value = _scalar(event)
        value = "<<" if isinstance(value, _Merge) else value
    elif isinstance(event, yaml.MappingStartEvent):
        value = _mapping(events, event, depth)
    elif isinstance(event, yaml.SequenceStartEvent):
        _check_tag(event, "seq")
        value = []
        while not isinstance(inner := events.next(), yaml.SequenceEndEvent):
            value.append(_value(events, inner, depth + 1))
    else:
        raise EvaluationError("the YAML is not one document")
    if event.anchor:
        events.anchors[event.anchor] = (value, events.values - before)
    return value


def _mapping(events: _Events, event: Any, depth: int) -> Value:
    _check_tag(event, "map")
    found: dict[str, Value] = {}
    while not isinstance(inner := events.next(), yaml.MappingEndEvent):
        if not isinstance(inner, yaml.ScalarEvent):
            raise EvaluationError("a key in the YAML is no text")
        key = _scalar(inner)
        value = _value(events, events.next(), depth + 1)
        if isinstance(key, _Merge):
            if not isinstance(value, dict):
                raise EvaluationError("<< in the YAML merges something that is no mapping")
            found.update(value)
        elif key is None:
            raise EvaluationError("a key in the YAML is null")
        else:
            found[text_of(key)] = value
    return found


def _check_tag(event: Any, kind: str) -> None:
    if event.tag not in (None, f"{_TAG}{kind}"):
        raise EvaluationError(f"the YAML has the tag {event.tag}")


def _scalar(event: Any) -> Value:
    tag = None if event.tag is None else event.tag.removeprefix(_TAG)
    if tag is not None and (tag not in _SCALARS or not event.tag.startswith(_TAG)):
        raise EvaluationError(f"the YAML has the tag {event.tag}")
    text = event.value
    if tag in ("str", "binary") or event.style in ("'", '"') or (tag is None and event.style):
        return normal(text)
    if text in _WORDS:
        return _WORDS[text]
    if text == "<<" and tag is None:
        return _Merge()
    if _ENDLESS.fullmatch(text):
        raise NotWorkedOutError("the document has a number that is not finite")
    found: Value = _number(text)
    if found is None and (tag is None or tag == "timestamp"):
        found = _timestamp(text)
    if found is None and tag is not None:
        raise EvaluationError(f"the YAML has a value that is no {tag}")
    return normal(text) if found is None else found


def _number(text: str) -> int | float | None:
    if text[:2] in ("0x", "0o") and _WHOLE.fullmatch(text):
        return int(text, 0)
    return parse_number(text)


def _timestamp(text: str) -> str | None:
    match = _DATE.fullmatch(text)
    if match is None:
        return None
    if len(text) > len(match[1] + match[2] + match[3]) + 2:
        raise NotWorkedOutError("the document has a time of day")
    try:
        return f"{datetime(int(match[1]), int(match[2]), int(match[3])):%Y-%m-%d}T00:00:00Z".rjust(20, "0")  # noqa: DTZ001 - a date
    except ValueError:
        return None


def write_yaml(value: Value) -> str:
    """The document that `yamlencode` writes."""
    events = [yaml.StreamStartEvent(), yaml.DocumentStartEvent(explicit=False), *_events(value)]
    events += [yaml.DocumentEndEvent(explicit=False), yaml.StreamEndEvent()]
    text: str = yaml.emit(events, Dumper=_DUMPER, allow_unicode=True)
    # Versions of libyaml differ in where they write the mark for the end of a document.
    is_plain = not isinstance(value, str | list | dict)
    return normal(text.removesuffix("...\n")) + ("...\n" if is_plain else "")


def _events(value: Value) -> Iterator[Any]:
    if isinstance(value, dict):
        yield yaml.MappingStartEvent(None, None, implicit=True, flow_style=False)
        for key in sorted(value):
            yield from _events(key)
            yield from _events(value[key])
        yield yaml.MappingEndEvent()
    elif isinstance(value, list):
        yield yaml.SequenceStartEvent(None, None, implicit=True, flow_style=False)
        for inner in value:
            yield from _events(inner)
        yield yaml.SequenceEndEvent()
    elif isinstance(value, str):
        yield yaml.ScalarEvent(None, None, (True, True), str(value), style="|" if "\n" in value else '"')
    else:
        yield yaml.ScalarEvent(None, None, (True, True), json_of(value), style=None)
