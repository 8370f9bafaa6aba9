"""What happens to the files of a stage, in order: copies that bring some in, and commands that may change them."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from posixpath import basename, normpath
from typing import Any

from scanner.core.values import Unresolved
from scanner.parsers.dockerfile.commands import Command
from scanner.parsers.dockerfile.programs import bare, program

LOCKS = {"uv": "uv.lock", "poetry": "poetry.lock", "pdm": "pdm.lock", "pipenv": "Pipfile.lock"}
_WRITES_LOCK = frozenset(["add", "lock", "remove", "update", "upgrade"])
_READS_ONLY = re.compile(
    r"\[+|awk|cat|cd|ch(grp|mod|own)|[ef]?grep|diff|echo|export|head|ls|md5sum|mkdir|printf|rm|set|sha\d+sum|sort|stat"
    r"|tail|test|true|wc"
)
_SUBSHELL = re.compile(r"(?<!\$)\(")


@dataclass(frozen=True)
class Brought:
    """A source of COPY, ADD or a bind mount: `entry` as in `copied`, and the place in the image that it comes to.

    `into` says that the place is written as a folder, `parents` that the source keeps the folders above it.
    """

    entry: Mapping[str, Any]
    place: str | Unresolved
    into: bool = False
    parents: bool = False


@dataclass(frozen=True)
class Changed:
    """A command that may write files of these names."""

    names: frozenset[str]


@dataclass(frozen=True)
class Moment:
    """When and where a command runs: after how many events of its stage, in which folder, with which mounts."""

    events: int
    folder: str | Unresolved | None
    mounts: tuple[Mapping[str, Any], ...] = ()


def place(folder: str | Unresolved | None, path: str) -> str:
    """The place in the image that `path` means in `folder`; below a folder that is not known it has a name of its own.

    None is the WORKDIR of the base image.
    """
    if path.startswith("/"):
        return normpath(path)
    if not isinstance(folder, str):
        folder = "\0" + ("" if folder is None else folder.expression.replace("/", "|"))
    return normpath(f"{folder}/{path}")


def moved(command: Command, folder: str | Unresolved | None, script: str) -> str | Unresolved | None:
    """The folder after `command`, which `cd` changes; where a subshell comes back from it, it is not known."""
    if not command.words or command.words[0].text not in ("cd", "pushd", "popd"):
        return folder
    words = [word for word in command.words[1:] if not word.text.startswith("-")]
    if command.words[0].text == "cd" and len(words) == 1 and not words[0].unknown and not _SUBSHELL.search(script):
        return place(folder, words[0].text)
    return Unresolved(" ".join(command.texts), "the folder that the command runs in is not known")


def changes(command: Command, installs: bool) -> Changed | None:
    """The files that a command may write, by name alone; None when it writes none.

    One that installs packages writes its output, and the lock when it adds to it.
    """
    names = {basename(output) for output in command.outputs}
    words = bare(command.words)
    name = program(words)
    texts = [word.text for word in words[1:]]
    if (
        not installs
        and not _READS_ONLY.fullmatch(name)
        and not (name == "sed" and not any(_in_place(text) for text in texts))
    ):
        names |= {basename(text.rpartition("=")[2]) for text in texts}
    if name in LOCKS and _WRITES_LOCK & set(texts):
        names |= {LOCKS[name], "pyproject.toml", "Pipfile"}
    if name == "pip-compile":
        names |= {f"{basename(text).removesuffix('.in')}.txt" for text in texts if text.endswith(".in")}
        names.add("requirements.txt")
    names.discard("")
    return Changed(frozenset(names)) if names else None


def _in_place(text: str) -> bool:
    return text.startswith("--in-place") or re.fullmatch(r"-[A-Za-z]*i.*", text) is not None
