"""Manifests that were made to take time or memory end in a notification, or are read like others."""

import time
from pathlib import Path

import pytest

from scanner.parsers.model.packaging.toml_lines import toml_lines
from tests.parsers.model.packaging.release import told, written

MANY = 300_000
LIMIT = 30.0  # seconds: what is quadratic here would take minutes


@pytest.mark.parametrize(
    ("path", "text", "said"),
    [
        ("triage/config.pbtxt", "a:1 " * MANY * 2, "more than 1,000,000"),
        ("triage/config.pbtxt", "a" * MANY * 4, "lacks a colon"),
        ("triage/config.pbtxt", "[" * MANY, ""),
        ("triage/config.pbtxt", "a <" * MANY, "nested deeper"),
        ("Modelfile", "FROM m:1\n" + "ADAPTER x\n" * MANY, "more than 10,000"),
        ("Modelfile", 'FROM m:1\nSYSTEM """' + "secret:" * MANY + '"""', None),
        ("Modelfile", "FROM " + "a:" * MANY, None),
        (".dvc/config", "['remote \"x\"']\nurl = a" + " " * MANY * 4 + "b\n", None),
        ("dvc.yaml", "artifacts:\n" + "".join(f"  a{n}: {{type: model, path: p{n}}}\n" for n in range(3000)), None),
        ("Kitfile", 'manifestVersion: "1"\nmodel: {path: ' + "a." * MANY + "}\n", "cannot be reached"),
    ],
)
def test_it_ends_in_time(tmp_path: Path, path: str, text: str, said: str | None) -> None:
    started = time.monotonic()
    messages = told(written(tmp_path, {path: text}))
    assert time.monotonic() - started < LIMIT
    assert (messages == []) is (said is None)
    assert all(said in message for _, _, message in messages if said)


def test_comments_at_the_end_of_a_toml_text_take_no_time() -> None:
    started = time.monotonic()
    toml_lines("a = 1\n" + "# x " * MANY, "p")
    assert time.monotonic() - started < LIMIT
