"""From what the engines found to the result: waivers, what was known before, controls, and the gate's verdict."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

from scanner.config import Config
from scanner.core.baseline import Known
from scanner.core.finding import Finding
from scanner.core.notification import Level, Notification
from scanner.core.policy import Policy
from scanner.core.result import ScanResult
from scanner.discovery import repository_root
from scanner.engines.interface import Evaluation
from scanner.judging.baseline import Looked, compare, reader
from scanner.judging.controls import Evaluated, judge_frameworks
from scanner.judging.finishing import finished
from scanner.judging.focus import focus_on, narrowed
from scanner.judging.gate import decide, rules_of
from scanner.judging.sameness import once
from scanner.judging.waivers import Scanned, Waivers, apply_waivers, file_waivers, inline_waivers, notes_of, sort_out
from scanner.pipeline.choosing import Chosen, not_judged_by
from scanner.pipeline.reading import Reading
from scanner.pipeline.shortening import shortened
from scanner.version import VERSION

Before = Known | Callable[[Sequence[Finding]], Known]


@dataclass(frozen=True)
class EvaluatedRelease:
    """One release, as it was read and evaluated by the policies `applicable` to it."""

    config: Config
    chosen: Chosen
    reading: Reading
    applicable: tuple[Policy, ...]
    evaluation: Evaluation

    @property
    def policies(self) -> frozenset[str]:
        """The ids of the policies that were evaluated to their end, on all of the release."""
        return self._everywhere(self.applicable) - self.evaluation.failed

    @property
    def not_evaluated(self) -> frozenset[str]:
        """The ids of those of which nothing may be concluded; one that does not apply is none of them."""
        every = {policy.id for policy in self.chosen.bundle.policies} - self.not_asked
        return self.evaluation.failed | (every - self._everywhere(self.chosen.policies))

    @property
    def not_asked(self) -> frozenset[str]:
        """The ids of those whose engine was not chosen."""
        return frozenset(each.id for each in self.chosen.bundle.policies if not self.config.runs(each.engine))

    def _everywhere(self, policies: Sequence[Policy]) -> frozenset[str]:
        return frozenset(policy.id for policy in policies if self.chosen.selection.everywhere(policy.id))


def conclude(done: EvaluatedRelease, known: Before | None) -> ScanResult:
    """The result. What is `known`, or what a function of all findings says is, blocks nothing."""
    config, chosen, reading = done.config, done.chosen, done.reading
    release = reading.release
    waivers, troubles = _waivers(done)
    found = finished(once(chosen.selection.counting(done.evaluation.findings), release.by_key), release.secrets)
    findings, uses = apply_waivers(found, waivers, _scanned(done))
    notifications = reading.told(
        (
            *config.notifications,
            *chosen.bundle.notifications,
            *not_judged_by(chosen, reading.discovered, config),
            *release.notifications,
            *done.evaluation.notifications,
            *troubles,
            *notes_of(uses, config.as_of),
        )
    )
    complete = _is_complete(notifications)
    comparison = None
    if known is not None:
        looked = Looked(done.policies, _reader(done), complete)
        before = known if isinstance(known, Known) else known(findings)
        findings, comparison = compare(findings, before, looked, release.moves)
    evaluated = Evaluated(findings, reading.scope, done.not_evaluated, complete, config.as_of, done.not_asked)
    standing = judge_frameworks(chosen.frameworks, evaluated)
    rules, files = rules_of(config, chosen.must_meet), len(release.source_files)
    result = ScanResult(
        findings=tuple(sorted(findings, key=lambda finding: finding.sort_key)),
        frameworks=standing,
        notifications=notifications,
        verdict=decide(findings, notifications, files, rules, standing),
        release=release,
        scope=reading.scope,
        policies=(*done.applicable, *done.evaluation.policies),
        roots=reading.roots,
        bundle_digest=chosen.bundle.digest,
        tool_version=VERSION,
        as_of=config.as_of.isoformat(),
        waivers=uses,
        comparison=comparison,
    )
    if config.changed:
        focus = focus_on(release, config, repository_root(config.paths))
        result = narrowed(result, focus, lambda kept, notes: decide(kept, notes, files, rules, standing))
    return shortened(result, chosen.bundle.policies, done.evaluation.failed)


def _is_complete(notifications: Collection[Notification]) -> bool:
    return not any(note.level is Level.ERROR for note in notifications)


def _waivers(done: EvaluatedRelease) -> tuple[Waivers, list[Notification]]:
    """Inline ones of the scanned files alone: what a module from elsewhere accepts is not for it to decide."""
    config, files = done.config, done.reading.discovered.files
    found = {file.path for file in files}
    judged = done.reading.release.source_files
    documents = [file for file in judged if file.format == "conftest" and file.path not in found]
    inline = inline_waivers((*files, *documents)) if config.inline_waivers else []
    entries, troubles = file_waivers(repository_root(config.paths), config.waiver_files)
    bundle = done.chosen.bundle
    policies = (*bundle.policies, *done.evaluation.policies)
    return sort_out((*inline, *entries), policies, bundle.governance, config.as_of), troubles


def _reader(done: EvaluatedRelease) -> Callable[[str], bool]:
    scanned = [root.path for root in done.reading.discovered.roots]
    return reader(repository_root(done.config.paths), scanned, done.reading.paths)


def _scanned(done: EvaluatedRelease) -> Scanned:
    """What has been looked at, for waivers that cover nothing."""
    config, reading = done.config, done.reading
    is_whole = any(root.path == "." for root in reading.discovered.roots)
    notes = (*reading.release.notifications, *done.chosen.bundle.notifications, *done.evaluation.notifications)
    return Scanned(
        done.policies,
        reading.release.resources,
        reading.paths,
        is_whole=is_whole and not config.excludes and not config.changed,
        is_complete=_is_complete(notes),
    )
