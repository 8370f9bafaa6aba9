"""Judges Kubernetes manifests by Gatekeeper's templates and Constraints, without the rest of a scan."""

from collections.abc import Mapping
from pathlib import Path

from scanner.bundle.errors import PolicyError
from scanner.bundle.gatekeeper import gatekeeper_policies
from scanner.core.finding import Finding
from scanner.core.notification import Level
from scanner.core.policy import Policy
from scanner.core.resource import Release, SourceFile
from scanner.core.scope import Scope
from scanner.engines.gatekeeper import opened
from scanner.engines.interface import EngineContext, Evaluation
from scanner.parsers.interface import ParseContext
from scanner.parsers.kubernetes import KUBERNETES

CONTEXT = EngineContext(time_limit=5.0)

TEMPLATE = """
apiVersion: templates.gatekeeper.sh/v1
kind: ConstraintTemplate
metadata:
  name: %(lower)s
  annotations:
    metadata.gatekeeper.sh/title: A rule of the tests
spec:
  crd:
    spec:
      names:
        kind: %(kind)s
      validation:
        openAPIV3Schema:
          type: object
          properties:
            wanted: {type: string, default: blue}
            limit: {type: integer, minimum: 1}
  targets:
    - target: admission.k8s.gatekeeper.sh
      rego: |
%(rego)s
"""


def template(rego: str, kind: str = "Tested") -> str:
    """A template of that kind; `rego` begins behind the package."""
    lines = [f"package {kind.lower()}", "", *rego.strip("\n").splitlines()]
    indented = "\n".join(f"        {line}" if line else "" for line in lines)
    return TEMPLATE % {"kind": kind, "lower": kind.lower(), "rego": indented}


def constraint(match: str = "{}", parameters: str = "{}", kind: str = "Tested", name: str = "one") -> str:
    """A Constraint; `match` and `parameters` are YAML in one line."""
    return f"""
apiVersion: constraints.gatekeeper.sh/v1beta1
kind: {kind}
metadata:
  name: {name}
spec:
  match: {match}
  parameters: {parameters}
"""


def policies(*texts: str) -> list[Policy]:
    """The policies of YAML texts that have nothing wrong with them."""
    found, errors = gatekeeper_policies([(f"policies/{number}.yaml", text) for number, text in enumerate(texts)])
    assert not [each for each in errors if each.level is Level.ERROR], errors
    return found


def errors(*texts: str) -> list[PolicyError]:
    return gatekeeper_policies([(f"policies/{number}.yaml", text) for number, text in enumerate(texts)])[1]


def release_of(manifests: Mapping[str, str], root: Path) -> Release:
    """The objects of YAML texts by their path."""
    files = [SourceFile(path, "kubernetes", text) for path, text in manifests.items()]
    parsed = KUBERNETES.parse(files, ParseContext(root))
    assert not parsed.notifications, parsed.notifications
    return Release(parsed.resources, parsed.links, (), tuple(files))


def evaluated(found: list[Policy], release: Release, context: EngineContext = CONTEXT) -> Evaluation:
    with opened(found, context) as begin:
        return begin(found, release, Scope({}))()


def findings(found: list[Policy], release: Release) -> list[Finding]:
    """What the policies find, when all of them could be evaluated."""
    evaluation = evaluated(found, release)
    assert not evaluation.notifications, evaluation.notifications
    return list(evaluation.findings)


def told(found: list[Finding]) -> list[tuple[str, str, str]]:
    return [(str(each.status), each.resource.address, each.message) for each in found]
