"""Odd Dockerfiles: what is read of each, where it stands, and what is said of the rest.

Whether BuildKit's parser takes a file was recorded with BuildKit 0.34.2 (frontend/dockerfile/parser, instructions).
"""

import time
from dataclasses import dataclass
from pathlib import Path

import pytest

from scanner.core.resource import Parsed, SourceFile
from scanner.discovery import DiscoveryOptions, discover
from scanner.parsers.dockerfile import DOCKERFILE
from scanner.parsers.interface import ParseContext

ODD = Path(__file__).parents[3] / "fixtures" / "parsers" / "dockerfile" / "odd"
UNREAD = "; this instruction was not read"
NO_FROM = "no FROM instruction, so there is no image to judge; add one, or exclude the file"
CIRCLE = "this stage needs files of itself, directly or through others; Docker refuses it"


@dataclass(frozen=True)
class Odd:
    """`stages` as (address behind #, first line, last line, user, role); `told` as (line, message)."""

    stages: list[tuple[str, int, int, str | None, str]]
    told: list[tuple[int, str]]
    buildkit_reads: bool


FILES = {
    "bad-mounts": Odd(
        [("0", 1, 6, "app", "final")],
        [
            (2, f"--mount takes one of the types bind, cache, tmpfs, secret and ssh{UNREAD}"),
            (3, f"a secret mount needs an id, a source or a target{UNREAD}"),
            (4, f"target of --mount needs a value{UNREAD}"),
            (5, f"--mount knows no nonsense{UNREAD}"),
        ],
        buildkit_reads=True,  # and refuses it when the instruction is built
    ),
    "bom": Odd([("0", 2, 5, "app", "final")], [], buildkit_reads=True),
    "broken-json": Odd([("0", 1, 4, "app", "final")], [], buildkit_reads=True),
    "circle": Odd(
        [("one", 1, 2, None, "base"), ("two", 3, 4, None, "builder"), ("serve", 5, 6, "app", "final")],
        [(1, CIRCLE), (3, CIRCLE)],
        buildkit_reads=True,
    ),
    "comments-between": Odd([("0", 1, 7, "app", "final")], [], buildkit_reads=True),
    "directive-twice": Odd(
        [("0", 3, 4, "app", "final")],
        [(2, "a second parser directive syntax; Docker refuses it")],
        buildkit_reads=False,
    ),
    "dockerfile-in-heredoc": Odd([("0", 1, 13, "app", "final")], [], buildkit_reads=True),
    "empty": Odd([], [(1, NO_FROM)], buildkit_reads=False),
    "escape-after-comment": Odd([("0", 3, 6, "app", "final")], [], buildkit_reads=True),
    "escape-backtick": Odd([("0", 2, 6, "ContainerUser", "final")], [], buildkit_reads=True),
    "escape-invalid": Odd(
        [("0", 2, 3, "app", "final")],
        [(1, "the parser directive escape takes \\ or `; Docker refuses it")],
        buildkit_reads=False,
    ),
    "from-empty": Odd(
        [("0", 2, 3, "root", "final")],
        [(2, f"FROM has an empty name of an image{UNREAD}")],
        buildkit_reads=True,
    ),
    "from-itself": Odd([("serve", 1, 2, "app", "final")], [], buildkit_reads=True),
    "from-unresolved": Odd([("serve", 2, 3, "app", "final")], [], buildkit_reads=True),
    "json-of-numbers": Odd(
        [("0", 1, 3, "app", "final")],
        [(2, f"CMD takes a JSON list of strings only{UNREAD}")],
        buildkit_reads=False,
    ),
    "nested-onbuild": Odd(
        [("0", 1, 5, "app", "final")],
        [(2, f"ONBUILD takes no ONBUILD{UNREAD}"), (3, f"ONBUILD takes no FROM{UNREAD}")],
        buildkit_reads=False,
    ),
    "no-from": Odd(
        [],
        [
            (1, f"RUN stands before the first FROM{UNREAD}"),
            (2, f"USER stands before the first FROM{UNREAD}"),
            (1, NO_FROM),
        ],
        buildkit_reads=False,
    ),
    "no-such-stage": Odd(
        [("serve", 1, 3, "app", "final")],
        [(2, "the file has no stage 7; Docker refuses it")],
        buildkit_reads=True,
    ),
    "onbuild-heredoc": Odd([("base", 1, 5, None, "base"), ("1", 6, 7, "app", "final")], [], buildkit_reads=True),
    "only-arg": Odd([], [(1, NO_FROM)], buildkit_reads=True),
    "only-comments": Odd([], [(1, NO_FROM)], buildkit_reads=False),
    "scratch": Odd([("build", 1, 2, None, "builder"), ("1", 3, 6, None, "final")], [], buildkit_reads=True),
    "self-reference": Odd([("serve", 1, 3, "app", "final")], [(1, CIRCLE)], buildkit_reads=True),
    "stage-name": Odd(
        [("0", 1, 2, "root", "unused"), ("serve", 3, 4, "app", "final")],
        [(1, f"the name of a stage begins with a letter, and has letters, digits, - _ and . only{UNREAD}")],
        buildkit_reads=False,
    ),
    "tabs": Odd([("serve", 1, 4, "app", "final")], [], buildkit_reads=True),
    "template": Odd(
        [],
        [(2, "a template of a Dockerfile cannot be read; render it and scan the result, or exclude it")],
        buildkit_reads=False,
    ),
    "three-words": Odd(
        [("serve", 1, 2, "app", "unused"), ("1", 3, 4, "root", "final")],
        [(3, f"FROM takes an image, or an image AS a name{UNREAD}")],
        buildkit_reads=False,
    ),
    "unknown-flag": Odd(
        [("0", 1, 4, "app", "final")],
        [(2, f"RUN knows no flag --privileged{UNREAD}"), (3, f"COPY knows no flag --owner{UNREAD}")],
        buildkit_reads=False,
    ),
    "unknown-instruction": Odd(
        [("0", 1, 3, "app", "final")], [(2, f"unknown instruction IMPORT{UNREAD}")], buildkit_reads=False
    ),
    "unterminated-heredoc": Odd(
        [("0", 1, 4, None, "final")],
        [(2, "the here-document EOF has no end; add the line that ends it")],
        buildkit_reads=False,
    ),
    "user-in-heredoc": Odd([("0", 1, 6, "app", "final")], [], buildkit_reads=True),
    "windows-paths": Odd([("0", 1, 4, "ContainerAdministrator", "final")], [], buildkit_reads=True),
}
NOT_TEXT = {"latin-1", "nul"}


def read(text: str, path: str = "Dockerfile") -> Parsed:
    return DOCKERFILE.parse([SourceFile(path, "dockerfile", text)], ParseContext(Path("/nowhere")))


@pytest.mark.parametrize("name", FILES)
def test_every_odd_file_is_read_as_far_as_it_goes(name: str) -> None:
    path = f"{name}.Dockerfile"
    parsed = read((ODD / path).read_bytes().decode(), path)
    stages = [
        (
            stage.address.removeprefix(f"{path}#"),
            stage.location.start_line,
            stage.location.end_line,
            stage.attributes.get("user", {}).get("name"),
            stage.attributes["role"],
        )
        for stage in parsed.resources
    ]
    told = [(note.location.start_line, note.message) for note in parsed.notifications if note.location]
    assert (stages, told) == (FILES[name].stages, FILES[name].told)
    assert {note.level for note in parsed.notifications} <= {"error"}


@pytest.mark.parametrize("name", [name for name, odd in FILES.items() if not odd.buildkit_reads])
def test_what_buildkit_refuses_is_an_error(name: str) -> None:
    assert FILES[name].told


def test_every_odd_file_is_in_the_table() -> None:
    assert {path.name.removesuffix(".Dockerfile") for path in ODD.iterdir()} == FILES.keys() | NOT_TEXT


def test_what_is_no_text_is_told_of() -> None:
    def claim(path: str, head: bytes) -> str | None:
        return "dockerfile" if DOCKERFILE.claims(path, head) else None

    found = discover(ODD, [ODD], claim, DiscoveryOptions())
    told = {note.location.path: note.message for note in found.notifications if note.location}
    assert told == {
        f"{name}.Dockerfile": "not UTF-8 text, although its name or head says dockerfile" for name in NOT_TEXT
    }
    assert len(found.files) == len(FILES)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("FROM x\nRUN " + "echo a; " * 1_300_000, "a line of more than 65,534 bytes, which Docker refuses"),
        ("FROM x\nRUN " + "echo a; \\\n" * 100_000, "a command of more than 256 KiB"),
        ("FROM x\nRUN " + "$(" * 10_000, "the command is nested too deeply to be read"),
        ("FROM x\nRUN " + "(" * 10_000, "the command is nested too deeply to be read"),
    ],
)
def test_what_is_too_long_or_too_deep_is_told_of_in_time(text: str, message: str) -> None:
    start = time.process_time()
    parsed = read(text)
    assert time.process_time() - start < 10
    assert [note.message for note in parsed.notifications] == [f"{message}{UNREAD}"]
    assert len(parsed.resources) == 1


def test_five_thousand_instructions() -> None:
    lines = [f"RUN pip install package-{number}==1.0 && curl -O https://x.example/{number}" for number in range(5_000)]
    start = time.process_time()
    parsed = read("FROM x\n" + "\n".join(lines) + "\n")
    assert time.process_time() - start < 20
    (stage,) = parsed.resources
    assert parsed.notifications == ()
    assert [len(stage.attributes[name]) for name in ("run", "installs", "downloads")] == [5_000] * 3
    assert stage.locate(("installs", 4_999)).start_line == 5_001


@pytest.mark.parametrize(
    "text",
    [
        "RUN <<a <<a <<a\n",
        "COPY --from=0 a b\n",
        "FROM a AS a\n",
        "ONBUILD RUN <<\n",
        "RUN \"'`$(${\n",
        "ENV A=${A:-${A}}\n",
    ],
)
def test_many_of_the_same_take_time_in_proportion(text: str) -> None:
    start = time.process_time()
    read("FROM x AS a\n" + text * 3_000)
    assert time.process_time() - start < 20
