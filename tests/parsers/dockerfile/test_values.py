"""Quotes, ARG and ENV values, and the parts of an image reference."""

from typing import Any

import pytest

from scanner.core.values import Unresolved
from scanner.parsers.dockerfile.expand import Variables, expand, expand_image

VARIABLES: Variables = {"A": "one", "EMPTY": "", "NONE": None, "LATER": Unresolved("$X", "ARG X has no default")}


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
        ("${A%e}", "only the builder works out ${A%e}"),
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
    assert parts("${A%x}") == everything
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
