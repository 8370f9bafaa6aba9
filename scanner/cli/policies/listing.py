"""`releasegate policies list` and `show`."""

import typer

from scanner.cli.options import PolicyOption, opened
from scanner.core.bundle import Bundle
from scanner.core.policy import Policy
from scanner.pipeline import policies_named


def list_policies(policy: PolicyOption = None) -> None:
    """Every policy: id, severity, language and title."""
    for each in opened(policy).policies:
        language = {"conditions": "yaml"}.get(each.engine, each.engine)
        typer.echo(f"{each.id:9} {each.severity:9} {language:5} {each.title}")


def show_policy(policy_id: str = typer.Argument(help="Such as ENC-002."), policy: PolicyOption = None) -> None:
    """One policy: what it applies to, why, how to mend a failure, and the clauses it evidences."""
    bundle = opened(policy)
    (found,) = policies_named(bundle, [policy_id])
    typer.echo("\n".join(_described(found, bundle)))


def _described(policy: Policy, bundle: Bundle) -> list[str]:
    lines = [f"{policy.id}  {policy.title}", f"severity     {policy.severity}"]
    lines.append(f"applies to   {', '.join(policy.applies_to.types)}")
    if policy.when:
        said = "; ".join(f"{name}: {' or '.join(values)}" for name, values in policy.when.items())
        lines.append(f"only when    the release declares {said}")
    lines += [f"parameter    {name} = {value}" for name, value in policy.parameters.items()]
    lines += _paragraph("rationale", policy.rationale) + _paragraph("remediation", policy.remediation)
    clauses = [
        f"  {control.id:32} {control.policies[policy.id]:10} {control.title}"
        for framework in bundle.frameworks
        for control in framework.controls
        if policy.id in control.policies
    ]
    lines += ["", "clauses", *clauses] if clauses else ["", "clauses      none"]
    lines += ["", "references", *(f"  {url}" for url in policy.references)] if policy.references else []
    lines += ["", f"defined in   {policy.location}"]
    return lines


def _paragraph(name: str, text: str) -> list[str]:
    return ["", name, *(f"  {line}" for line in text.splitlines())] if text else []
