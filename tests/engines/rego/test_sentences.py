"""The library that reads sentences and what they deny, through the engine that ships."""

import json

import pytest

from tests.engines.rego.asking import answer


def speaks_of(text: str, words: str) -> bool:
    """Whether a sentence of the text has the words and does not deny them."""
    said = answer(
        "sentences",
        f"[sentence | some sentence in data.lib.sentences.of_prose({json.dumps(text)});"
        f" not data.lib.sentences.is_denied(sentence); data.lib.sentences.has_words(sentence, {json.dumps(words)})]",
    )
    assert said is not None
    return bool(said)


@pytest.mark.parametrize(
    "text",
    [
        "Credit scoring of applicants.",
        "credit-scoring",
        "It was built for\ncredit   scoring, and for nothing else; not for children? Credit Scoring!",
        "Not for hiring. Credit scoring is what it does.",
        "Not only letters: credit scoring too.",
        "Do you need credit scoring? This is not the wrong model.",
        "Used for:\n\n- letters\n- credit scoring\n- not for hiring",
        "It is not for children. Used for:\n- credit scoring",
        "Compares credit scorings.",
    ],
)
def test_what_is_said(text: str) -> None:
    assert speaks_of(text, "credit scoring")


@pytest.mark.parametrize(
    "text",
    [
        "Not for credit scoring.",
        "It must not be used for letters, hiring or credit scoring.",
        "It isn't a tool for credit scoring.",
        "It isn\u2019t a tool for credit scoring.",
        "Nor is it meant for credit\nscoring.",
        "It must never be used for:\n\n- letters,\n\n- credit scoring.",
        "Avoid:\n1. hiring\n2. credit scoring",
        "Credit scoring is prohibited.",
        "Nicht für credit scoring.",
        "Scoring of credit cards.",
        "Microcredit scoring.",
        "",
    ],
)
def test_what_is_not_said(text: str) -> None:
    assert not speaks_of(text, "credit scoring")


def test_letters_of_other_languages() -> None:
    assert speaks_of("Prüfung der KREDITWÜRDIGKEIT von Kunden", "kreditwürdigkeit")
    assert not speaks_of("Keine Prüfung der Kreditwürdigkeit", "kreditwürdigkeit")


def test_every_line_is_a_text_where_lines_are_entries() -> None:
    found = answer("sentences", 'data.lib.sentences.of_lines("Letters\\nCredit scoring. Not hiring")')
    assert sorted(found) == [" credit scoring ", " letters ", " not hiring "]
