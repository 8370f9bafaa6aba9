"""The data document of a bundle: what its data files say, each at the place that its folders name."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from scanner.bundle.errors import PolicyError
from scanner.core.location import Location
from scanner.core.values import AttributePath
from scanner.yaml_source import Document, SourceError, load_documents

_WORDS = ("on", "off", "yes", "no", "y", "n")


def data_document(files: Sequence[tuple[str, str]]) -> tuple[dict[str, Any], list[PolicyError]]:
    """What the files give together, and what is wrong with some of them.

    A file is (path, text); its path begins with the name of the bundle: what `bundle/a/b/data.json` holds is
    `data.a.b`. Two files may add to the same object, but not give the same value, as with OPA.
    """
    found: dict[str, Any] = {}
    errors: list[PolicyError] = []
    for path, text in files:
        try:
            document = read_data(text, path)
            found = merged(found, nested(folders(path), document.value), Location(path, 1))
        except PolicyError as error:
            errors.append(error)
    return found, errors


def folders(path: str) -> tuple[str, ...]:
    """The folders of a file inside its bundle: `bundle/a/b/data.json` → `("a", "b")`."""
    return tuple(path.split("/")[1:-1])


def places(path: str, text: str) -> list[tuple[str, ...]]:
    """Where in `data` a file gives something: at its folders, or at the top below each of its keys."""
    return [folders(path)] if folders(path) else [(key,) for key in read_data(text, path).value]


def read_data(text: str, path: str) -> Document:
    """The one document of a data file. Raises `PolicyError`."""
    try:
        documents = load_documents(text, path)
    except SourceError as error:
        raise PolicyError(error.message, error.location) from None
    if len(documents) != 1:
        raise PolicyError("a data file holds one document", Location(path, 1))
    if not folders(path) and not isinstance(documents[0].value, dict):
        raise PolicyError("the data at the top of a bundle are an object", Location(path, 1))
    return replace(documents[0], value=_as_opa_reads(documents[0], text, documents[0].value, ()))


def _as_opa_reads(document: Document, text: str, value: Any, at: AttributePath) -> Any:
    """To OPA, unlike Kubernetes, `no` and the other words for yes and no are texts: a country may be Norway."""
    if isinstance(value, dict):
        return {key: _as_opa_reads(document, text, inner, (*at, key)) for key, inner in value.items()}
    if isinstance(value, list):
        return [_as_opa_reads(document, text, inner, (*at, number)) for number, inner in enumerate(value)]
    if not isinstance(value, bool) or not at:
        return value
    where = document.locations[at]
    line = text.removeprefix("\ufeff").splitlines()[where.end_line - 1][: where.end_column]
    word = line.replace(",", " ").replace("[", " ").replace(":", " ").split()[-1]
    return word if word.lower() in _WORDS else value


def nested(path: Sequence[str], value: Any) -> dict[str, Any]:
    """The object that has the value at this path."""
    for name in reversed(path):
        value = {name: value}
    whole: dict[str, Any] = value
    return whole


def merged(one: dict[str, Any], other: dict[str, Any], where: Location, below: tuple[str, ...] = ()) -> dict[str, Any]:
    """Both documents in one. Raises `PolicyError` where both give a value that is not an object."""
    result = dict(one)
    for key, value in other.items():
        known = result.get(key)
        if key not in result:
            result[key] = value
        elif isinstance(known, dict) and isinstance(value, dict):
            result[key] = merged(known, value, where, (*below, key))
        else:
            name = ".".join(("data", *below, key))
            raise PolicyError(f"{name} is given by another data file already", where)
    return result
