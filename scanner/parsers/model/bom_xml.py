"""CycloneDX in XML, brought into the shape of CycloneDX in JSON, with the lines of every element."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from xml.etree.ElementTree import ParseError

from scanner.core.location import Location
from scanner.core.values import AttributePath
from scanner.yaml_source import Document, SourceError

_MAX_DEPTH = 200
_MAX_ELEMENTS = 500_000
_NAMESPACE = "{http://cyclonedx.org/schema/bom/"

# Elements whose children are a list in JSON, whatever the children are called.
_LISTS = frozenset(
    (
        "advisories", "ancestors", "authors", "commits", "components", "custodians", "datasets", "descendants",
        "energyConsumptions", "energyProviders", "ethicalConsiderations", "externalReferences", "fairnessAssessments",
        "hashes", "inputs", "licenses", "lifecycles", "outputs", "owners", "patches", "performanceMetrics",
        "performanceTradeoffs", "properties", "services", "stewards", "tags", "technicalLimitations", "useCases",
        "users", "variants",
    )
)  # fmt: skip
# Elements that may stand beside each other under one name, which is that of a list in JSON.
_REPEATED = frozenset(("contact", "data", "sensitiveData"))
# Elements that have another name in JSON.
_RENAMED = {"individual": "contact"}
# How the text of an element that has attributes too is called in JSON.
_TEXTS = {"hash": "content", "property": "value", "expression": "expression"}


@dataclass
class _Element:
    name: str
    attributes: Mapping[str, str]
    start: tuple[int, int]
    end: tuple[int, int] = (1, 1)
    text: list[str] = field(default_factory=list)
    children: list["_Element"] = field(default_factory=list)
    is_ours: bool = True


def load_xml(text: str, path: str) -> Document:
    """The document as if it had been written in JSON. Raises `SourceError`; a document type is refused unread.

    Elements of other namespaces are extensions, and are left out.
    """
    root = _parsed(text, path)
    locations: dict[AttributePath, Location] = {}
    value = _object(root, (), path, locations)
    value["bomFormat"] = "CycloneDX"
    value["specVersion"] = root.name.partition("}")[0].removeprefix(_NAMESPACE)
    locations[("specVersion",)] = _place(root, path)
    return Document(value, Location(path, *root.start), locations)


def _parsed(text: str, path: str) -> _Element:
    from defusedxml import DefusedXmlException  # type: ignore[import-untyped] # noqa: PLC0415 - only a BOM in XML pays for it
    from defusedxml.ElementTree import DefusedXMLParser  # type: ignore[import-untyped] # noqa: PLC0415

    builder = _Builder(path)
    parser = DefusedXMLParser(target=builder, forbid_dtd=True)
    builder.position = lambda: (parser.parser.CurrentLineNumber, parser.parser.CurrentColumnNumber + 1)
    try:
        parser.feed(text)
        root: _Element = parser.close()
    except DefusedXmlException:
        message = "a document type or entity is declared, which no bill of materials needs; it was not read"
        raise SourceError(message, Location(path, *builder.position())) from None
    except ParseError as error:
        line, column = error.position
        what = str(error).partition(": line")[0]
        raise SourceError(f"not XML: {what}; correct the text there", Location(path, line, column + 1)) from None
    return root


class _Builder:
    """Takes the parser's events and keeps where each element starts and ends."""

    def __init__(self, path: str) -> None:
        self.position: Callable[[], tuple[int, int]] = lambda: (1, 1)
        self._path = path
        self._open: list[_Element] = []
        self._root: _Element | None = None
        self._count = 0

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        self._count += 1
        if len(self._open) >= _MAX_DEPTH:
            raise self._error(f"nested deeper than {_MAX_DEPTH} levels; flatten the document")
        if self._count > _MAX_ELEMENTS:
            raise self._error(f"more than {_MAX_ELEMENTS} elements; split the document")
        ours = tag.startswith(_NAMESPACE)
        element = _Element(tag if not self._open else tag.rpartition("}")[2], attributes, self.position(), is_ours=ours)
        if self._open:
            self._open[-1].children.append(element)
        else:
            self._root = element
        self._open.append(element)

    def data(self, text: str) -> None:
        if self._open:
            self._open[-1].text.append(text)

    def end(self, _tag: str) -> None:
        self._open.pop().end = self.position()

    def close(self) -> _Element:
        if self._root is None:
            raise self._error("not XML: there is no element in it")
        return self._root

    def _error(self, message: str) -> SourceError:
        return SourceError(message, Location(self._path, *self.position()))


def _place(element: _Element, path: str) -> Location:
    return Location(path, *element.start, *max(element.start, element.end))


def _value(element: _Element, at: AttributePath, path: str, locations: dict[AttributePath, Location]) -> Any:
    locations[at] = _place(element, path)
    children = [child for child in element.children if child.is_ours]
    if element.name in _LISTS:
        return [_item(element.name, child, (*at, index), path, locations) for index, child in enumerate(children)]
    text = "".join(element.text).strip()
    if not children and not element.attributes:
        return text
    value = _object(element, at, path, locations)
    if text and not children:
        key = _TEXTS.get(element.name, "content")
        value[key] = text
        locations[*at, key] = locations[at]
    return value


def _item(
    holder: str, element: _Element, at: AttributePath, path: str, locations: dict[AttributePath, Location]
) -> Any:
    """An element of a list: licences and references to data sets are wrapped in JSON by what they are."""
    if holder == "licenses":
        locations[at] = _place(element, path)
        inner = _value(element, (*at, element.name), path, locations)
        if element.name == "expression" and isinstance(inner, dict):
            return inner
        return {element.name: inner}
    if holder == "datasets" and element.name == "ref":
        return {"ref": _value(element, at, path, locations)}
    return _value(element, at, path, locations)


def _object(
    element: _Element, at: AttributePath, path: str, locations: dict[AttributePath, Location]
) -> dict[str, Any]:
    value: dict[str, Any] = {}
    for name, written in element.attributes.items():
        if not name.startswith("{"):
            value[name] = written
            locations[*at, name] = _place(element, path)
    for child in element.children:
        if not child.is_ours:
            continue
        if child.name in _REPEATED:
            listed = value.setdefault(child.name, [])
            if isinstance(listed, list):
                locations.setdefault((*at, child.name), _place(child, path))
                listed.append(_value(child, (*at, child.name, len(listed)), path, locations))
        elif (key := _RENAMED.get(child.name, child.name)) not in value:
            value[key] = _value(child, (*at, key), path, locations)
    return value
