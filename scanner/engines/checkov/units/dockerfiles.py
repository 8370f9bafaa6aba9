"""The Dockerfiles of a release, written so that Checkov reads no here-document as instructions."""

import re
import string
from collections.abc import Mapping, Sequence
from posixpath import basename
from typing import Any

from scanner.core.resource import Release, Resource
from scanner.engines.checkov.interface import DOCKERFILE, Unit
from scanner.engines.checkov.units.folder import Folder

_RECOGNISED = re.compile(r"(?:.+\.)?[Dd]ockerfile(?:\..+)?")
_MARKER = re.compile(r"\d*<<-?[^<]*")
_SHELLS = frozenset(("sh", "ash", "bash", "dash", "ksh", "zsh"))
_PROGRAM = re.compile(r"(?<=\s)(?:\S*/)?(?:a|ba|da|k|z)?sh(?:\s+-\S*)*$")
_SHELL_LINE = re.compile(r"#!\s*\S*(?:/|\s)(?:a|ba|da|k|z)?sh\b")
_ESCAPE = re.compile(
    r"\A\ufeff?(?:\s*#\s*(?:syntax|check)\s*=.*\n)*\s*#\s*escape\s*=\s*`\s*$", re.IGNORECASE | re.MULTILINE
)
# What Python takes for the end of a line, and Docker does not: the numbers of all later lines would be wrong.
_OTHER_LINE_ENDS = re.compile(r"[\v\f\x1c-\x1e\x85\u2028\u2029]|\r(?!\n)")


def dockerfile_units(release: Release) -> list[Unit]:
    """One unit of all Dockerfiles, none where there is no stage."""
    by_path: dict[str, list[Resource]] = {}
    for resource in release.resources:
        if resource.format == "dockerfile":
            by_path.setdefault(resource.location.path, []).append(resource)
    folder = Folder()
    for path, stages in sorted(by_path.items()):
        file = release.files_by_path.get(path)
        if file is not None:
            is_recognised = _RECOGNISED.fullmatch(basename(path)) is not None
            folder.put(path, _plain_text(file.text, stages), None if is_recognised else f"{path}.Dockerfile")
    if not folder.files:
        return []
    resources = tuple(stage for _, stages in sorted(by_path.items()) for stage in stages)
    return [Unit("the Dockerfiles", min(by_path), DOCKERFILE, folder.files, resources, folder.paths)]


def _plain_text(text: str, stages: Sequence[Resource]) -> str:
    """The text without here-documents, every other line where it was.

    dockerfile-parse reads the lines of a here-document as instructions. One that a shell runs becomes the command of
    its RUN, over as many lines; any other, which is the text of some file, becomes blank lines.
    """
    lines = _OTHER_LINE_ENDS.sub(" ", text).split("\n")
    escape = "`" if _ESCAPE.search(text) else "\\"
    for stage in stages:
        for number, entry in enumerate(stage.attributes.get("instructions", ())):
            if "heredoc" in entry:
                where, body = stage.locate(("instructions", number)), entry["heredoc"]
                # The joined bodies have one line end less than there are lines in them and behind them.
                header = max(where.start_line, where.end_line - body.count("\n") - 1)
                _neutralise(lines, entry.get("trigger", entry), (header, where.end_line), escape)
    return "\n".join(lines)


def _neutralise(lines: list[str], entry: Mapping[str, Any], span: tuple[int, int], escape: str) -> None:
    """Rewrite the here-documents of one instruction, whose own text ends in the first line of the span."""
    header, last = span
    words = [word for word in entry["arguments"] if not _MARKER.fullmatch(word)]
    is_single = len(words) == len(entry["arguments"]) - 1 and "<<" in lines[header - 1]
    if entry["instruction"] == "RUN" and is_single and _is_script(words, entry["heredoc"]):
        _make_commands(lines, header, last, escape)
    else:
        lines[header:last] = [""] * (last - header)
        # Checkov looks for the end of what begins so, and it is gone.
        lines[header - 1] = lines[header - 1].replace("RUN <<", "RUN  <<")


def _is_script(words: Sequence[str], body: str) -> bool:
    """Whether a shell runs the here-document, so that it is the whole command of a RUN with these words beside it."""
    if body.startswith("#!") and not _SHELL_LINE.match(body):
        return False
    return not words or (basename(words[0]) in _SHELLS and all(word.startswith("-") for word in words[1:]))


def _make_commands(lines: list[str], header: int, last: int, escape: str) -> None:
    """Make the lines of a here-document the command of the RUN whose text ends in line `header`, joined with `&&`."""
    before, _, name = lines[header - 1].rpartition("<<")
    words = before.rstrip(string.digits).rstrip()
    program = _PROGRAM.search(words)
    lines[header - 1] = f"{words[: program.start()] if program else words} {escape}"
    for number in range(header + 1, last + 1):
        line = lines[number - 1].rstrip()
        if number == last:
            lines[number - 1] = "true" if line.strip() == name.strip("-'\" \t\r") else line
        elif not line:
            lines[number - 1] = escape
        elif not line.lstrip().startswith("#"):  # a comment stays one there as well
            lines[number - 1] = line if line.endswith(escape) else f"{line} && {escape}"
