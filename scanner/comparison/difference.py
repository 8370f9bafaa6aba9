"""Judges the release and what its change started from by the same policies, and tells the one from the other."""

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from scanner import pipeline
from scanner.comparison.base_tree import scratch_folder, write_base
from scanner.comparison.own_rules import Before, edited_rules, remarks
from scanner.comparison.renames import Renames, find_renames
from scanner.comparison.work_tree import WorkTree
from scanner.config import Config, UsageError
from scanner.core.baseline import Known
from scanner.core.bundle import Bundle
from scanner.core.counting import count
from scanner.core.finding import Finding
from scanner.core.notification import Level, Notification
from scanner.core.result import ScanResult
from scanner.discovery import repository_root
from scanner.git_objects import GitError, GitRepository
from scanner.isolation import processes_kept
from scanner.judging.baseline import known_findings, together
from scanner.judging.baseline_file import read_baseline

_PATIENCE = 5  # a whole repository takes longer to read than one file


@dataclass(frozen=True)
class _Base:
    """The commit that a change starts from; `name` is what people call it."""

    tree: WorkTree
    commit: str
    name: str


@dataclass(frozen=True)
class _Judging:
    """What both sides are judged by."""

    config: Config
    bundle: Bundle
    evaluate: pipeline.Evaluate
    progress: pipeline.Progress


def run(config: Config, revision: str, progress: pipeline.Progress) -> ScanResult:
    """As `pipeline.run`; what was there at the merge base with `revision` is known. Raises `UsageError`."""
    pipeline.check_paths(config)
    baseline = pipeline.baseline_of(config)
    try:
        base = _find_base(config, revision)
        bundle = pipeline.with_conftest(pipeline.open_bundle(config), config)
        policies = pipeline.selected(bundle, config)
        with processes_kept(), pipeline.engines(policies, bundle, config, progress=progress) as evaluate:
            judging = _Judging(config, bundle, evaluate, progress)
            if base.tree.is_at(base.commit):
                return _judged(judging, _same(base, baseline))
            found = _found(base, judging, baseline)
            result = _judged(judging, together(found.baseline, found.known))
    except GitError as error:
        raise UsageError(f"--diff {revision[:100]}: {error}") from None
    said, notes = remarks(found.before, result)
    notifications = sorted({*result.notifications, *found.notes, *notes}, key=lambda note: note.sort_key)
    verdict = replace(result.verdict, reasons=(*result.verdict.reasons, *found.said, *said))
    return replace(result, notifications=tuple(notifications), verdict=verdict)


def _find_base(config: Config, revision: str) -> _Base:
    git = GitRepository(repository_root(config.paths), config.time_limit * _PATIENCE)
    tree = WorkTree(git)
    commit = tree.merge_base(revision)
    return _Base(tree, commit, f"{revision} ({commit[:7]})")


def _judged(judging: _Judging, known: pipeline.Before | None) -> ScanResult:
    return pipeline.judge(judging.config, judging.bundle, judging.progress, judging.evaluate, known)


def _same(base: _Base, baseline: Known | None) -> Callable[[Sequence[Finding]], Known]:
    """Nothing has changed: all that is found was there before."""

    def known(findings: Sequence[Finding]) -> Known:
        found = together(baseline, Known(known_findings(findings), base.name))
        assert found is not None  # noqa: S101 - the second part is there
        return found

    return known


@dataclass(frozen=True)
class _Found:
    """What was found at the base, by the names that things have now; `baseline` is what counts of that, `said` belongs
    to the verdict."""

    known: Known
    baseline: Known | None
    before: Before
    notes: list[Notification]
    said: tuple[str, ...] = ()


def _found(base: _Base, judging: _Judging, baseline: Known | None) -> _Found:
    judging.progress(f"reading {base.name}")
    with scratch_folder() as scratch:
        root, config = base.tree.folder, judging.config
        renames = find_renames(base.tree, base.commit, scratch)
        target = scratch / "base" / (root.name or "root")  # a folder may lend its name to what it holds
        notes = write_base(base.tree, base.commit, renames, target)

        def there(path: Path) -> Path:
            return _there(path, root, target, renames)

        edited = edited_rules(config, root, there, {*base.tree.present, *map(renames.new, renames.tracked)})
        counting, said = _of_base(baseline, config, there)
        before = Before(edited)
        of_base = _config_of_base(config, root, target, renames)
        if not of_base.paths:
            return _Found(Known((), base.name), counting, before, notes, said)
        result = pipeline.judge(of_base, judging.bundle, judging.progress, judging.evaluate)
    errors = sum(note.level is Level.ERROR for note in result.notifications)
    if errors:
        parts = count(errors, "part")
        message = f"{parts} of {base.name} could not be evaluated; what would have been found there counts as new"
        notes.append(Notification(Level.WARNING, message, "comparison"))
    findings = [renames.finding(finding) for finding in result.findings]
    waived = frozenset(finding.fingerprint for finding in findings if finding.waiver is not None)
    both = zip(result.findings, findings, strict=True)
    paths = ((old.location.path, new.location.path) for old, new in both if new.is_open)
    before = Before(edited, waived, result.scope, tuple((old, new) for old, new in paths if old != new))
    return _Found(Known(known_findings(findings), base.name), counting, before, notes, said)


def _of_base(
    baseline: Known | None, config: Config, there: Callable[[Path], Path]
) -> tuple[Known | None, tuple[str, ...]]:
    """What counts of a baseline that lies in the repository: the change may have written more into it."""
    if baseline is None or config.baseline is None or there(config.baseline) == config.baseline:
        return baseline, ()
    file = there(config.baseline)
    try:
        before = set(read_baseline(file, baseline.source).findings) if os.path.lexists(file) else set()
    except UsageError:
        before = set()
    identities = {(entry.fingerprint, entry.status) for entry in before}
    counting = [entry for entry in baseline.findings if (entry.fingerprint, entry.status) in identities]
    left = len(baseline.findings) - len(counting)
    entries = "1 entry" if left == 1 else f"{left} entries"
    said = (f"{entries} of {baseline.source} came with the change and excuse nothing",) if left else ()
    return replace(baseline, findings=tuple(counting)), said


def _there(path: Path, root: Path, target: Path, renames: Renames) -> Path:
    """Where something of the repository was at the base; what lies elsewhere is where it is."""
    whole = path.parent.resolve() / path.name if path.name else path.resolve()
    if not whole.is_relative_to(root):
        return path
    return target / renames.old(whole.relative_to(root).as_posix())


def _config_of_base(config: Config, root: Path, target: Path, renames: Renames) -> Config:
    """The same configuration for the base: files of the repository are the base's own, policies are not."""

    def there(path: Path) -> Path:
        return _there(path, root, target, renames)

    def those(paths: Sequence[Path]) -> tuple[Path, ...]:
        return tuple(found for path in paths if os.path.lexists(found := there(path)))

    trust_root = config.models.trust_root
    return replace(
        config,
        paths=those([path.resolve() for path in config.paths]),
        waiver_files=those(config.waiver_files),
        folders=tuple(replace(each, path=renames.old(each.path)) for each in config.folders),
        baseline=None,
        diff=None,
        changed=(),
        terraform=replace(
            config.terraform,
            var_files=those(config.terraform.var_files),
            module_directories=those(config.terraform.module_directories),
            folders=tuple(
                replace(each, path=renames.old(each.path), var_files=those(each.var_files))
                for each in config.terraform.folders
            ),
        ),
        kubernetes=replace(config.kubernetes, helm_values=those(config.kubernetes.helm_values)),
        models=replace(
            config.models,
            trusted_keys=those(config.models.trusted_keys),
            trusted_certificates=those(config.models.trusted_certificates),
            approved_versions=those(config.models.approved_versions),
            trust_root=None if trust_root is None else there(trust_root),
        ),
    )
