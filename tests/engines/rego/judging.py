"""Rego policies for tests: a body under the usual package, judged by the real engine in its worker."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from scanner.bundle.rego_metadata import parse_policy
from scanner.core.finding import Finding
from scanner.core.location import Location
from scanner.core.policy import Policy
from scanner.core.resource import Release
from scanner.core.scope import Scope
from scanner.engines.interface import EngineContext, Evaluation
from scanner.engines.rego.evaluation import opened
from tests.builders import policy

POLICIES = Path(__file__).resolve().parents[3] / "policies"
LIBRARY = ("policies/lib/releasegate.rego", (POLICIES / "lib" / "releasegate.rego").read_text(encoding="utf-8"))

LIBRARIES = tuple(
    (f"policies/lib/{file.name}", file.read_text("utf-8")) for file in sorted(POLICIES.glob("lib/*.rego"))
)


def rego(body: str, **fields: Any) -> Policy:
    """A policy over `bucket` resources (see `tests.builders.policy`) whose first line of `body` is line 3."""
    made = policy(**fields)
    name = made.id.lower().replace("-", "_")
    text = f"package releasegate.{name}\nimport rego.v1\n{body}"
    return replace(made, engine="rego", rule=text, location=Location(f"policies/{made.id}.rego", 1))


def judged(policies: Policy | Sequence[Policy], release: Release, **context: Any) -> Evaluation:
    wanted = [policies] if isinstance(policies, Policy) else policies
    context.setdefault("libraries", (LIBRARY,))
    context.setdefault("workers", 2)
    with opened(wanted, EngineContext(**context)) as begin:
        return begin(wanted, release, Scope({"data": frozenset({"phi", "personal"})}))()


def findings(policies: Policy | Sequence[Policy], release: Release, **context: Any) -> tuple[Finding, ...]:
    """The findings of an evaluation without trouble."""
    evaluation = judged(policies, release, **context)
    assert evaluation.notifications == ()
    assert evaluation.failed == frozenset()
    return evaluation.findings


def bundled(path: str) -> Policy:
    """A policy that ships with the package."""
    return parse_policy((POLICIES / path).read_text(encoding="utf-8"), f"policies/{path}")
