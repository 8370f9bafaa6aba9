"""Of a scan of the whole repository, what concerns some changed files: the roots that they belong to.

A root is what is deployed as one: a Terraform root directory with its modules, a chart, an overlay, a manifest, a
Dockerfile, a model's folder. Where it is not certain that a file belongs to a root, it does.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from posixpath import basename, dirname

from scanner.config import Config, UsageError
from scanner.core.baseline import BaselineState
from scanner.core.control import FrameworkResult
from scanner.core.counting import count
from scanner.core.finding import Finding, Status
from scanner.core.notification import Level, Notification
from scanner.core.resource import Release, Resource, SourceFile
from scanner.core.result import ScanResult, Verdict
from scanner.judging.file_ties import CONFIGURATION, callees, callers, overlays_with, parts_of_overlays

_CHART = "Chart.yaml"
_ABOUT_FILES = frozenset(("parser", "discovery", "linking", "waivers"))
_ELSEWHERE = "it lies outside of what was changed, and does not count here"


@dataclass(frozen=True)
class Focus:
    """What is looked at: `roots` by format and origin of their resources, `files` and everything in `folders`.

    `needed` are folders that the roots are made of beside these: what cannot be read there makes their findings
    uncertain.
    """

    roots: frozenset[tuple[str, str]]
    files: frozenset[str]
    folders: frozenset[str]
    needed: frozenset[str]

    def has(self, finding: Finding) -> bool:
        """Whether the finding, or a place that it speaks of, is in focus."""
        places = (finding.location, *(related.location for related in finding.related_locations))
        return _root(finding.resource) in self.roots or any(self._has_path(place.path) for place in places)

    def concerns(self, note: Notification) -> bool:
        """Whether trouble is in focus: trouble with anything but a file always is."""
        if note.location is None or note.component not in _ABOUT_FILES:
            return True
        path = note.location.path
        return self._has_path(path) or (dirname(path) or ".") in self.needed

    def _has_path(self, path: str) -> bool:
        return path in self.files or any(folder in self.folders for folder in _above(path))


def focus_on(release: Release, config: Config, root: Path) -> Focus:
    """The roots that the changed files of `config`, there or deleted, belong to; one that no root knows adds nothing.

    `root` is that of the repository. Raises `UsageError` for a file outside of it.
    """
    changed = [_relative(path, root) for path in config.changed]
    if None in changed:
        outside = config.changed[changed.index(None)]
        raise UsageError(f"the changed file {outside} lies outside of the repository that is scanned")
    files = _named(_all_changed(filter(None, changed), release), release)
    terraform = callers({dirname(path) or "." for path in files if path.endswith(CONFIGURATION)}, release)
    charts = _charts(files, release)
    overlays = overlays_with(files, release)
    models = _model_folders(files, release)
    given = {
        "terraform": config.terraform.var_files,
        "kubernetes": config.kubernetes.helm_values,
        "model": (*config.models.approved_versions, *config.models.trusted_keys),
    }
    for format_, paths in given.items():  # each of these is for every root of its format
        if any(_relative(path, root) in files for path in paths):
            terraform |= _folders(release, format_) if format_ == "terraform" else set()
            charts |= _charts_of(release) if format_ == "kubernetes" else set()
            models |= {"."} if format_ == "model" else set()
    roots = {("terraform", folder) for folder in terraform} | {("kubernetes", folder) for folder in charts | overlays}
    for resource in release.resources:
        places = (resource.location.path, *(call.location.path for call in resource.calls))
        in_model = resource.format == "model" and any(folder in models for folder in _above(places[0]))
        if in_model or any(path in files for path in places):
            roots.add(_root(resource))
    in_focus = files | {file.path for file in release.source_files if _is_of(file, terraform)}
    in_focus |= parts_of_overlays(overlays, release)
    needed = callees(terraform, release) | overlays
    return Focus(frozenset(roots), frozenset(in_focus), frozenset(charts), frozenset(needed))


def narrowed(
    result: ScanResult, focus: Focus, decide: Callable[[list[Finding], list[Notification]], Verdict]
) -> ScanResult:
    """What of the result is in focus. Controls stay as they were judged on everything; `decide` is the gate.

    An error elsewhere becomes a warning, and a note counts the findings that are not reported: whoever commits a change
    answers for its roots alone. The verdict says that it is not complete, as a scan without focus does.
    """
    seen = {finding.fingerprint for finding in result.findings if focus.has(finding)}
    left = sum(finding.is_open and finding.fingerprint not in seen for finding in result.findings)
    notes = [each if focus.concerns(each) else _softened(each) for each in result.notifications]
    if left:
        said = f"{count(left, 'open finding')} elsewhere not reported (--changed)"
        notes.append(Notification(Level.NOTE, said, "scan"))
    # to the gate what lies elsewhere is known: it blocks nothing, and yet something was judged
    verdict = decide([each if each.fingerprint in seen else _unchanged(each) for each in result.findings], notes)
    was_read = not any(note.level is Level.ERROR for note in result.notifications)
    return replace(
        result,
        findings=tuple(finding for finding in result.findings if finding.fingerprint in seen),
        frameworks=tuple(_framework(each, seen) for each in result.frameworks),
        notifications=tuple(sorted(set(notes), key=lambda note: note.sort_key)),
        verdict=replace(verdict, is_complete=verdict.is_complete and was_read),
        waivers=tuple(
            replace(use, findings=tuple(each for each in use.findings if each in seen)) for use in result.waivers
        ),
    )


def _framework(judged: FrameworkResult, seen: set[str]) -> FrameworkResult:
    controls = (
        replace(control, findings=tuple(each for each in control.findings if each.fingerprint in seen))
        for control in judged.controls
    )
    return replace(judged, controls=tuple(controls))


def _unchanged(finding: Finding) -> Finding:
    if finding.status is Status.PASS:
        return finding
    return replace(finding, baseline_state=BaselineState.UNCHANGED, waiver=None)


def _softened(note: Notification) -> Notification:
    if note.level is not Level.ERROR:
        return note
    return replace(note, level=Level.WARNING, message=f"{note.message} ({_ELSEWHERE})")


def _relative(path: Path, root: Path) -> str | None:
    """The path in the repository, with no link followed but in the folder; None outside of it."""
    whole = path.parent.resolve() / path.name
    return whole.relative_to(root).as_posix() if whole.is_relative_to(root) else None


def _root(resource: Resource) -> tuple[str, str]:
    return resource.format, resource.origin or resource.location.path


def _above(path: str) -> list[str]:
    """The folders that a file is in, the nearest first."""
    found = []
    while path:
        path = dirname(path)
        found.append(path or ".")
    return found


def _all_changed(changed: Iterable[str], release: Release) -> set[str]:
    """The changed files, those in changed folders too (a submodule is one to git)."""
    named = set(changed)
    inside = {file.path for file in release.source_files if any(folder in named for folder in _above(file.path)[:-1])}
    return named | inside


def _named(files: set[str], release: Release) -> set[str]:
    """With each file that is no part of the release by itself, those that name it: a template, a list of packages."""
    loose = {basename(path) for path in files if path not in release.files_by_path and not path.endswith(CONFIGURATION)}
    naming = {
        file.path for file in release.source_files for name in loose if name and file.is_loaded and name in file.text
    }
    beside = {f"{dirname(path)}/Dockerfile".lstrip("/") for path in files if path.endswith(".dockerignore")}
    return files | naming | beside


def _folders(release: Release, format_: str) -> set[str]:
    return {dirname(file.path) or "." for file in release.source_files if file.format == format_}


def _is_of(file: SourceFile, folders: set[str]) -> bool:
    return file.format == "terraform" and (dirname(file.path) or ".") in folders


def _charts_of(release: Release) -> set[str]:
    return {dirname(file.path) or "." for file in release.source_files if basename(file.path) == _CHART}


def _charts(files: set[str], release: Release) -> set[str]:
    """The charts that a file lies in, and those that take one of them from its folder (`file://…`)."""
    known = _charts_of(release)
    found = {folder for path in files for folder in _above(path) if folder in known}
    names = {basename(folder) for folder in found}
    for file in release.source_files:
        if basename(file.path) == _CHART and any(f"/{name}" in file.text for name in names if "file://" in file.text):
            found.add(dirname(file.path) or ".")
    return found


def _model_folders(files: set[str], release: Release) -> set[str]:
    """The nearest folder that declares a model, for each changed file of a model."""
    declaring = {dirname(model.location.path) or "." for model in release.by_type.get("model", ())}
    found = set()
    for path in files:
        file = release.files_by_path.get(path)
        if file is not None and file.format == "model":
            found |= set([folder for folder in _above(path) if folder in declaring][:1])
    return found
