"""Times 300 Rego policies over 1,000 resources on the built-in engine and on OPA in one run, and prints the ratios.

Usage: python -m tests.benchmarks.rego_engines [--opa PROGRAM] [--rounds N]. The policies are those that ship, and the
same once more under other names until there are 300; the resources are a generated release of Kubernetes manifests,
Terraform, Dockerfiles and release manifests of models.

Both get the same modules, data, input and queries and take turns. The built-in engine runs in this process as it does
in a worker: loading is reading the modules, compiling them and taking in the input. For OPA it is one
`opa eval -b BUNDLE -i INPUT`; its own metrics say how long it evaluated, and loading is the rest of its wall time,
with the start of the program. Each time is the median of the rounds, in seconds. What the policies find has to agree.
"""

import argparse
import itertools
import json
import re
import statistics
import subprocess
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from scanner.config import Config
from scanner.core.policy import Policy
from scanner.core.scope import Scope
from scanner.engines.rego.document import input_document, plain
from scanner.engines.rego.interface import Asked
from scanner.engines.rego.regorus_engine import RegorusEngine
from scanner.pipeline import open_bundle, read
from tests.benchmarks import manifests

_AS_OF = date(2026, 11, 21)
_POLICIES = 300
_MANIFESTS = 301
_TEAMS = 56
_MODELS = 40
_IMAGES = 50
_PACKAGE = re.compile(r"^package ([\w.]+)", re.MULTILINE)
_RULE = re.compile(r"^(deny|skip|unknown) contains ", re.MULTILINE)
_SECONDS_FOR_OPA = 1800

_TERRAFORM = """\
resource "aws_s3_bucket" "{name}" {{
  bucket        = "acme-{name}-data"
  force_destroy = {odd}
}}

resource "aws_s3_bucket_versioning" "{name}" {{
  bucket = aws_s3_bucket.{name}.id
  versioning_configuration {{ status = "Enabled" }}
}}

resource "aws_security_group" "{name}" {{
  name = "{name}"
  ingress {{
    from_port   = 443
    to_port     = 443
    protocol    = "tcp"
    cidr_blocks = ["10.{number}.0.0/16"]
  }}
}}

resource "aws_db_instance" "{name}" {{
  identifier             = "{name}"
  engine                 = "postgres"
  storage_encrypted      = {odd}
  vpc_security_group_ids = [aws_security_group.{name}.id]
}}

resource "aws_iam_role_policy" "{name}" {{
  name = "{name}"
  role = "{name}"
  policy = jsonencode({{
    Version   = "2012-10-17"
    Statement = [{{ Effect = "Allow", Action = ["s3:GetObject"], Resource = "arn:aws:s3:::acme-{name}-data/*" }}]
  }})
}}
"""

_MODEL = """\
apiVersion: releasegate/v1
kind: ModelRelease
model:
  id: model-{number}
  version: 1.{number}.0
  uri: s3://acme-models/model-{number}
owner: {{name: Team {number}}}
approval: {{by: release-board}}
"""

_DOCKERFILE = """\
FROM python:3.12-slim AS build
RUN pip install --no-cache-dir model-server=={number}.0
FROM gcr.io/distroless/python3:nonroot
COPY --from=build /usr/local /usr/local
USER 65532
ENTRYPOINT ["python", "-m", "server", "--model", "acme/model-{number}"]
"""


@dataclass(frozen=True)
class _Case:
    """What both engines are given: modules as (path, text), data, the input as JSON, and an expression by policy."""

    modules: Sequence[tuple[str, str]]
    data: Mapping[str, Any]
    document: str
    expressions: Mapping[str, str]


@dataclass(frozen=True)
class _Run:
    """Seconds of loading and of evaluating, and what each policy gives."""

    loading: float
    evaluating: float
    found: Mapping[str, Any]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--opa", default="opa")
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        document = _document(folder / "release")
        case = _case(document)
        number = sum(map(len, document["resources"].values()))
        types = len(document["resources"])
        print(f"{len(case.expressions)} policies, {number} resources of {types} types, {len(document['links'])} links")
        query = _write_bundle(folder, case)
        runs: dict[str, list[_Run]] = {"regorus": [], "opa": []}
        for turn in range(options.rounds):
            for engine in ("regorus", "opa") if turn % 2 == 0 else ("opa", "regorus"):
                run = _by_regorus(case) if engine == "regorus" else _by_opa(options.opa, folder, query, case)
                runs[engine].append(run)
                print(f"  {engine}: loading {run.loading:.2f} s, evaluating {run.evaluating:.2f} s", flush=True)
    _report(runs)


def _report(runs: Mapping[str, Sequence[_Run]]) -> None:
    for what, times in (
        ("loading", lambda run: run.loading),
        ("evaluating", lambda run: run.evaluating),
        ("together", lambda run: run.loading + run.evaluating),
    ):
        ours, theirs = (statistics.median(map(times, runs[engine])) for engine in ("regorus", "opa"))
        print(f"{what:>10}: regorus {ours:.2f} s, opa {theirs:.2f} s, opa / regorus {theirs / ours:.1f}")
    ours, theirs = runs["regorus"][0].found, runs["opa"][0].found
    different = [name for name, found in ours.items() if found != theirs[name]]
    items = sum(len(rows) for found in ours.values() for rows in found.values())
    print(f"{items} items found; different on the two engines: {', '.join(different) or 'none'}")


def _document(folder: Path) -> dict[str, Any]:
    """The input for a release of these files."""
    manifests.write(folder / "manifests", _MANIFESTS)
    for count, template, name in (
        (_TEAMS, _TERRAFORM, "team{}.tf"),
        (_MODELS, _MODEL, "model-{}/model-release.yaml"),
        (_IMAGES, _DOCKERFILE, "image-{}/Dockerfile"),
    ):
        for number in range(count):
            file = folder / name.format(number)
            file.parent.mkdir(parents=True, exist_ok=True)
            odd = str(number % 2 == 1).lower()
            file.write_text(template.format(name=f"team{number}", number=number, odd=odd), encoding="utf-8")
    return input_document(read(Config(paths=(folder,), as_of=_AS_OF)), Scope(), _AS_OF)


def _case(document: Mapping[str, Any]) -> _Case:
    bundle = open_bundle(Config(paths=(), as_of=_AS_OF))
    policies = [policy for policy in bundle.policies if policy.engine == "rego"]
    modules = [(f"lib/{Path(path).name}", text) for path, text in bundle.libraries]
    expressions, parameters = {}, {}
    for number, policy in enumerate(itertools.islice(itertools.cycle(policies), _POLICIES)):
        copy = number // len(policies)
        name = f"{policy.id}-{copy}"
        text, expressions[name] = _renamed(policy, name, copy)
        modules.append((f"policies/{name}.rego", text))
        parameters[name] = {key: plain(value) for key, value in policy.parameters.items()}
    return _Case(modules, {"parameters": parameters}, json.dumps(document), expressions)


def _renamed(policy: Policy, name: str, copy: int) -> tuple[str, str]:
    """The policy's module in a package of its own for each copy, and what asks for all it finds."""
    text = str(policy.rule)
    written = _PACKAGE.search(text)
    if written is None:
        raise ValueError(f"{policy.id} has no package")
    package = f"{written[1]}_{copy}"
    rules = ", ".join(f'"{rule}": data.{package}.{rule}' for rule in sorted(set(_RULE.findall(text))))
    expression = f"{{{rules}}}"
    if policy.parameters:
        expression += f" with input.parameters as data.parameters[{json.dumps(name)}]"
    return _PACKAGE.sub(f"package {package}", text, count=1), expression


def _write_bundle(folder: Path, case: _Case) -> str:
    """Write bundle and input for OPA; gives the query for all policies at once."""
    bundle = folder / "bundle"
    for path, text in case.modules:
        file = bundle / path
        file.parent.mkdir(parents=True, exist_ok=True)
        # By this `not` means what it means to the built-in engine, as with `--rego-engine opa`.
        file.write_text(_PACKAGE.sub(r"\g<0> import future.keywords.not", text, count=1), encoding="utf-8")
    (bundle / "data.json").write_text(json.dumps(case.data), encoding="utf-8")
    (folder / "input.json").write_text(case.document, encoding="utf-8")
    return "\n".join(f"found{number} := {text}" for number, text in enumerate(case.expressions.values()))


def _by_regorus(case: _Case) -> _Run:
    start = time.perf_counter()
    engine = RegorusEngine()
    engine.load(case.modules, case.data)
    engine.read([case.document], {name: Asked(text) for name, text in case.expressions.items()})
    loaded = time.perf_counter()
    found = {name: engine.evaluate(name)[0][0] for name in case.expressions}
    return _Run(loaded - start, time.perf_counter() - loaded, _without_order(found))


def _by_opa(program: str, folder: Path, query: str, case: _Case) -> _Run:
    command = [
        program, "eval", "--format", "json", "--metrics", "--stdin",
        "-b", str(folder / "bundle"), "-i", str(folder / "input.json"),
    ]  # fmt: skip
    start = time.perf_counter()
    done = subprocess.run(command, input=query.encode(), capture_output=True, check=True, timeout=_SECONDS_FOR_OPA)
    total = time.perf_counter() - start
    answer = json.loads(done.stdout)
    evaluating = answer["metrics"]["timer_rego_query_eval_ns"] / 1e9
    bindings = answer["result"][0]["bindings"]
    found = {name: bindings[f"found{number}"] for number, name in enumerate(case.expressions)}
    return _Run(total - evaluating, evaluating, _without_order(found))


def _without_order(found: Mapping[str, Mapping[str, Sequence[Any]]]) -> dict[str, dict[str, list[str]]]:
    """Sets have no order."""
    return {
        name: {rule: sorted(json.dumps(row, sort_keys=True) for row in rows) for rule, rows in rules.items()}
        for name, rules in found.items()
    }


if __name__ == "__main__":
    main()
