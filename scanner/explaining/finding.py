"""Everything there is to say about one finding: its way, its clauses, its links, the smallest fix, its waiver."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from scanner.core.finding import Finding
from scanner.core.governance import Governance
from scanner.core.location import Location
from scanner.core.resource import Link, Release, Resource, SourceFile
from scanner.core.result import ScanResult
from scanner.core.secrets import looks_secret, redact
from scanner.explaining.fixes import Fix, fix_for, origin_of
from scanner.explaining.steps import End, EndKind, Step, Way
from scanner.explaining.trace import Tracer, deciding
from scanner.explaining.waiving import HowToWaive, how_to_waive
from scanner.reports.clauses import Clause, clauses_by_finding
from scanner.reports.excerpt import ExcerptLine, Sources

_CONTEXT = 2
_ASSIGNED = re.compile(r"^(\s*-?\s*[\"']?([\w.-]+)[\"']?\s*[:=]\s*)([\"'].*|[^\s\"'{\[|>&*].*)$")
_MOST_MENDED = 500
_LARGEST = 10 << 20


@dataclass(frozen=True)
class ShownStep:
    """One step with the masked text of its line."""

    step: Step
    text: str


@dataclass(frozen=True)
class Tie:
    """A link of the judged resource: the address at its other end, and the lines that tie the two."""

    link: Link
    source: str
    target: str


@dataclass(frozen=True)
class FindingExplanation:
    """`steps` lead from the deciding attribute to `origin`; `note` says why they are missing or may not fit.

    `mended` are the other open findings of the policy whose value comes from the same line.
    """

    finding: Finding
    steps: tuple[ShownStep, ...]
    origin: End | None
    unknown: tuple[End, ...]
    excerpt: tuple[ExcerptLine, ...]
    related: tuple[tuple[Location, str, str], ...]
    ties: tuple[Tie, ...]
    clauses: tuple[Clause, ...]
    fix: Fix | None
    waiving: HowToWaive
    mended: tuple[Finding, ...]
    note: str = ""


def explain_finding(
    finding: Finding,
    result: ScanResult,
    tracer: Tracer | None,
    governance: Governance = Governance(),  # noqa: B008 - it is frozen
    note: str = "",
) -> FindingExplanation:
    """The explanation of one finding of a result; without a tracer, what the result itself says.

    `governance` is what the bundle says about waivers.
    """
    way = tracer.way(finding) if tracer else Way([Step("place", "the result names this line", finding.location)])
    release = result.release
    origin = origin_of(finding, release, way)
    seen = with_files(release, _places(way), tracer) if tracer else release
    sources = Sources(seen)
    return FindingExplanation(
        finding=finding,
        steps=tuple(_shown(step, sources, seen.secrets) for step in way.steps),
        origin=origin,
        unknown=tuple(end for end in way.ends if end.kind is EndKind.UNKNOWN),
        excerpt=sources.excerpt(finding.location, _CONTEXT),
        related=tuple(
            (each.location, each.message, _line(each.location, sources)) for each in finding.related_locations
        ),
        ties=tuple(_ties(finding, release)),
        clauses=clauses_by_finding(result).get(finding.fingerprint, ()),
        fix=_masked_fix(fix_for(finding, release, way), seen.secrets),
        waiving=how_to_waive(finding, date.fromisoformat(result.as_of), governance),
        mended=tuple(_mended(finding, origin, result, tracer)) if tracer else (),
        note=note,
    )


def with_files(release: Release, places: Iterable[Location], tracer: Tracer) -> Release:
    """The release with the text of files that a way leads to and no parser has read, such as values of a chart."""
    wanted = {place.path for place in places} - release.files_by_path.keys()
    named = [*tracer.context.terraform.var_files, *tracer.context.kubernetes.helm_values]
    elsewhere = {file.resolve().name: file for file in named}
    more = []
    for path in sorted(wanted):
        file = tracer.context.root / path
        text = _read(file if file.is_file() else elsewhere.get(path, file))
        if text:
            more.append(SourceFile(path, "", text))
    return replace(release, source_files=(*release.source_files, *more)) if more else release


def _read(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8-sig") if file.is_file() and file.stat().st_size <= _LARGEST else ""
    except (OSError, UnicodeDecodeError):
        return ""


def _places(way: Way) -> Iterator[Location]:
    yield from (step.location for step in way.steps if step.location)


def _shown(step: Step, sources: Sources, secrets: frozenset[str]) -> ShownStep:
    masked = replace(step, message=redact(step.message, secrets))
    return ShownStep(masked, _line(step.location, sources) if step.location else "")


def _line(location: Location, sources: Sources) -> str:
    """The masked line, also where a literal of a secret-looking name is too short to be known as a secret."""
    lines = sources.excerpt(location, 0)
    text = lines[0].text.strip() if lines else ""
    match = _ASSIGNED.match(text)
    if match and looks_secret(match[2]) and match[3][:1] in "\"'":
        return f"{match[1]}********"
    return text


def _masked_fix(fix: Fix | None, secrets: frozenset[str]) -> Fix | None:
    return replace(fix, text=redact(fix.text, secrets)) if fix else None


def _ties(finding: Finding, release: Release) -> Iterator[Tie]:
    """The links of the judged resource that lead to where the finding points."""
    other, _ = deciding(finding, release)
    places = {(each.location.path, each.location.start_line) for each in finding.related_locations}
    key = finding.resource.key
    for link in (*release.links_from.get(key, ()), *release.links_to.get(key, ())):
        end = release.by_key.get(link.target if link.source == key else link.source)
        if end is None or link.kind == "references":
            continue
        if end.key == other.key or _is_in(end, link, places):
            source = release.by_key.get(link.source)
            target = release.by_key.get(link.target)
            yield Tie(link, source.address if source else link.source, target.address if target else link.target)


def _is_in(end: Resource, link: Link, places: set[tuple[str, int]]) -> bool:
    found = [end.location, link.evidence, *([link.target_evidence] if link.target_evidence else [])]
    return any((each.path, each.start_line) in places for each in found)


def _mended(finding: Finding, origin: End | None, result: ScanResult, tracer: Tracer) -> Iterator[Finding]:
    """The other open findings of the policy that the same change mends: whose way ends where this one does."""
    others: Sequence[Finding] = [
        each
        for each in result.findings
        if each.policy.id == finding.policy.id and each.fingerprint != finding.fingerprint and each.is_open
    ]
    for each in others[:_MOST_MENDED]:
        end = origin_of(each, result.release, tracer.way(each))
        if origin is None or origin.place is None:  # nothing is written: the same block lacks the same
            if finding.attribute and (each.location, each.attribute) == (finding.location, finding.attribute):
                yield each
        elif end is not None and (end.place, end.name) == (origin.place, origin.name):
            yield each
