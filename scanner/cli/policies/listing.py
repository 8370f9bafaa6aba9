"""`releasegate policies list` and `show`."""

import json
import shutil
import sys
import textwrap
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated

import typer

from scanner.authoring.descriptions import (
    beside_others,
    clauses,
    examples,
    harmless,
    judged_types,
    language,
    sources,
)
from scanner.cli.checkov_options import ListedOption, engines
from scanner.cli.options import PolicyOption, day, opened, split
from scanner.config import OWN, Config, UsageError
from scanner.core.bundle import Bundle
from scanner.core.policy import Policy
from scanner.core.suggestions import closest
from scanner.judging.selection import policies_named

_FORMATS = ("text", "json")
_WIDTH = 100
_WIDEST_ID = 24


def list_policies(
    policy: PolicyOption = None,
    engine: ListedOption = None,
    format_: Annotated[str, typer.Option("-f", "--format", help="text or json.")] = "text",
) -> None:
    """Every policy: id, severity, language and title; the checks of Checkov with --engine checkov."""
    if format_ not in _FORMATS:
        raise UsageError(f"unknown format {format_!r}: expected {', '.join(_FORMATS)}{closest([format_], _FORMATS)}")
    bundle = opened(policy)
    listed = Config((), day(None), engines=engines(split(engine)) or (OWN,))
    policies = [each for each in bundle.policies if listed.runs(each.engine)]
    if format_ == "json":
        typer.echo(json.dumps([_plain(each) for each in policies], indent=2, ensure_ascii=False))
        return
    # One long id of a Conftest rule would push all titles out of the terminal: it pushes its own.
    ids = max((len(each.id) for each in policies if len(each.id) <= _WIDEST_ID), default=0)
    languages = max((len(language(each)) for each in policies), default=0)
    for each in policies:
        said = each.title if each.is_mapped else f"{each.title} (unmapped)"
        typer.echo(f"{each.id:{max(9, ids)}} {each.severity:9} {language(each):{max(5, languages)}} {said}")
    more = sum(each.is_mapped for each in bundle.policies) - sum(each.is_mapped for each in policies)
    if more and not engine:
        typer.echo(f"and {more} checks of Checkov, which --engine checkov lists", err=True)


def _plain(policy: Policy) -> dict[str, object]:
    return {
        "id": policy.id,
        "title": policy.title,
        "severity": policy.severity,
        "language": language(policy),
        "types": list(policy.applies_to.types),
        "aliases": list(policy.aliases),
        "same_as": list(policy.same_as),
        "mapped": policy.is_mapped,
        "deprecated": policy.deprecated,
        "location": str(policy.location or ""),
    }


def show_policy(
    policy_id: str = typer.Argument(help="Such as ENC-002.", metavar="ID"),
    policy: PolicyOption = None,
    source: Annotated[bool, typer.Option("--source/--no-source", help="The policy's own text at the end.")] = True,
) -> None:
    """One policy: what it applies to, why, how to mend a failure, its clauses, examples and text."""
    bundle = opened(policy)
    (found,) = policies_named(bundle, [policy_id])
    lines = [*_described(found, bundle), *_examples(found, policy or ())]
    lines += _source(found, policy or ()) if source else ()
    typer.echo("\n".join(harmless(line) for text in lines for line in text.split("\n")))


def _described(policy: Policy, bundle: Bundle) -> list[str]:
    lines = [f"{policy.id}  {policy.title}", f"severity     {policy.severity}", f"language     {language(policy)}"]
    if policy.aliases:
        lines.append(f"aliases      {', '.join(policy.aliases)}")
    lines += [f"{label:12} {said}" for label, said in beside_others(policy).items()]
    if policy.deprecated:
        lines.append(f"deprecated   {policy.deprecated}")
    lines.append(f"applies to   {judged_types(policy)}")
    if policy.when:
        said = "; ".join(f"{name}: {' or '.join(values)}" for name, values in policy.when.items())
        lines.append(f"only when    the release declares {said}")
    lines += [f"parameter    {name} = {value}" for name, value in policy.parameters.items()]
    lines += _paragraph("rationale", policy.rationale) + _paragraph("remediation", policy.remediation)
    found = [
        f"  {clause.control.id:32} {clause.strength:10} {clause.control.title}"
        + (f" (binds {clause.binds})" if clause.binds else "")
        for clause in clauses(policy, bundle)
    ]
    lines += ["", "clauses", *found] if found else ["", "clauses      none"]
    lines += ["", "references", *(f"  {url}" for url in policy.references)] if policy.references else []
    lines += ["", f"defined in   {policy.location}"]
    return lines


def _paragraph(name: str, text: str) -> list[str]:
    width = shutil.get_terminal_size((_WIDTH, 24)).columns if sys.stdout.isatty() else _WIDTH
    lines = [line for paragraph in text.splitlines() for line in textwrap.wrap(paragraph, max(20, width - 2)) or [""]]
    return ["", name, *(f"  {line}" for line in lines)] if text else []


def _examples(policy: Policy, directories: Sequence[Path]) -> Iterator[str]:
    for example in examples(policy, directories):
        yield from ("", f"example      {example.status}: {example.name}")
        yield from (f"  expected   {line}" for line in example.expected or ("no finding",))
        if example.excerpt:
            yield f"  {example.excerpt.path}"
            for number, line in enumerate(example.excerpt.text.splitlines(), example.excerpt.first):
                yield f"  {number:>4} | {line}".rstrip()


def _source(policy: Policy, directories: Sequence[Path]) -> Iterator[str]:
    for text in sources(policy, directories):
        yield from ("", f"source       {text.path}", "", text.text.rstrip("\n"))
