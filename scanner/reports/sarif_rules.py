"""SARIF rules and taxonomies: one rule per policy that ran, one taxonomy per framework that applies.

A clause that asks for what a policy checks (`direct`) is a superset of the rule; one that the policy only
supports is `relevant` to it. GitHub reads no taxonomies: there clauses are tags, as far as they fit.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from urllib.parse import quote, urlsplit

import sarif_om as om

from scanner.core.control import Control, ControlResult, Framework, Strength
from scanner.core.foreign import ConftestRule, GatekeeperRule
from scanner.core.policy import CHECKOV, Policy, Severity
from scanner.core.result import ScanResult
from scanner.reports.checkov_words import UNMAPPED
from scanner.reports.clauses import clause_number, judged_controls, short_name
from scanner.reports.safe_text import one_line

# GitHub calls 9.0 and above critical, 7.0 high, 4.0 medium and what is below low.
_SECURITY_SEVERITY: Mapping[Severity, str] = {
    Severity.CRITICAL: "9.5",
    Severity.HIGH: "8.0",
    Severity.MEDIUM: "5.5",
    Severity.LOW: "3.0",
}
LEVEL: Mapping[Severity, str] = {
    Severity.CRITICAL: "error",
    Severity.HIGH: "error",
    Severity.MEDIUM: "warning",
    Severity.LOW: "note",
}
_PROBLEM_SEVERITY: Mapping[str, str] = {"error": "error", "warning": "warning", "note": "recommendation"}
_KINDS: Mapping[Strength, str] = {Strength.DIRECT: "superset", Strength.SUPPORTING: "relevant"}
# Of a rule with more than 20 tags GitHub refuses the log; of more than 10 it stores the first, and warns.
_MOST_TAGS = 20
_MOST_GITHUB_TAGS = 10
# GitHub's limits too.
_LONGEST_DESCRIPTION = 1024
_LONGEST_NAME = 255

Touched = tuple[Framework, Control, Strength]


@dataclass(frozen=True)
class Taxonomies:
    """The frameworks that apply, each with the controls that a policy of this scan evidences."""

    members: Sequence[tuple[Framework, Sequence[ControlResult]]]

    def components(self) -> list[om.ToolComponent]:
        return [_taxonomy(framework, controls) for framework, controls in self.members]

    def names(self) -> list[om.ToolComponentReference]:
        return [
            om.ToolComponentReference(name=framework.id, index=index)
            for index, (framework, _) in enumerate(self.members)
        ]

    def of_policy(self, policy: str) -> Iterator[Touched]:
        for framework, controls in self.members:
            for judged in controls:
                if policy in judged.control.policies:
                    yield framework, judged.control, judged.control.policies[policy]

    def reference(self, framework: str, control: str) -> om.ReportingDescriptorReference | None:
        """Where the control is listed, or None for one that is not."""
        return self._references.get((framework, control))

    @cached_property
    def _references(self) -> Mapping[tuple[str, str], om.ReportingDescriptorReference]:
        return {
            (framework.id, judged.control.id): om.ReportingDescriptorReference(
                id=judged.control.id,
                index=index,
                tool_component=om.ToolComponentReference(name=framework.id, index=place),
            )
            for place, (framework, controls) in enumerate(self.members)
            for index, judged in enumerate(controls)
        }


def taxonomies(result: ScanResult) -> Taxonomies:
    """The clauses that the policies of this scan can speak of."""
    ran = {policy.id for policy in result.policies}
    grouped: dict[str, tuple[Framework, list[ControlResult]]] = {}
    for framework, judged in judged_controls(result):
        if ran & set(judged.control.policies):
            grouped.setdefault(framework.id, (framework, []))[1].append(judged)
    return Taxonomies(tuple((framework, tuple(controls)) for framework, controls in grouped.values()))


def rule(
    policy: Policy, clauses: Taxonomies, places: Mapping[str, int], *, for_github: bool = False
) -> om.ReportingDescriptor:
    """The policy as GitHub shows it beside its alerts; there with its clauses as tags too.

    `places` gives the index of each rule of the log.
    """
    level = LEVEL[policy.severity]
    touched = list(clauses.of_policy(policy.id))
    tags = [*_tags(policy, touched), *(_clause_tags(touched) if for_github else ())]
    most = _MOST_GITHUB_TAGS if for_github else _MOST_TAGS
    return om.ReportingDescriptor(
        id=policy.id,
        name=pascal_case(policy),
        short_description=_text(policy.title),
        full_description=_text(policy.rationale or policy.title),
        help=_help(policy, touched, tags[most:]),
        help_uri=next((found for found in map(_address, policy.references) if found), None),
        deprecated_ids=list(policy.aliases) or None,
        default_configuration=om.ReportingConfiguration(level=level),
        relationships=[
            om.ReportingDescriptorRelationship(
                target=clauses.reference(framework.id, control.id), kinds=[_KINDS[strength]]
            )
            for framework, control, strength in touched
        ]
        + [
            om.ReportingDescriptorRelationship(
                target=om.ReportingDescriptorReference(id=id_, index=places[id_]), kinds=["relevant"]
            )
            for id_ in policy.same_as
            if id_ in places
        ]
        or None,
        properties={
            "security-severity": _SECURITY_SEVERITY[policy.severity],
            "precision": "high",
            "problem.severity": _PROBLEM_SEVERITY[level],
            "tags": tags[:most],
            **({"engine": policy.engine} if policy.engine == CHECKOV else {}),
            **({} if policy.is_mapped else {"mapped": False}),
        },
    )


def pascal_case(policy: Policy) -> str:
    """A readable identifier from the title: `Buckets are encrypted` → `BucketsAreEncrypted`.

    Made of capitalised words of two letters or more; digits at the start of a word join the one before.
    """
    words: list[str] = []
    for word in "".join(letter if letter.isalnum() else " " for letter in policy.title).split():
        if words and not word[0].isalpha():
            words[-1] += word.lower()
        elif len(word) > 1:
            words.append(word.capitalize())
    if words and all(_is_capitalised(word) for word in words):
        return "".join(words)[:_LONGEST_NAME]
    return "Policy" + "".join(letter for letter in policy.id.lower() if letter.isalnum())


def _is_capitalised(word: str) -> bool:
    return word[0].isupper() and all(letter.islower() or letter.isdecimal() for letter in word[1:])


def _tags(policy: Policy, touched: Sequence[Touched]) -> list[str]:
    """What the policy is about, then the frameworks whose clauses it touches."""
    # The ids of other programs' policies have no area: they may begin with any package or kind.
    area = [] if isinstance(policy.rule, ConftestRule | GatekeeperRule) else [policy.id.partition("-")[0].lower()]
    area = [CHECKOV] if policy.engine == CHECKOV else area
    formats = [policy.applies_to.format] if policy.applies_to.format else []
    mapped = [] if policy.is_mapped else ["unmapped"]
    return list(dict.fromkeys(["security", *area, *formats, *mapped, *(framework.id for framework, _, _ in touched)]))


def _clause_tags(touched: Sequence[Touched]) -> list[str]:
    """The clauses, those first that ask for what the policy checks."""
    in_order = sorted(touched, key=lambda entry: entry[2] is not Strength.DIRECT)
    return list(dict.fromkeys(control.id for _, control, _ in in_order))


def _help(policy: Policy, touched: Sequence[Touched], untagged: Sequence[str]) -> om.MultiformatMessageString:
    clauses = [
        f"{short_name(framework)} {clause_number(framework, control)} ({strength.value}): {control.title}"
        for framework, control, strength in touched
    ]
    why = policy.rationale or policy.title
    text, markdown = [why], [_no_html(why)]
    if policy.remediation:
        text.append(f"How to fix it: {policy.remediation}")
        markdown.append(f"## How to fix it\n\n{_no_html(policy.remediation)}")
    clauses = clauses if policy.is_mapped else [UNMAPPED]
    lists = (("Clauses", clauses), ("References", policy.references), ("Not among the tags", untagged))
    for heading, entries in lists:
        if entries:
            text.append("\n".join([f"{heading}:", *entries]))
            markdown.append("\n".join([f"## {heading}\n", *(f"- {_no_html(entry)}" for entry in entries)]))
    return om.MultiformatMessageString(text="\n\n".join(text), markdown="\n\n".join(markdown))


def _no_html(text: str) -> str:
    """SARIF forbids HTML in Markdown (3.11.4.2); within back-quotes a `<` is only itself."""
    pieces = text.strip().split("`")
    return "`".join(piece if index % 2 else piece.replace("<", "\\<") for index, piece in enumerate(pieces))


def _taxonomy(framework: Framework, controls: Sequence[ControlResult]) -> om.ToolComponent:
    return om.ToolComponent(
        name=framework.id,
        full_name=framework.title,
        version=framework.version or None,
        information_uri=_address(framework.url),
        short_description=_text(framework.title),
        is_comprehensive=False,
        taxa=[_taxon(framework, judged) for judged in controls],
    )


def _taxon(framework: Framework, judged: ControlResult) -> om.ReportingDescriptor:
    """One clause; where it does not bind yet its properties say from when."""
    control = judged.control
    properties = {"standing": judged.standing.value, "reason": judged.reason}
    if control.citation:
        properties["citation"] = control.citation
    if judged.upcoming:
        properties["upcoming"] = judged.upcoming.isoformat()
    return om.ReportingDescriptor(
        id=control.id,
        short_description=_text(control.title or control.id),
        full_description=_text(control.paraphrase or control.title or control.id),
        help=om.MultiformatMessageString(text=control.paraphrase or control.title or control.id),
        help_uri=_address(control.url) or _address(framework.url),
        properties=properties,
    )


def _address(url: str) -> str | None:
    """The URL with what RFC 3986 does not allow encoded; None for what is no URL, such as a book's title."""
    return quote(url, safe=":/?#[]@!$&'()*+,;=%~") if urlsplit(url).scheme in ("http", "https") else None


def _text(text: str) -> om.MultiformatMessageString:
    line = one_line(text)
    clipped = line if len(line) <= _LONGEST_DESCRIPTION else line[: _LONGEST_DESCRIPTION - 1] + "…"
    return om.MultiformatMessageString(text=clipped)
