"""How Checkov reads files here: nothing outside of the folder, nothing lost without a word, and nothing twice."""

import copy
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import yaml

from scanner.engines.checkov.worker.names import told_apart
from scanner.engines.checkov.worker.notes import Run
from scanner.engines.checkov.worker.objects import objects_of
from scanner.engines.checkov.worker.quiet import Nowhere


def in_order(walk: Any, run: Run) -> Any:
    """The order of a folder is that of the disk, and Checkov goes by it. What is left out is not there."""

    def walked(top: Any, topdown: bool = True, **named: Any) -> Iterator[tuple[Any, list[str], list[str]]]:
        for path, folders, files in walk(top, topdown, **named):
            folders.sort()
            files[:] = sorted(each for each in files if f"{path}/{each}" not in run.left_out)
            yield path, folders, files

    return walked


def stay_inside(load_module: Any, run: Run) -> Any:
    """Checkov follows the source of a module wherever it leads, also out of the folder."""

    def load(self: Any, module_params: Any) -> Any:
        content = load_module(self, module_params)
        if not Path(content.path()).resolve().is_relative_to(run.folder):
            raise FileNotFoundError(module_params.module_source)
        return content

    return load


def tell_lost_blocks(add_blocks: Any, run: Run) -> Any:
    """Blocks that it cannot take in are missing from the run without a word."""

    def add(self: Any, block_type: str, blocks: Any, path: Any, source: str) -> None:
        try:
            add_blocks(self, block_type, blocks, path, source)
        except Exception:
            run.notes.unread.add(str(getattr(path, "file_path", path)))
            raise

    return add


def tell_lost_objects(is_valid_template: Any, run: Run) -> Any:
    """Objects with a brace in their name, as in a template that nobody rendered, are left out without a word."""

    def is_valid(template: Any) -> Any:
        answer = is_valid_template(template)
        if not answer[0] and isinstance(template, dict) and "kind" in template and "apiVersion" in template:
            run.notes.dropped += 1
        return answer

    return is_valid


def every_object(parse: Any, run: Run) -> Any:
    """As above: here the file is known. What it has read is made fit for the rest of it."""

    def parsed(filename: str) -> Any:
        before = run.notes.dropped
        result = parse(filename)
        if run.notes.dropped > before:
            run.notes.unread.add(filename)
        if result is None:
            return None
        templates, lines = result
        return told_apart(each for template in templates for each in objects_of(template)), lines

    return parsed


def remember(evaluate: Any, run: Run) -> Any:
    """The same few expressions are evaluated many times over, each time by a new interpreter."""
    known: dict[str, tuple[bool, Any]] = {}

    def evaluated(input_str: Any) -> Any:
        if not isinstance(input_str, str):
            return evaluate(input_str)
        if input_str not in known:
            try:
                known[input_str] = (True, evaluate(input_str))
            except MemoryError:
                run.notes.has_run_out_of_memory = True
                raise
            except Exception:  # noqa: BLE001 - that it cannot be evaluated is a result, whatever the reason
                known[input_str] = (False, None)
        is_value, value = known[input_str]
        if not is_value:
            raise ValueError("this cannot be evaluated")
        return copy.deepcopy(value) if isinstance(value, (dict, list, set, tuple)) else value

    return evaluated


def evaluate_alone(get_asteval: Any, run: Run) -> Any:
    """An assignment in one expression would hold for all later ones, of other files too, and `print` would print.

    Without `timestamp` the time of the scan is what it is to Terraform before it applies anything: not known.
    """
    del get_asteval, run
    functions = import_module("checkov.terraform.graph_builder.variable_rendering.safe_eval_functions")
    nowhere = Nowhere()

    def interpreter() -> Any:
        known = {name: function for name, function in functions.SAFE_EVAL_DICT.items() if name != "timestamp"}
        return functions.Interpreter(symtable=known, use_numpy=False, minimal=True, writer=nowhere, err_writer=nowhere)

    return interpreter


def by_libyaml(loader: Any, run: Run) -> Any:
    """The same loader on libyaml, where PyYAML has it: reading is most of the work for Kubernetes."""
    del run
    fast = getattr(yaml, "CSafeLoader", None)
    return loader if fast is None else type("SafeLineLoader", (_LineMarks, fast), {})


class _LineMarks:
    """What Checkov adds to each mapping: its lines."""

    def construct_mapping(self, node: Any, deep: bool = False) -> dict[Any, Any]:
        mapping: dict[Any, Any] = super().construct_mapping(node, deep=deep)  # type: ignore[misc]
        mapping["__startline__"] = node.start_mark.line + 1
        mapping["__endline__"] = node.end_mark.line + 1
        return mapping
