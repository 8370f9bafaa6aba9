"""Waivers in a file: `.releasegate/waivers.yaml` of the repository, and the files that an option names."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from scanner.core.location import Location
from scanner.core.notification import Level, Notification
from scanner.core.values import AttributePath, parse_path
from scanner.core.waiver import Waiver, WaiverSource
from scanner.judging.waivers.written import Written
from scanner.schema import check, load_checked
from scanner.yaml_source import Document, SourceError

FILE_NAME = ".releasegate/waivers.yaml"
COMPONENT = "waivers"
_MOST_BYTES = 10 << 20
_SCHEMA = "waivers"


def file_waivers(root: Path, more: Sequence[Path]) -> tuple[list[Written], list[Notification]]:
    """Every entry of the repository's own file, if it has one, and of the files in `more`.

    A bad entry is one that says so; a file of which nothing can be read is an error notification.
    """
    found: list[Written] = []
    troubles: list[Notification] = []
    own = root / FILE_NAME
    files = [own] if own.is_file() or own.is_symlink() else []
    seen: set[Path] = set()
    for file in (*files, *more):
        resolved = file.resolve()
        if resolved in seen:
            continue
        seen.add(resolved)
        name = _name(file, root)
        try:
            if file is own and not resolved.is_relative_to(root.resolve()):
                raise SourceError("is a symbolic link that leads out of the repository", Location(name, 1))
            found += entries(_text(file, name), name)
        except SourceError as error:
            message = f"no waiver of this file counts: {error.message}"
            troubles.append(Notification(Level.ERROR, message, COMPONENT, error.location))
    return found, troubles


def _name(file: Path, root: Path) -> str:
    """What the file is called in every location: its path in the repository; from elsewhere, its name alone."""
    resolved, base = file.absolute(), root.absolute()
    for path in (resolved, file.resolve()):
        if path.is_relative_to(base):
            return path.relative_to(base).as_posix()
    return file.name


def _text(file: Path, name: str) -> str:
    at = Location(name, 1)
    try:
        if file.stat().st_size > _MOST_BYTES:
            raise SourceError(f"larger than {_MOST_BYTES >> 20} MiB", at)
        return file.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise SourceError("not UTF-8 text", at) from None
    except OSError as error:
        raise SourceError(f"cannot be read: {error.strerror}", at) from None


def entries(text: str, path: str) -> Iterator[Written]:
    """The waivers in the text of a file, one for each policy that an entry names.

    Raises `SourceError` where the file as a whole cannot be read.
    """
    document = load_checked(text, path, _SCHEMA, checked=False)
    listed = document.value.get("waivers")
    is_list = isinstance(listed, list)
    whole = {**document.value, "waivers": []} if is_list else document.value
    check(Document(whole, document.location, document.locations), path, _SCHEMA)
    twice = dict(_duplicates(document))
    for number, entry in enumerate(listed or ()):
        at = document.locations.get(("waivers", number), Location(path, 1))
        try:
            if number in twice:
                raise twice[number]
            _check_filled_in(entry, at)
            check(_entry(document, number, entry), path, _SCHEMA)
            until = _day(entry["until"], document.locations.get(("waivers", number, "until"), at))
        except SourceError as error:
            yield from _bad(entry, error, at)
            continue
        yield from (Written(_waiver(entry, rule, until, at)) for rule in _rules(entry))


def _entry(document: Document, number: int, entry: Any) -> Document:
    """The entry as if it were the only one of its file, with its lines."""
    names: list[AttributePath] = [()]
    if isinstance(entry, dict):
        names += [(name,) for name in entry]
        names += [("rules", index) for index in range(len(_list(entry.get("rules"))))]
    places = {
        ("waivers", 0, *name): document.locations[("waivers", number, *name)]
        for name in names
        if ("waivers", number, *name) in document.locations
    }
    return Document({"waivers": [entry]}, document.location, places)


def _duplicates(document: Document) -> Iterator[tuple[int, SourceError]]:
    for name, location in document.duplicate_keys:
        path = parse_path(name)
        error = SourceError(f"{path[-1]} is given twice", location)
        if path[0] != "waivers" or len(path) < 2 or not isinstance(path[1], int):
            raise error
        yield path[1], error


def _check_filled_in(entry: Any, at: Location) -> None:
    """What is left for a person to fill in is said in plainer words than those of the schema."""
    if not isinstance(entry, dict):
        return
    for name, what in (("rules", "rules"), ("reason", "a reason"), ("until", "an end (until: YYYY-MM-DD)")):
        if entry.get(name) in (None, "", []) or str(entry[name]).isspace():
            raise SourceError(f"it lacks {what}", at)
    if not entry.keys() & {"address", "path"}:
        raise SourceError("it names neither an address nor a path", at)


def _day(text: str, at: Location) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise SourceError(f"until: {text} is no date (YYYY-MM-DD)", at) from None


def _bad(entry: Any, error: SourceError, at: Location) -> Iterator[Written]:
    """What can be read of an entry that is none, at the line of what is wrong with it."""
    readable: Mapping[str, Any] = entry if isinstance(entry, dict) else {}
    try:
        until = date.fromisoformat(str(readable.get("until")))
    except ValueError:
        until = date.min
    message = f"this entry waives nothing: {error.message.removeprefix('waivers[0]').lstrip('.: ')}"
    for rule in _rules(readable) or [""]:
        yield Written(_waiver(readable, rule, until, error.location or at), message)


def _waiver(entry: Mapping[str, Any], rule: str, until: date, at: Location) -> Waiver:
    return Waiver(
        policy=rule,
        reason=_words(entry, "reason"),
        until=until,
        location=at,
        owner=_words(entry, "owner"),
        approver=_words(entry, "approver"),
        source=WaiverSource.FILE,
        address=_words(entry, "address"),
        path=_words(entry, "path"),
        ticket=_words(entry, "ticket"),
    )


def _rules(entry: Mapping[str, Any]) -> list[str]:
    return [rule for rule in _list(entry.get("rules")) if isinstance(rule, str)]


def _words(entry: Mapping[str, Any], name: str) -> str:
    value = entry.get(name)
    return value.strip() if isinstance(value, str) else ""


def _list(value: Any) -> Sequence[Any]:
    return value if isinstance(value, list) else [value] if isinstance(value, str) else []
