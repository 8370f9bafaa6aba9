"""The statements of IAM policy documents, however the configuration writes them, as one shape.

A document is JSON text, a `jsonencode` of something known in part, a heredoc with holes, or the data source
`aws_iam_policy_document`.
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from scanner.core.location import Location
from scanner.core.values import AttributePath, Unresolved
from scanner.parsers.terraform.modules import DocumentReference
from scanner.parsers.terraform.syntax import Attribute, Call, Expression, Source, Template, element, elements
from scanner.parsers.terraform.trees import Tree, TreeLocations
from scanner.parsers.terraform.values import Derived, Handle, Unknown, Value, plain
from scanner.yaml_source import SourceError, load_documents

_ATTRIBUTES = (
    "policy",
    "assume_role_policy",
    "inline_policy",
    "access_policies",
    "access_policy",
    "policy_document",
    "resource_policy",
)
DOCUMENT_TYPE = "aws_iam_policy_document"
_SOURCES = ("source_json", "source_policy_documents")
_OVERRIDING = ("override_json", "override_policy_documents")
DOCUMENT_ATTRIBUTES = frozenset((*_ATTRIBUTES, *_SOURCES, *_OVERRIDING))
_LISTS = {
    "Action": "actions",
    "NotAction": "not_actions",
    "Resource": "resources",
    "NotResource": "not_resources",
    "Principal": "principals",
    "NotPrincipal": "not_principals",
}
_SCALARS = {"Effect": "effect", "Sid": "sid", "Condition": "conditions"}
_KEYS = {**_LISTS, **_SCALARS}
# Anything of the same length that is JSON inside and outside of quotes.
_HOLE = re.compile(r"\$\{(?:[^{}]|\{[^{}]*\})*\}")
_UNKNOWN_PARTS = ("effect", "actions", "resources", "principals")


@dataclass(frozen=True)
class Statement:
    """One statement; `unknown` says that it stands for all the statements of a document that is not known."""

    attributes: Mapping[str, Any]
    location: Location
    locations: Mapping[AttributePath, Location] = field(default_factory=dict)
    unknown: bool = False


FindDocument = Callable[[str], "Tree | None"]


def statements_of(tree: Tree, find: FindDocument) -> Iterator[Statement]:
    """Every statement of every document in the attributes of a resource.

    `find` gives the tree of the data source at an address.
    """
    blocks = dict(tree.places)
    for name in _ATTRIBUTES:
        attribute = blocks[()].attributes.get(name)
        for index, each in enumerate(_every(tree.values.get(name))):
            block = blocks.get((name, index))
            inner = attribute if block is None else block.attributes.get("policy", block.attributes.get("for_each"))
            if inner is not None:
                yield from _document(each.get("policy") if isinstance(each, dict) else each, inner, name, find)


def statements_of_data(
    tree: Tree, find: FindDocument, name: str, seen: frozenset[str] = frozenset()
) -> Iterator[Statement]:
    """The statements of an `aws_iam_policy_document`, with those of the documents it is made from.

    `name` is the attribute that holds the document; `seen` are the documents that it is being read for.
    """
    sources = [*_made_from(tree, _SOURCES, name, find, seen)]
    overriding = [*_made_from(tree, _OVERRIDING, name, find, seen)]
    yield from _merged(_merged(sources, [*_written_out(tree, name)]), overriding)


def _made_from(
    tree: Tree, attributes: tuple[str, ...], name: str, find: FindDocument, seen: frozenset[str]
) -> Iterator[Statement]:
    top = tree.places[0][1]
    for kind in attributes:
        attribute = top.attributes.get(kind)
        for each in _every(tree.values.get(kind)):
            if attribute is not None:
                yield from _document(each, attribute, name, find, seen)


def _written_out(tree: Tree, name: str) -> Iterator[Statement]:
    blocks = dict(tree.places)
    places = TreeLocations(tree)
    for index, each in enumerate(_every(tree.attributes.get("statement"))):
        at: AttributePath = ("statement", index) if ("statement", index) in places else ("statement",)
        location = blocks[at].location if at in blocks else places.get(at, blocks[()].location)
        if isinstance(each, dict):
            yield _from_block(each, location, name, places, at)
        else:
            yield _unknown(each, location, name)


def _merged(statements: Sequence[Statement], later: Sequence[Statement]) -> list[Statement]:
    """The statements of two documents in one: a later one takes the place of an earlier one of the same `sid`."""
    result = [*statements]
    for each in later:
        sid = each.attributes.get("sid")
        same = (index for index, other in enumerate(result) if sid and other.attributes.get("sid") == sid)
        index = next(same, None) if isinstance(sid, str) else None
        if index is None:
            result.append(each)
        else:
            result[index] = each
    return result


def _document(
    value: Value, attribute: Attribute, name: str, find: FindDocument, seen: frozenset[str] = frozenset()
) -> Iterator[Statement]:
    known = value.document if isinstance(value, Unknown) else value
    found = _data_source(value, find, seen)
    if found is not None:
        address, tree = found
        yield from statements_of_data(tree, find, name, seen | {address})
        return
    if isinstance(known, DocumentReference):
        known = None
    if isinstance(value, Unknown | Handle) and not isinstance(known, dict):
        yield _unknown(plain(value, attribute.expression, attribute.source), attribute.location, name)
        return
    if isinstance(known, str):
        try:
            known = json.loads(known)
        except (ValueError, RecursionError):
            return  # such a text is no policy document
    if isinstance(known, dict):
        yield from _statements(known, attribute, name)


def _data_source(value: Value, find: FindDocument, seen: frozenset[str]) -> tuple[str, Tree] | None:
    """The data source that makes the document; where its text is known, it has to be that very text."""
    if isinstance(value, Unknown) and isinstance(value.document, DocumentReference):
        address = value.document.address
        tree = find(address) if address not in seen else None
        return None if tree is None else (address, tree)
    for address in sorted(value.references) if isinstance(value, Derived) else ():
        tree = find(address) if DOCUMENT_TYPE in address and address not in seen else None
        if tree is not None and value in (tree.values.get("json"), tree.values.get("minified_json")):
            return address, tree
    return None


def _statements(document: dict[str, Value], attribute: Attribute, name: str) -> Iterator[Statement]:
    written = document.get("Statement")
    if isinstance(written, Unknown | Handle):
        yield _unknown(plain(written, attribute.expression, attribute.source), attribute.location, name)
        return
    expression = element(_object(attribute.expression), "Statement")
    lines = _heredoc_lines(attribute)
    for index, each in enumerate(_every(written)):
        if not isinstance(each, dict):
            yield _unknown(plain(each, attribute.expression, attribute.source), attribute.location, name)
            continue
        part = element(expression, index) if isinstance(written, list) else expression
        attributes = _attributes(each, part or attribute.expression, attribute.source, name)
        at: AttributePath = ("Statement", index) if isinstance(written, list) else ("Statement",)
        locations = _expression_locations(part, attribute.source) if part is not None else _moved(lines, at)
        place = attribute.source.locate(part.place) if part is not None else lines.get(at, attribute.location)
        yield Statement(attributes, place, locations)


def _object(expression: Expression) -> Expression:
    """What is written inside of `jsonencode(…)`."""
    if isinstance(expression, Call) and expression.name == "jsonencode" and len(expression.arguments) == 1:
        return expression.arguments[0]
    return expression


def _attributes(each: dict[str, Value], expression: Expression, source: Source, name: str) -> dict[str, Any]:
    result: dict[str, Any] = {wanted: [] for wanted in _LISTS.values() if wanted != "not_principals"}
    result["conditions"] = {}
    for key, wanted in _KEYS.items():
        value = each.get(key)
        if value is not None:
            inner = element(expression, key) or expression
            made = plain(value, inner, source)
            result[wanted] = _principals(made) if "rincipal" in key else _list(made) if key in _LISTS else made
    result["attribute"] = name
    return result


def _every(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]


def _list(value: Any) -> Any:
    return value if isinstance(value, list | Unresolved) else [value]


def _principals(value: Any) -> Any:
    """`"*"` and `{"AWS": "*"}` are everyone; others are `AWS:<arn>`, `Service:<name>` and so on."""
    if not isinstance(value, dict):
        return _list(value)
    found: list[Any] = []
    for kind, written in value.items():
        for each in [written] if isinstance(written, Unresolved) else _list(written):
            is_anyone = each == "*" and kind == "AWS"
            found.append(each if is_anyone or isinstance(each, Unresolved) else f"{kind}:{each}")
    return found


def _unknown(value: Any, location: Location, name: str) -> Statement:
    lists: dict[str, Any] = {wanted: [] for wanted in _LISTS.values() if wanted != "not_principals"}
    parts = dict.fromkeys(_UNKNOWN_PARTS, value)
    return Statement({**lists, "conditions": {}, **parts, "attribute": name}, location, unknown=True)


def _expression_locations(expression: Expression, source: Source) -> dict[AttributePath, Location]:
    found: dict[AttributePath, Location] = {}
    for key, place, inner in elements(expression):
        if key in _KEYS:
            at = _KEYS[str(key)]
            found[at,] = source.locate(place)
            for index, inner_place, _ in elements(inner):
                found[at, index] = source.locate(inner_place)
    return found


def _heredoc_lines(attribute: Attribute) -> Mapping[AttributePath, Location]:
    """Where the parts of a JSON document stand that is written out in a heredoc."""
    expression = attribute.expression
    if not isinstance(expression, Template) or not expression.heredoc:
        return {}
    _, _, written = attribute.source.excerpt(expression.place).partition("\n")
    text = _HOLE.sub(lambda hole: "1" * len(hole[0]), written.rpartition("\n")[0])
    first = attribute.source.locate(expression.place).start_line + 1
    try:
        return load_documents(text, attribute.source.path, first)[0].locations
    except (SourceError, IndexError):
        return {}


def _moved(lines: Mapping[AttributePath, Location], at: AttributePath) -> dict[AttributePath, Location]:
    """The places inside of one statement, by the names that its attributes have here."""
    found: dict[AttributePath, Location] = {}
    for path, place in lines.items():
        rest = path[len(at) :]
        if path[: len(at)] == at and rest and rest[0] in _KEYS:
            found[_KEYS[str(rest[0])], *rest[1:]] = place
    return found


def _from_block(
    each: dict[str, Any], location: Location, name: str, places: Mapping[AttributePath, Location], at: AttributePath
) -> Statement:
    """A `statement` block; there `Allow` need not be written, and principals and conditions are blocks."""
    attributes: dict[str, Any] = {"effect": "Allow"}
    attributes.update({wanted: each[wanted] for wanted in ("effect", "sid") if wanted in each})
    for wanted in ("actions", "not_actions", "resources", "not_resources"):
        attributes[wanted] = _list(each.get(wanted, []))
    for wanted in ("principals", "not_principals"):
        if wanted in each or wanted == "principals":
            attributes[wanted] = [one for part in _list(each.get(wanted, [])) for one in _block_principals(part)]
    attributes["conditions"] = _block_conditions(_list(each.get("condition", [])))
    attributes["attribute"] = name
    locations = {path[len(at) :]: place for path, place in places.items() if path[: len(at)] == at and path != at}
    locations.update({("conditions", *path[1:]): place for path, place in locations.items() if path[0] == "condition"})
    return Statement(attributes, location, locations)


def _block_principals(part: Any) -> list[Any]:
    if isinstance(part, Unresolved):
        return [part]
    kind, names = part.get("type"), _list(part.get("identifiers", []))
    unknown = next((each for each in (names, kind) if isinstance(each, Unresolved)), None)
    if unknown is not None:
        return [unknown]
    return [
        each if isinstance(each, Unresolved) else "*" if each == "*" and kind in ("AWS", "*") else f"{kind}:{each}"
        for each in names
    ]


def _block_conditions(parts: list[Any]) -> Any:
    """As JSON has them: operator, then key, then values."""
    found: dict[str, dict[str, Any]] = {}
    for part in parts:
        names = (part.get("test"), part.get("variable")) if isinstance(part, dict) else (part,)
        unknown = next((each for each in names if isinstance(each, Unresolved)), None)
        if unknown is not None:
            return unknown
        found.setdefault(str(names[0]), {})[str(names[-1])] = part.get("values")
    return found
