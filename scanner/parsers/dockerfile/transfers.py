"""What COPY and ADD do to a stage: the files that come in, and what is fetched for them."""

import re
from posixpath import join, normpath
from typing import Any

from scanner.core.values import Unresolved
from scanner.parsers.dockerfile.copies import REMOTE, copied
from scanner.parsers.dockerfile.events import Brought, place
from scanner.parsers.dockerfile.grammar import Statement, StatementError
from scanner.parsers.dockerfile.lines import Instruction
from scanner.parsers.dockerfile.stage import Stage

_SHOWN_FLAG = {"ADD": "checksum", "COPY": "from"}
_HEREDOC = re.compile(r"\d*<<-?\s*[^<\s]+")
_REVISION = re.compile(r"#(?P<revision>[^:]*)(:.*)?$")


def transfer(stage: Stage, instruction: Instruction, statement: Statement) -> None:
    """Take in a COPY or ADD. Raises `StatementError` for one without source or destination."""
    texts = statement.exec_form or [word.text for word in statement.words]
    if len(texts) < 2:
        raise StatementError(f"{instruction.keyword} takes one or more sources and a destination")
    *sources, destination = [stage.expand(text) for text in texts]
    entry: dict[str, Any] = {"sources": sources, "destination": destination}
    flag = statement.flags.get(_SHOWN_FLAG[instruction.keyword])
    if isinstance(flag, str):
        entry[_SHOWN_FLAG[instruction.keyword]] = stage.expand(flag)
    stage.append(instruction.keyword.lower(), entry, instruction.location)
    flags = {name: stage.expand(value) if isinstance(value, str) else value for name, value in statement.flags.items()}
    to = _destination(stage, destination)
    for text, source in zip(texts, sources, strict=False):
        is_here_document = statement.exec_form is None and _HEREDOC.fullmatch(text) is not None
        one = copied(source, to, flags, is_here_document and bool(instruction.heredocs))
        if "from" in entry:
            one["from"] = entry["from"]
        if (volume := _volume_of(stage, to)) is not None:
            one["in_volume"] = volume
        excludes = statement.flags.get("exclude")
        if excludes is not None:
            one["exclude"] = list(excludes) if isinstance(excludes, list) else [excludes]
        stage.append("copied", one, instruction.location)
        stage.events.append(_brought(stage, one, destination, "parents" in flags))
        if instruction.keyword == "ADD" and isinstance(source, str) and REMOTE.match(source):
            stage.append("downloads", _download(source, flags), instruction.location)


def _destination(stage: Stage, destination: str | Unresolved) -> str | Unresolved:
    """The destination from the root on, where the WORKDIR is known."""
    workdir = stage.attributes.get("workdir")
    if isinstance(destination, Unresolved) or re.match(r"[/\\]|[A-Za-z]:", destination) or not isinstance(workdir, str):
        return destination
    if "\\" in workdir or ":" in workdir:
        return destination
    return normpath(join(workdir, destination)) + ("/" if destination.endswith(("/", ".")) else "")


def _brought(stage: Stage, entry: dict[str, Any], written: str | Unresolved, parents: bool) -> Brought:
    if isinstance(written, Unresolved):
        return Brought(entry, written)
    into = written.endswith("/") or written.rpartition("/")[2] in (".", "..")
    return Brought(entry, place(stage.attributes.get("workdir"), written), into, parents)


def _volume_of(stage: Stage, path: str | Unresolved) -> str | None:
    """The volume that an earlier VOLUME makes of this place: the classic builder drops what comes there later."""
    if isinstance(path, Unresolved):
        return None
    clean = path.rstrip("/") + "/"
    volumes = [volume for volume in stage.attributes.get("volumes", ()) if isinstance(volume, str)]
    return next((volume for volume in volumes if clean.startswith(volume.rstrip("/") + "/")), None)


def _download(source: str, flags: dict[str, Any]) -> dict[str, Any]:
    entry: dict[str, Any] = {"tool": "ADD", "url": source, "verified": "checksum" in flags}
    if "checksum" in flags:
        entry["checksum"] = flags["checksum"]
    found = _REVISION.search(source)
    if (found and found["revision"] and not source.startswith(("http://", "https://"))) or (
        ".git#" in source and found
    ):
        entry["revision"] = found["revision"]
    return entry
