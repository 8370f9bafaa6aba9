import json
from typing import Any

import pytest

from scanner.reports.safe_text import first_sentence, one_line, to_json, visible


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("\x1b[31mred", r"\x1b[31mred"),
        ("a\x07b\x7fc\x9bd", r"a\x07b\x7fc\x9bd"),
        ("abc\u202efdp.exe", r"abc\u202efdp.exe"),
        ("zero\u200bwidth\ufeff", r"zero\u200bwidth\ufeff"),
        ("line\u2028separator", r"line\u2028separator"),
        ("tag\U000e0041", r"tag\U000e0041"),
        ("half \ud83d", r"half \ud83d"),
        ("##[error]boo", r"#\x23[error]boo"),
        ("日本語 🚀 é", "日本語 🚀 é"),
        ("family 👩\u200d👩", "family 👩\u200d👩"),
        ("[bold]x[/bold] :smile:", "[bold]x[/bold] :smile:"),
    ],
)
def test_characters_that_steer_are_written_out(written: str, shown: str) -> None:
    assert visible(written) == shown


def test_one_line_has_no_line_breaks_and_no_runs_of_space() -> None:
    assert one_line("a\r\n  b\tc\x0bd\x85e") == "a b c d e"


def test_one_line_is_cut_where_it_is_very_long() -> None:
    assert one_line("x" * 5000) == "x" * 1999 + "…"


@pytest.mark.parametrize(
    ("command", "shown"),
    [
        ("::error::x", r"\x3a:error::x"),
        ("a::add-mask::x", r"a\x3a:add-mask::x"),
        ("::error file=a:b,line=1::x", r"\x3a:error file=a:b,line=1::x"),
        ("a::Error file=b::x", r"a\x3a:Error file=b::x"),
        ("of a later day ::command::x", r"of a later day \x3a:command::x"),
    ],
)
def test_log_commands_of_github_lose_their_mark(command: str, shown: str) -> None:
    assert one_line(command) == shown


@pytest.mark.parametrize(
    "text", ["::/0", "arn:aws:iam::aws:policy/Admin", "s3:::bucket", "std::vector", "AWS::S3::Object"]
)
def test_what_only_looks_like_a_log_command_stays(text: str) -> None:
    assert one_line(text) == text


def test_first_sentence_ends_at_a_full_stop_and_not_at_a_dot_in_a_word() -> None:
    assert first_sentence("Set kms.key to\nyours. Then apply.") == "Set kms.key to yours."


@pytest.mark.parametrize("text", ["\x1b[2J", "\x9b31m", "\u202eabc", "\u2028", "\u200b", "日本 🚀", "\x00", '"\\'])
def test_json_is_safe_to_print_and_reads_back_as_written(text: str) -> None:
    written = to_json({text: text})

    assert json.loads(written) == {text: text}
    assert not set(written) & set("\x1b\x9b\u202e\u2028\u200b\x00")


def test_json_can_be_written_as_utf_8_whatever_it_holds() -> None:
    assert json.loads(to_json(["half \ud83d"]).encode()) == ["half \ufffd"]


@pytest.mark.parametrize("opened", range(6))
@pytest.mark.parametrize(
    "value",
    [
        {},
        [],
        None,
        "text",
        {"a": {}, "b": [], "c": [[]], "d": [{"e": [1, -2.5, True, False, None, "\n"]}]},
        [{"a": {"b": {"c": [1, {"d": 2}]}}}, [[1], [2, [3]]]],
    ],
)
def test_json_is_indented_as_by_the_standard_library(value: Any, opened: int) -> None:
    assert to_json(value, opened) == json.dumps(value, indent=2) + "\n"


@pytest.mark.parametrize("opened", range(4))
def test_an_iterator_is_written_as_a_list_and_read_one_by_one(opened: int) -> None:
    written = to_json({"numbers": ({"number": number} for number in range(3)), "none": iter(())}, opened)

    assert json.loads(written) == {"numbers": [{"number": 0}, {"number": 1}, {"number": 2}], "none": []}
    assert written == to_json(json.loads(written))
