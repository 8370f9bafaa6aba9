"""What is changed in how Checkov reads gives the same values, in one order, and each of them for its reader alone."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from scanner.engines.checkov.worker.notes import Run
from scanner.engines.checkov.worker.reading import by_libyaml, in_order, remember

RUN = Run(Path("/"))


def test_folders_are_walked_in_the_order_of_their_names() -> None:
    wanted = []

    def walk(top: str, topdown: bool) -> Iterator[tuple[str, list[str], list[str]]]:
        folders = ["b", "a"]
        yield top, folders, ["2", "1"]
        wanted.extend(folders)

    assert list(in_order(walk, RUN)("root")) == [("root", ["a", "b"], ["1", "2"])]
    assert wanted == ["a", "b"]


def test_an_expression_is_evaluated_once_and_its_value_is_given_anew() -> None:
    asked: list[Any] = []

    def evaluate(text: Any) -> Any:
        asked.append(text)
        if text == "bad":
            raise KeyError(text)
        return [{"a": 1}]

    remembered = remember(evaluate, RUN)
    remembered("x")[0]["a"] = 2
    assert remembered("x") == [{"a": 1}]
    for _ in range(2):
        with pytest.raises(ValueError, match="cannot be evaluated"):
            remembered("bad")
    assert asked == ["x", "bad"]
    assert remembered(7) == remembered(7) == [{"a": 1}]
    assert asked == ["x", "bad", 7, 7]


def test_without_memory_an_expression_says_nothing() -> None:
    def evaluate(text: str) -> Any:
        raise MemoryError

    run = Run(Path("/"))
    with pytest.raises(MemoryError):
        remember(evaluate, run)("x")
    assert run.notes.has_run_out_of_memory


def test_libyaml_gives_what_checkovs_own_loader_gives() -> None:
    class Own(yaml.SafeLoader):
        def construct_mapping(self, node: Any, deep: bool = False) -> dict[Any, Any]:
            mapping = super().construct_mapping(node, deep=deep)
            mapping["__startline__"] = node.start_mark.line + 1
            mapping["__endline__"] = node.end_mark.line + 1
            return mapping

    text = "a: &x\n  b: [1, 2.5, 0x1F, yes, ~, 2026-01-01]\n  <<: {c: d}\nk: *x\n# e\n---\nf: |\n  g\n\nh: {i: j}\n"
    assert list(yaml.load_all(text, by_libyaml(Own, RUN))) == list(yaml.load_all(text, Own))
