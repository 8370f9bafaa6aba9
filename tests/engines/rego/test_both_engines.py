"""Our policies find the same on the engine that is built in and on OPA."""

import json
import re
import shutil
from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby
from pathlib import Path
from typing import Any

import pytest

from scanner.config import RegoOptions, build
from scanner.core.policy import Policy
from scanner.engines.rego.document import input_document, plain
from scanner.engines.rego.interface import Asked, RegoEngine
from scanner.engines.rego.opa_engine import OpaEngine
from scanner.engines.rego.regorus_engine import RegorusEngine
from scanner.pipeline import engines, judge, open_bundle
from tests.policy_cases import AS_OF, ROOT, cases, scanned

_PROGRAM = shutil.which("opa")
_PROJECTS = sorted(path for path in (ROOT / "fixtures" / "projects").iterdir() if path.is_dir())
_PACKAGE = re.compile(r"^package ([\w.]+)", re.MULTILINE)
_RULE = re.compile(r"^(deny|skip|unknown) contains ", re.MULTILINE)

pytestmark = pytest.mark.skipif(_PROGRAM is None, reason="there is no opa on PATH")


@pytest.mark.parametrize("project", _PROJECTS, ids=lambda path: path.name)
def test_a_project_is_judged_the_same(project: Path) -> None:
    config = build([project], AS_OF, {}, None)
    bundle = open_bundle(config)
    with_opa = RegoOptions("opa", Path(str(_PROGRAM)))
    with engines(bundle.policies, bundle, AS_OF, 1, with_opa) as evaluate:
        by_opa = judge(config, bundle, evaluate=evaluate)
    built_in = judge(config, bundle)
    assert [note.message for note in by_opa.notifications] == [note.message for note in built_in.notifications]
    assert by_opa.findings == built_in.findings


@pytest.mark.slow
@pytest.mark.parametrize("policy", sorted({case.policy for case in cases()}))
def test_the_rules_give_the_same_for_every_example(policy: str) -> None:
    judged = [found for case in cases() if case.policy == policy for found in _judged(policy, case.folder)]
    judged.sort(key=lambda each: json.dumps(each[1], sort_keys=True))
    for _, group in groupby(judged, key=lambda each: json.dumps(each[1], sort_keys=True)):
        several = list(group)
        rule, parameters = several[0][0], several[0][1]
        documents = [document for _, _, document in several]
        by_opa = _found(OpaEngine(str(_PROGRAM), time_limit=60), rule, parameters, documents)
        assert by_opa == _found(RegorusEngine(), rule, parameters, documents)


def _judged(name: str, folder: Path) -> Iterator[tuple[Policy, Mapping[str, Any], str]]:
    """The policy, if it is in Rego, with its parameters and the document that it sees."""
    result = scanned(name, folder)
    for policy in result.policies:
        if policy.id == name and policy.engine == "rego":
            document = input_document(result.release, result.scope, AS_OF)
            yield policy, {key: plain(value) for key, value in policy.parameters.items()}, json.dumps(document)


def _found(engine: RegoEngine, policy: Policy, parameters: Mapping[str, Any], documents: list[str]) -> list[Any]:
    text = str(policy.rule)
    package = _PACKAGE.search(text)
    assert package
    rules = ", ".join(f'"{rule}": data.{package[1]}.{rule}' for rule in sorted(set(_RULE.findall(text))))
    libraries = sorted((ROOT / "policies" / "lib").glob("*.rego"))
    modules = [(str(path), path.read_text(encoding="utf-8")) for path in libraries if not path.stem.endswith("_test")]
    engine.load([*modules, ("policy.rego", text)], {"parameters": parameters})
    expression = f"{{{rules}}} with input.parameters as data.parameters"
    engine.read(documents, {"it": Asked(expression, range(len(documents)))})
    return [_sorted(values) for values in engine.evaluate("it")]


def _sorted(values: Iterable[Any]) -> list[Any]:
    """Sets have no order, and texts outside of ASCII are sorted differently."""
    return [
        {rule: sorted(items, key=lambda item: json.dumps(item, sort_keys=True)) for rule, items in value.items()}
        for value in values
    ]
