"""Quotes, ARG and ENV values, and the parts of an image reference."""

import time
from typing import Any

import pytest

from scanner.core.values import Unresolved
from scanner.parsers.dockerfile.expand import Variables, expand, expand_image

PATH = "foo/bar/baz.tar.gz"
VARIABLES: Variables = {
    "A": "one",
    "P": PATH,
    "STAR": "a*b",
    "EMPTY": "",
    "NONE": None,
    "LATER": Unresolved("$X", "ARG X has no default"),
}


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("plain", "plain"),
        ("$A/${A}x", "one/onex"),
        ('"a $A"', "a one"),
        ("'a $A'", "a $A"),
        ("a\\ b\\$A", "a b$A"),
        ('"a\\"b\\n"', 'a"b\\n'),
        ("${A:-x}", "one"),
        ("${EMPTY:-x}", "x"),
        ("${EMPTY-x}", ""),
        ("${NONE:-x}", "x"),
        ("${MISSING-${A}}", "one"),
        ("${A:+y}", "y"),
        ("${EMPTY:+y}", ""),
        ("${NONE:+y}", ""),
        ("${A:?must be set}", "one"),
        ("${A:-$MISSING}", "one"),
        ("${NONE:-a}b}", "ab}"),
        ("$", "$"),
        ("a$/b", "a$/b"),
        ("'open", "open"),
    ],
)
def test_known_values(written: str, value: str) -> None:
    assert expand(written, VARIABLES, "\\") == value


# The values are those of BuildKit 0.34.2 (frontend/dockerfile/shell).
@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("${P#foo}", "/bar/baz.tar.gz"),
        ("${P#*/}", "bar/baz.tar.gz"),
        ("${P##*/}", "baz.tar.gz"),
        ("${P%.*}", "foo/bar/baz.tar"),
        ("${P%%.*}", "foo/bar/baz"),
        ("${P%%*}", ""),
        ("${P#*}", PATH),
        ("${P%z}", "foo/bar/baz.tar.g"),
        ("${P#nomatch}", PATH),
        ("${P/o/X}", "fXo/bar/baz.tar.gz"),
        ("${P//o/X}", "fXX/bar/baz.tar.gz"),
        ("${P//\\//-}", "foo-bar-baz.tar.gz"),
        ("${P//ba?/Q}", "foo/Q/Q.tar.gz"),
        ("${P//[a-z]/x}", PATH),
        ("${STAR#a\\*}", "b"),
        ("${P#'foo'}", "/bar/baz.tar.gz"),
        ('"${P%.gz}"x', "foo/bar/baz.tarx"),
    ],
)
def test_patterns(written: str, value: str) -> None:
    assert expand(written, VARIABLES, "\\") == value


def test_a_costly_pattern_takes_no_long_time() -> None:
    start = time.process_time()
    assert expand("${LONG#" + "*a" * 40 + "b}", {"LONG": "a" * 5_000}, "\\") == "a" * 5_000
    assert time.process_time() - start < 2


@pytest.mark.parametrize(
    ("written", "reason"),
    [
        ("${NONE}", "ARG NONE has no default"),
        ("x$NONE", "ARG NONE has no default"),
        ("${NONE:?}", "ARG NONE has no default"),
        ("$MISSING", "no ARG or ENV before this line sets MISSING"),
        ("$LATER", "ARG X has no default"),
        ("${LATER:-x}", "ARG X has no default"),
        ("$TARGETARCH", "TARGETARCH is set by the builder"),
        ("${A^^}", "only the builder works out ${A^^}"),
        ("${A:#e}", "only the builder works out ${A:#e}"),
        ("${NONE%e}", "ARG NONE has no default"),
        ("${A#\\n}", "the builder refuses the pattern \\n}"),
        ("${", "only the builder works out ${"),
        ("${A:-x", "a ${ has no }"),
        ("${A:-" * 200, "only the builder works out ${A:-${A:-${A:-${A:-${A:-${A:-${A:-${A:-${A:-${A:-${A:-${A:-"),
    ],
)
def test_unknown_values_name_their_cause(written: str, reason: str) -> None:
    assert expand(written, VARIABLES, "\\") == Unresolved(written, reason)


def test_the_escape_character_is_the_files_own() -> None:
    assert expand("C:\\app`$A", VARIABLES, "`") == "C:\\app$A"


@pytest.mark.parametrize(
    ("reference", "parts"),
    [
        ("python", {"repository": "python"}),
        ("python:3.11-slim", {"repository": "python", "tag": "3.11-slim"}),
        ("org/app@sha256:ab", {"repository": "org/app", "digest": "sha256:ab"}),
        (
            "registry.acme.example:5000/ml/app:1@sha256:ab",
            {"registry": "registry.acme.example:5000", "repository": "ml/app", "tag": "1", "digest": "sha256:ab"},
        ),
        ("localhost/app", {"registry": "localhost", "repository": "app"}),
        ("registry.acme.example/app", {"registry": "registry.acme.example", "repository": "app"}),
    ],
)
def test_parts_of_a_reference(reference: str, parts: dict[str, str]) -> None:
    assert expand_image(reference, {}, "\\") == {"reference": reference, **parts}


def test_only_the_parts_that_may_lie_in_a_variable_are_unknown() -> None:
    def parts(written: str) -> dict[str, Any]:
        found = expand_image(written, VARIABLES, "\\")
        return {name: "?" if isinstance(part, Unresolved) else part for name, part in found.items()}

    everything = dict.fromkeys(("reference", "registry", "repository", "tag", "digest"), "?")
    assert parts("${NONE}") == everything
    assert parts("${A^x}") == everything
    assert parts("python:${NONE}") == {"reference": "?", "repository": "python", "tag": "?", "digest": "?"}
    assert parts("python:${NONE}@sha256:ab") == {
        "reference": "?",
        "repository": "python",
        "tag": "?",
        "digest": "sha256:ab",
    }
    assert parts("${NONE}/python:3.11") == {"reference": "?", "registry": "?", "repository": "?", "tag": "3.11"}
    assert parts("ghcr.io/$NONE") == {**everything, "registry": "ghcr.io"}
    assert expand_image("python:$NONE", VARIABLES, "\\")["tag"] == Unresolved("python:$NONE", "ARG NONE has no default")
