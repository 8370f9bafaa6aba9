"""Lines of a TOML text, against what the standard library reads in it."""

import tomllib
from typing import Any

from scanner.core.values import AttributePath
from scanner.parsers.model.packaging.toml_lines import toml_lines

TEXT = '''# a comment [with.a.table]
[project]
name = "x" # y = 1
deps = [
  "a]", # c ]
  [1, 2], "c",
]

["quoted table".'it''s']
[tool.bentoml.build]
service = "s:S"
models = ["m:latest", {tag = "x:1", alias = "y"}]
description = """
[not.a.table]
a = 1
"""
raw = \'\'\'
b = 2\'\'\'
env.FOO = "x=y"
[[a.b]]
c = 1
[[a.b]]
c = 2'''.replace("'it''s'", "'its'")


def test_every_key_and_element_has_its_line() -> None:
    found = {path: place.start_line for path, place in toml_lines(TEXT, "p").items()}
    assert found[("project", "name")] == 3
    assert [found[("project", "deps", index)] for index in range(3)] == [5, 6, 6]
    assert found[("quoted table", "its")] == 9
    assert found[("tool", "bentoml", "build", "models", 1)] == 12
    assert found[("tool", "bentoml", "build", "description")] == 13
    assert found[("tool", "bentoml", "build", "env", "FOO")] == 19
    assert found[("a", "b", 1, "c")] == 23
    assert not any("not" in path for path in found)


def test_every_place_is_that_of_a_value() -> None:
    value = tomllib.loads(TEXT)
    for path in toml_lines(TEXT, "p"):
        reached(value, path)


def reached(value: Any, path: AttributePath) -> Any:
    for step in path:
        value = value[step]
    return value
