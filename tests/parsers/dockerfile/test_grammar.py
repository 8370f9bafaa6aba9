"""The parts of single instructions, by the grammar and by the plain rules."""

import pytest

from scanner.parsers.dockerfile import grammar
from scanner.parsers.dockerfile.grammar import Statement, StatementError, read
from scanner.parsers.dockerfile.lines import Word, instructions


def parts(line: str, escape: str = "\\") -> Statement:
    (instruction,) = instructions("Dockerfile", line.split("\n"), escape)
    return read(instruction, escape)


def texts(words: tuple[Word, ...]) -> list[str]:
    return [word.text for word in words]


def pairs(line: str) -> list[tuple[str, str | None]]:
    return [(pair.name, pair.value) for pair in parts(line).pairs]


READ_BY_THE_GRAMMAR = [
    "FROM --platform=linux/amd64 registry.acme.example:5000/a/b:1@sha256:ab AS build",
    "FROM ${A}/b:${C:-d}",
    "from x as y",
    "ENV A=1 B=\"two words\" C='x' D=a\\ b E=$A",
    "ENV A b",
    "LABEL a=b \"c d\"='e f'",
    'ARG A="x y"',
    "ARG A",
    "COPY --from=build --chown=1:2 /a /ß c/",
    "ADD https://x.example/y /z",
    "EXPOSE 80/tcp 90-99 $P",
    "VOLUME /a /b",
]


@pytest.mark.parametrize("line", READ_BY_THE_GRAMMAR)
def test_grammar_and_plain_rules_agree(line: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def summary() -> tuple[object, ...]:
        found = parts(line)
        return found.flags, found.rest, found.words, [(p.name, p.value, p.word.offset) for p in found.pairs]

    (instruction,) = instructions("Dockerfile", [line], "\\")
    assert grammar._tree(instruction.keyword, instruction.text) is not None
    by_grammar = summary()
    monkeypatch.setattr(grammar, "_tree", lambda *_: None)
    assert summary() == by_grammar


def test_from_has_image_and_name() -> None:
    statement = parts("FROM --platform=$BUILDPLATFORM python:3.11 AS build")
    assert statement.flags == {"platform": "$BUILDPLATFORM"}
    assert texts(statement.words) == ["python:3.11", "build"]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("ENV old two words", [("old", "two words")]),
        ("ENV A=", [("A", "")]),
        ("ENV A-B=1 c.d=2", [("A-B", "1"), ("c.d", "2")]),
        ("ARG a b=1 c", [("a", None), ("b", "1"), ("c", None)]),
        ("ARG a=", [("a", "")]),
        ("LABEL maintainer Ada <ada@acme.example>", [("maintainer", "Ada <ada@acme.example>")]),
        ("LABEL io.acme/team=ml a='b'\"c\"", [("io.acme/team", "ml"), ("a", "'b'\"c\"")]),
    ],
)
def test_pairs_that_the_grammar_cannot_read(line: str, expected: list[tuple[str, str | None]]) -> None:
    assert pairs(line) == expected


def test_flags() -> None:
    statement = parts('COPY --link --exclude="*.md" --exclude=*.txt --from=build -- --odd /x')
    assert statement.flags == {"link": True, "exclude": ["*.md", "*.txt"], "from": "build"}
    assert texts(statement.words) == ["--odd", "/x"]
    assert parts("RUN --mount=type=cache,target=/x,rw --network=none make --jobs").rest.text == "make --jobs"
    assert parts("CMD --model /models").flags == {}


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ('CMD ["a", "b c"]', ("a", "b c")),
        ('COPY --from=x ["a b", "/c"]', ("a b", "/c")),
        ('RUN ["a"]', ("a",)),
        ('CMD ["a"] # no longer a list', None),
        ("CMD ['a']", None),
        ('CMD ["a", "b"', None),
        ("CMD a b", None),
    ],
)
def test_exec_form_only_where_the_text_is_json(line: str, expected: tuple[str, ...] | None) -> None:
    assert parts(line).exec_form == expected


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("FETCH x", "unknown instruction FETCH"),
        ("hf_abcdefghijklmnopqrstuvwxyz0123456789 x", "unknown instruction"),
        ("RUN", "RUN needs an argument"),
        ("RUN --network=none", "RUN needs an argument"),
        ("FROM a b", "FROM takes an image, or an image AS a name"),
        ("FROM {{ image }}", "FROM takes an image, or an image AS a name"),
        ("RUN --privileged make", "RUN knows no flag --privileged"),
        ("COPY --Owner=hf_x a b", "an unknown flag"),
        ("RUN " + "x" * 65_536, "a line of more than 65,534 bytes, which Docker refuses"),
        ("ENV A", "ENV takes a name and a value"),
        ("ENV A=1 B", "ENV takes name=value, and one of its words is none"),
        ("ARG =x", "ARG takes name=value, and one of its words is none"),
        ('CMD ["a", ["b"]]', "CMD takes a JSON list of strings only"),
    ],
)
def test_what_docker_refuses(line: str, message: str) -> None:
    with pytest.raises(StatementError) as caught:
        parts(line)
    assert str(caught.value) == message


def test_a_very_long_instruction_is_read_without_the_grammar() -> None:
    many = " \\\n".join(f"A{number}=1" for number in range(20_000))
    assert len(parts(f"ENV {many}").pairs) == 20_000
