"""Our policies find the same on the engine that is built in and on OPA."""

import json
import re
import shutil
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from functools import cache, partial
from pathlib import Path
from typing import Any

import pytest

from scanner.config import OWN, Config, RegoOptions, build
from scanner.core.bundle import Bundle
from scanner.core.policy import Policy
from scanner.engines.interface import Evaluation
from scanner.engines.rego.document import input_document, plain
from scanner.engines.rego.interface import Asked, RegoEngine
from scanner.engines.rego.opa_engine import OpaEngine
from scanner.engines.rego.regorus_engine import RegorusEngine
from scanner.pipeline import engines, judge, open_bundle, selected
from tests.policy_cases import AS_OF, ROOT, Case, cases

_PROGRAM = shutil.which("opa")
_PROJECTS = sorted(path for path in (ROOT / "fixtures" / "projects").iterdir() if path.is_dir())
_PACKAGE = re.compile(r"^package ([\w.]+)", re.MULTILINE)
_RULE = re.compile(r"^(deny|skip|unknown) contains ", re.MULTILINE)

pytestmark = pytest.mark.skipif(_PROGRAM is None, reason="there is no opa on PATH")


@pytest.mark.parametrize("project", _PROJECTS, ids=lambda path: path.name)
def test_a_project_is_judged_the_same(project: Path) -> None:
    config = build([project], AS_OF, {"engines": (OWN,)}, None)
    bundle = open_bundle(config)
    with_opa = RegoOptions("opa", Path(str(_PROGRAM)))
    with engines(selected(bundle, config), bundle, replace(config, rego=with_opa), 1) as evaluate:
        by_opa = judge(config, bundle, evaluate=evaluate)
    built_in = judge(config, bundle)
    assert [note.message for note in by_opa.notifications] == [note.message for note in built_in.notifications]
    assert by_opa.findings == built_in.findings


@dataclass(frozen=True)
class _Judged:
    """A policy with parameters, and the documents of all its examples that have the same."""

    policy: str
    text: str
    parameters: Mapping[str, Any]
    documents: list[str] = field(default_factory=list)


@pytest.mark.slow
@pytest.mark.xdist_group("both-engines")
@pytest.mark.parametrize("policy", sorted({case.policy for case in cases()}))
def test_the_rules_give_the_same_for_every_example(policy: str) -> None:
    built_in, by_opa = _found()
    names = [name for name in built_in if name.startswith(f"{policy}/")]
    if not names:
        pytest.skip("it is in YAML")
    for name in names:
        assert by_opa[name] == built_in[name]


@cache
def _found() -> tuple[Mapping[str, list[Any]], Mapping[str, list[Any]]]:
    """What the built-in engine and OPA find, by policy and parameters: OPA takes longer to compile than to evaluate."""
    judged = _judged()
    libraries = tuple(
        (str(path), path.read_text(encoding="utf-8"))
        for path in sorted((ROOT / "policies" / "lib").glob("*.rego"))
        if not path.stem.endswith("_test")
    )
    modules = [*libraries, *{each.policy: (f"{each.policy}.rego", each.text) for each in judged.values()}.values()]
    documents: list[str] = []
    asked = {}
    for name, each in judged.items():
        asked[name] = Asked(_question(name, each), range(len(documents), len(documents) + len(each.documents)))
        documents += each.documents
    found = []
    kinds: tuple[RegoEngine, ...] = (RegorusEngine(), OpaEngine(str(_PROGRAM), time_limit=120))
    for engine in kinds:
        engine.load(modules, {"parameters": {name: each.parameters for name, each in judged.items()}})
        engine.read(documents, asked)
        found.append({name: [_sorted(values) for values in engine.evaluate(name)] for name in asked})
    return found[0], found[1]


def _judged() -> Mapping[str, _Judged]:
    """The policies in Rego with their examples, by id and a number for the parameters that those set."""
    judged: dict[tuple[str, str], _Judged] = {}
    with ThreadPoolExecutor() as threads:  # a scan mostly waits for the processes that read files
        results = threads.map(partial(_read, open_bundle(Config(paths=(), as_of=AS_OF))), cases())
        for policy, parameters, document in (each for found in results for each in found):
            key = policy.id, json.dumps(parameters, sort_keys=True)
            judged.setdefault(key, _Judged(policy.id, str(policy.rule), parameters)).documents.append(document)
    return {f"{policy}/{number}": each for number, ((policy, _), each) in enumerate(judged.items())}


def _read(shipped: Bundle, case: Case) -> list[tuple[Policy, Mapping[str, Any], str]]:
    """The policy of the case, if it is in Rego, with its parameters and the document that it sees."""
    file = case.folder / "releasegate.yaml"
    config = build([case.folder], AS_OF, {"checks": (case.policy,)}, file if file.is_file() else None)
    bundle = open_bundle(config) if config.parameters else shipped
    result = judge(config, bundle, evaluate=lambda *_: Evaluation())
    document = json.dumps(input_document(result.release, result.scope, AS_OF))
    return [
        (policy, {key: plain(value) for key, value in policy.parameters.items()}, document)
        for policy in result.policies
        if policy.id == case.policy and policy.engine == "rego"
    ]


def _question(name: str, judged: _Judged) -> str:
    package = _PACKAGE.search(judged.text)
    assert package
    rules = ", ".join(f'"{rule}": data.{package[1]}.{rule}' for rule in sorted(set(_RULE.findall(judged.text))))
    return f"{{{rules}}} with input.parameters as data.parameters[{json.dumps(name)}]"


def _sorted(values: Iterable[Any]) -> list[Any]:
    """Sets have no order, and texts outside of ASCII are sorted differently."""
    return [
        {rule: sorted(items, key=lambda item: json.dumps(item, sort_keys=True)) for rule, items in value.items()}
        for value in values
    ]
