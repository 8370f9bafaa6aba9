"""Commands in the text of a shell: where they begin and end, and what is known of their words."""

import time
from contextlib import suppress

import pytest

from scanner.core.values import Unresolved
from scanner.parsers.dockerfile.commands import Command, ShellError
from scanner.parsers.dockerfile.shell import read_commands

VARIABLES = {"V": "2", "PKGS": "one two", "EMPTY": "", "NONE": None}


def commands(text: str, escape: str = "\\") -> list[tuple[str, ...]]:
    return [command.texts for command in read_commands(text, VARIABLES, escape)]


def only(text: str) -> Command:
    (command,) = read_commands(text, VARIABLES)
    return command


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a b && c || d; e | f & g", [("a", "b"), ("c",), ("d",), ("e",), ("f",), ("g",)]),
        ("a\nb \\\n c", [("a",), ("b", "c")]),
        ("a # b; c\nd", [("a",), ("d",)]),
        ("a b#c", [("a", "b#c")]),
        ("(a; b) && { c; }", [("a",), ("b",), ("c",)]),
        ("((a && b); c)", [("a",), ("b",), ("c",)]),
        ("if a; then b; elif c; then d; else e; fi", [("a",), ("b",), ("c",), ("d",), ("e",)]),
        ("while ! a; do b; done", [("a",), ("b",)]),
        ("case x in one) a;; two|2) b ;; esac; c", [("a",), ("two",), ("b",), ("c",)]),
        ("f() { a b; }; f", [("a", "b"), ("f",)]),
        ("a 'b;c' \"d && e\" f\\;g", [("a", "b;c", "d && e", "f;g")]),
        ("a > /x 2>&1 >>y <z b", [("a", "b")]),
        ("a $(b $(c)) `d`", [("c",), ("b", "$(c)"), ("d",), ("a", "$(b $(c))", "`d`")]),
        ("a <(b c) x", [("b", "c"), ("a", "<(…)", "x")]),
        ("echo $((1 << 3)) && a", [("echo", "$((1 << 3))"), ("a",)]),
        ("((i = i + 1)); a", [("a",)]),
        ("a $PKGS \"$PKGS\" x$V ${V}y $EMPTY '$V'", [("a", "one", "two", "one two", "x2", "2y", "$V")]),
        ("a=(x y); b", [(), ("b",)]),
        ("", []),
    ],
)
def test_words(text: str, expected: list[tuple[str, ...]]) -> None:
    assert commands(text) == expected


def test_a_here_document_is_no_command() -> None:
    first, second, third = read_commands("cat <<EOF > /x && b\nUSER root; c\nEOF\nd <<-'E'\n\tz\n\tE\n", {})
    assert (first.texts, first.input, first.outputs) == (("cat",), "USER root; c\n", ("/x",))
    assert (second.texts, third.texts, third.input) == (("b",), ("d",), "\tz\n")
    assert only("a <<< 'text'").input == "text"


def test_a_here_document_without_end_takes_the_rest() -> None:
    assert commands("a <<EOF\nb\nc") == [("a",)]


def test_who_reads_whose_output() -> None:
    first, second, third = read_commands("a | b |& c", {})
    assert (first.reads, second.reads, third.reads) == (None, first, second)
    first, second, _ = read_commands("a | (b; c)", {})
    assert second.reads is first
    first, second = read_commands("a || b", {})
    assert second.reads is None


def test_what_the_script_sets_goes_before_what_it_was_given() -> None:
    assert commands("V=3; a $V") == [(), ("a", "3")]
    assert commands("export V=4 && a $V") == [("export", "V=4"), ("a", "4")]
    assert commands("V=3 a $V") == [("a", "2")]
    assert only("PIP_INDEX_URL=https://x pip install y").assigned["PIP_INDEX_URL"].text == "https://x"


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("a $X", "no ARG or ENV before this line sets X"),
        ("a $NONE", "ARG NONE has no default"),
        ("a $(b)", "a command writes it"),
        ("a $1", "no ARG or ENV before this line sets 1"),
        ("if b; then V=3; else V=4; fi; a $V", "the command sets V more than once"),
        ("for p in x y; do a $p; done", "p is set in a loop"),
    ],
)
def test_unknown_words_name_their_cause(text: str, why: str) -> None:
    *_, last = (command for command in read_commands(text, VARIABLES) if command.texts[:1] == ("a",))
    assert last.words[1].value() == Unresolved(last.words[1].text, why)


def test_other_shells_have_another_escape() -> None:
    assert commands("a C:\\x`; b; c", "`") == [("a", "C:\\x;", "b"), ("c",)]
    assert commands("copy C:\\a C:\\b & del C:\\c", "^") == [("copy", "C:\\a", "C:\\b"), ("del", "C:\\c")]


def test_offsets() -> None:
    text = "aa && bb cc;  dd"
    assert [text[command.offset :][:2] for command in read_commands(text, {})] == ["aa", "bb", "dd"]


@pytest.mark.parametrize("text", ["$(" * 200, "(" * 200, '"$(' * 200])
def test_too_deep_is_an_error(text: str) -> None:
    with pytest.raises(ShellError):
        read_commands(text, {})


@pytest.mark.parametrize("text", ["((a", "<<E\n", "'", "${", "${a:-", "`", "a|", "\\", "x;((1+1", "$((", "a=(1) ", "&"])
def test_reading_takes_time_in_proportion_to_the_text(text: str) -> None:
    start = time.process_time()
    with suppress(ShellError):
        read_commands(text * (200_000 // len(text)), {})
    assert time.process_time() - start < 10
