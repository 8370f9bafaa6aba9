"""Kustomize overlays as the cluster gets them: what is built, what cannot be, and which files that speaks for."""

import tempfile
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

from scanner.core.location import Location
from scanner.core.notification import Level, Notification
from scanner.core.resource import Call, SourceFile
from scanner.parsers.interface import ParseContext
from scanner.parsers.kubernetes.manifests import Manifest, manifests_of
from scanner.parsers.kubernetes.rendering.interface import Rendering
from scanner.parsers.kubernetes.rendering.kustomization import Role
from scanner.parsers.kubernetes.rendering.overlay_blame import blamed, said
from scanner.parsers.kubernetes.rendering.overlay_copy import write_copy
from scanner.parsers.kubernetes.rendering.overlay_files import Files, folder_of
from scanner.parsers.kubernetes.rendering.overlay_graph import MOST_CHAINS, Graph, Problem, Reached
from scanner.parsers.kubernetes.rendering.overlay_lines import Origins
from scanner.parsers.kubernetes.rendering.overlay_missing import without_missing
from scanner.parsers.kubernetes.rendering.programs import Failure, Limits, run
from scanner.yaml_source import load_documents_leniently

_FRAGMENTS = (Role.PATCH, Role.PLUGIN)


@dataclass(frozen=True)
class _Built:
    """What the program gave for one root: objects, or why there are none."""

    text: str = ""
    failure: Failure | None = None


def render_overlays(given: Sequence[SourceFile], context: ParseContext) -> list[Rendering]:
    """Every Kustomization that no other one uses, in the order of their folders."""
    files = Files(given, context.root)
    if not files.given_kustomizations():
        return []
    graph = Graph(files)
    reached = [graph.reach(root) for root in graph.roots]
    program = context.kubernetes.kustomize or context.kubernetes.kubectl
    to_build = [each for each in reached if each.changes] if program else []
    with ThreadPoolExecutor(max_workers=max(1, context.workers)) as pool:
        built = dict(
            zip(
                (each.root for each in to_build),
                pool.map(lambda each: _build(each, files, context, program), to_build),
                strict=True,
            )
        )
    renderings = [_rendering(each, built.get(each.root), files) for each in reached]
    renderings += [_unused(path, graph) for path in graph.unused_components]
    plain = {
        path for each in reached if not _is_whole(each, built.get(each.root)) for path in each.files(Role.RESOURCES)
    }
    return [_without(each, plain) for each in sorted(renderings, key=lambda each: each.origin)]


def _build(reached: Reached, files: Files, context: ParseContext, program: Path | None) -> _Built:
    assert program is not None  # noqa: S101 - nothing is built without one
    if reached.is_cut_off:
        return _Built(failure=Failure(f"more than {MOST_CHAINS:,} ways lead through its Kustomizations"))
    missing = without_missing(reached, Origins(reached, files))
    failure = Failure("")
    for schemas in (False, True):  # a patch of a schema needs it
        with tempfile.TemporaryDirectory(prefix="releasegate-", ignore_cleanup_errors=True) as scratch:
            top = Path(scratch).resolve()
            try:
                had_schemas = write_copy(reached, missing, files, top, schemas=schemas)
            except OSError as error:
                return _Built(failure=Failure(f"a copy of it could not be written: {error.strerror}"))
            folder = str(top / folder_of(reached.root))  # an absolute path is never taken for an address
            arguments = ("build", folder) if program == context.kubernetes.kustomize else ("kustomize", folder)
            result = run(program, arguments, top, Limits(context.time_limit, context.memory_limit))
            if not isinstance(result, Failure):
                return _Built(result)
            complaint = result.complaint.replace(f"{top}/", "").replace(str(top), ".")
            failure = Failure(result.reason, complaint)
            if not had_schemas or not complaint:
                break
    return _Built(failure=failure)


def _is_whole(reached: Reached, built: _Built | None) -> bool:
    """Whether what was rendered says all that the root says of the files at hand."""
    return reached.changes and built is not None and built.failure is None


def _rendering(reached: Reached, built: _Built | None, files: Files) -> Rendering:
    notes = [_problem_note(each) for each in reached.problems]
    if not reached.changes:
        return _plain(reached, notes, files)
    if built is None or built.failure is not None:
        reason = (
            _no_program(reached) if built is None or built.failure is None else _failed(reached, built.failure, files)
        )
        fragments = frozenset(reached.files(*_FRAGMENTS))
        return Rendering(folder_of(reached.root), (), fragments, (*notes, reason))
    where = reached.nodes[reached.root].kustomization.location
    documents, errors = load_documents_leniently(built.text, f"{reached.root} as rendered")
    notes += [Notification(Level.ERROR, f"the rendered overlay: {error.message}", "parser", where) for error in errors]
    manifests: list[Manifest] = []
    for each in (found for document in documents for found in manifests_of(document)):
        if isinstance(each, Manifest):
            manifests.append(each)
        else:
            notes.append(Notification(each.level, f"the rendered overlay: {each.message}", each.component, where))
    used = [*reached.nodes, *reached.files(Role.RESOURCES, *_FRAGMENTS, Role.SETTINGS)]
    return Rendering(
        origin=folder_of(reached.root),
        manifests=tuple(Origins(reached, files).traced(manifests)),
        covered=frozenset(used),
        notifications=tuple(notes),
        source_files=_beside(used, files),
        calls=(
            Call(
                f"the overlay {folder_of(reached.root)}",
                Location(reached.root, where.start_line),
                "is put together here",
            ),
        ),
        is_alternative=True,
    )


def _plain(reached: Reached, notes: list[Notification], files: Files) -> Rendering:
    """What only lists files means just these: those that the scan was given are read by themselves."""
    beside = [path for path in reached.files(Role.RESOURCES) if path not in files.given]
    for path in beside:
        notes += [Notification(Level.ERROR, each.message, "parser", each.location) for each in files.errors(path)]
    manifests = tuple(manifest for path in beside for manifest in files.manifests(path))
    return Rendering(
        folder_of(reached.root), manifests, notifications=tuple(notes), source_files=_beside(beside, files)
    )


def _unused(path: str, graph: Graph) -> Rendering:
    reached = graph.reach(path)
    notes = [_problem_note(each) for each in reached.problems]
    if reached.changes:
        message = "component not rendered: no overlay of the scan uses it, so what it changes was not checked"
        where = reached.nodes[path].kustomization.location
        notes.append(Notification(Level.ERROR, f"{message}; scan an overlay that uses it", "parser", where))
    return Rendering(folder_of(path), (), frozenset(reached.files(*_FRAGMENTS)), tuple(notes))


def _without(rendering: Rendering, plain: Iterable[str]) -> Rendering:
    return replace(rendering, covered=rendering.covered - frozenset(plain))


def _beside(paths: Iterable[str], files: Files) -> tuple[SourceFile, ...]:
    beside = sorted(path for path in set(paths) if path not in files.given)
    return tuple(SourceFile(path, "kubernetes", files.text(path)) for path in beside)


def _problem_note(problem: Problem) -> Notification:
    if problem.is_data:
        return Notification(Level.WARNING, f"{problem.message}, so it was not checked", "parser", problem.location)
    advice = "render the overlays that use it with kustomize build and scan the output"
    message = f"overlay not rendered as a whole: {problem.message}; {advice}"
    return Notification(Level.ERROR, message, "parser", problem.location)


def _no_program(reached: Reached) -> Notification:
    folder = folder_of(reached.root)
    message = "overlay not rendered: it needs kustomize or kubectl, so what it changes was not checked"
    advice = f"let one of them be found on PATH, or render it with kustomize build {folder} and scan the output"
    return Notification(Level.ERROR, f"{message}; {advice}", "parser", _first_change(reached))


def _first_change(reached: Reached) -> Location:
    root = reached.nodes[reached.root].kustomization
    return root.where(root.first_change) if root.first_change else root.where(("resources",))


def _failed(reached: Reached, failure: Failure, files: Files) -> Notification:
    complaint = said(failure.complaint)
    what = f"{failure.reason}: {complaint}" if complaint else failure.reason
    advice = "what is plain in it was read by itself, so correct it, or use a newer kustomize, and scan again"
    message = f"overlay not rendered: {what}; {advice}"
    return Notification(Level.ERROR, message, "parser", blamed(reached, failure.complaint, files))
