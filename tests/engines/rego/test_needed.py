"""Only the libraries that the policies at hand can reach are loaded, and never one too few."""

import pytest

from scanner.engines.rego.needed import needed

A = ("a.rego", "package lib.a\n\nimport data.lib.b\n")
B = ("b.rego", "package lib.b\n\nx := 1\n")
C = ("c.rego", "package lib.c\n\nx := data.lib.a.y\n")
NESTED = ("nested.rego", "package lib.a.below\n\nx := 1\n")
LIBRARIES = (A, B, C, NESTED)


@pytest.mark.parametrize(
    ("policy", "expected"),
    [
        ("package p\n\nx := 1\n", ()),
        ("package p\n\nimport data.lib.b\n", (B,)),
        ("package p\n\nimport data.lib.b as c\n", (B,)),
        ("package p\n\nx := data.lib.a.y\n", (A, B, NESTED)),
        ("package p\n\nx := data .lib . b.x\n", (B,)),
        ("package p\n\nx := data.lib.c.x\n", LIBRARIES),
        ("package p\n\nx := data.lib[name].x\n", LIBRARIES),
        ('package p\n\nx := data["lib"].b.x\n', LIBRARIES),
        ("package p\n\nx := data[where].b.x\n", LIBRARIES),
        ("package p\n\nimport data.lib\n", LIBRARIES),
        ("package p\n\nimport data\n\nx := data.lib.b.x\n", LIBRARIES),
        ("package p\n\nimport data as all\n", LIBRARIES),
        ("package p\n\nx := object.get(data, key, 1)\n", LIBRARIES),
        ("package p\n\nx := input.data[0]\n", ()),
        ("package p\n\nx := my_data[0]\n", ()),
    ],
)
def test_what_a_policy_names_is_loaded_with_all_that_this_names(policy: str, expected: tuple[object, ...]) -> None:
    assert needed(LIBRARIES, [policy]) == expected


def test_a_library_whose_package_is_written_otherwise_is_always_there() -> None:
    odd = ("odd.rego", 'package lib["odd"]\n\nimport data.lib.b\n')
    assert needed((odd, *LIBRARIES), ["package p\n"]) == (odd, B)


def test_words_in_texts_and_comments_are_no_names() -> None:
    assert needed(LIBRARIES, ['package p\n\n# personal data\n\nx := "personal data"\n']) == ()
