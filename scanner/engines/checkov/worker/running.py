"""Runs Checkov over one folder and gives back what it has said. Importing this imports Checkov."""

from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from checkov.dockerfile.runner import Runner as DockerfileRunner
from checkov.kubernetes.runner import Runner as KubernetesRunner
from checkov.runner_filter import RunnerFilter
from checkov.terraform.module_loading.registry import module_loader_registry
from checkov.terraform.plan_runner import Runner as PlanRunner
from checkov.terraform.runner import Runner as TerraformRunner
from checkov.version import version

from scanner.engines.checkov.interface import DOCKERFILE, KUBERNETES, TERRAFORM, TERRAFORM_PLAN, Answer, Checks
from scanner.engines.checkov.worker.added_checks import add_written, python_loaded
from scanner.engines.checkov.worker.notes import Notes, Run
from scanner.engines.checkov.worker.patches import patched, verify
from scanner.engines.checkov.worker.records import records_of, resources_of, seen_as, unread_of
from scanner.engines.checkov.worker.registries import Registries, graph_of, restored

_KNOWN = "3.3."
_RUNNERS = {
    TERRAFORM: TerraformRunner,
    TERRAFORM_PLAN: PlanRunner,
    KUBERNETES: KubernetesRunner,
    DOCKERFILE: DockerfileRunner,
}
_OF_SINGLE_FILES = (KUBERNETES, DOCKERFILE)


def verify_version() -> None:
    """Raises `ValueError` for a Checkov whose insides are not those that are patched here."""
    why = ""
    try:
        verify()
    except ValueError as error:
        why = f": {error}"
    if why or not version.startswith(_KNOWN):
        raise ValueError(f"Checkov {version} is not one that releasegate knows, which is {_KNOWN}x{why}")


def load() -> None:
    """Have everything there that a run needs."""
    for framework in _RUNNERS:
        graph_of(framework)


def judge(folder: Path, framework: str, variable_files: tuple[str, ...], checks: Checks) -> Answer:
    """What the checks say of the files in the folder. Raises `MemoryError`, and whatever Checkov's own code raises.

    `variable_files` are relative to the folder, the last one counting most.
    """
    run = Run(folder)
    module_loader_registry.reset_module_content_cache()  # which it keeps beyond the run that it is good for
    registries = Registries(framework)
    with ExitStack() as stack:
        stack.enter_context(restored())
        stack.enter_context(patched(run))
        ids, trouble = stack.enter_context(python_loaded(checks.python, registries))
        written, more_trouble = add_written(checks.written, registries)
        if not checks.is_all:
            registries.keep(frozenset({*checks.ids, *ids, *written}))
        titles = registries.titles()
        runner, reports = _run(run, framework, registries, [str(folder / each) for each in variable_files])
        errors = [path for report in reports for path in report.parsing_errors]
        return Answer(
            version=version,
            records=records_of(framework, reports, run.notes),
            crashed=tuple(sorted(run.notes.crashed | trouble | more_trouble)),
            unread=tuple(sorted(unread_of(framework, folder, _read(runner), {*errors, *run.notes.unread}))),
            titles={id_: titles[id_] for id_ in sorted(titles.keys() - set(checks.ids))},
            resources=resources_of(framework, folder, reports),
            crashed_on={
                check: tuple(sorted({seen_as(folder, path) for path in paths}))
                for check, paths in sorted(run.notes.crashed_on.items())
            },
        )


def _run(run: Run, framework: str, registries: Registries, variable_files: list[str]) -> tuple[Any, list[Any]]:
    """A runner and its reports.

    Where files are judged for themselves, one that Checkov breaks off on is left out, and then counts as not read.
    """
    try:
        return _once(run, framework, registries, variable_files)
    except MemoryError:
        raise
    except Exception:
        if framework not in _OF_SINGLE_FILES:
            raise
        run.left_out = frozenset(_breaking(sorted(run.files()), run, framework, registries))
        if not run.left_out:
            raise
        return _once(run, framework, registries, variable_files)


def _breaking(files: Sequence[str], run: Run, framework: str, registries: Registries) -> list[str]:
    """Those of the files that end a run on them alone, found by halves. Raises `MemoryError`."""
    run.left_out = run.files().difference(files)
    try:
        _once(run, framework, registries, [])
    except MemoryError:
        raise
    except Exception:  # noqa: BLE001 - whatever ends it
        if len(files) == 1:
            return [*files]
        middle = len(files) // 2
        halves = (files[:middle], files[middle:])
        return [each for half in halves for each in _breaking(half, run, framework, registries)]
    return []


def _once(run: Run, framework: str, registries: Registries, variable_files: list[str]) -> tuple[Any, list[Any]]:
    run.notes = Notes()
    runner = _runner(framework, registries)
    reports = _reports(runner, run.folder, framework, variable_files)
    if run.notes.has_run_out_of_memory:
        raise MemoryError
    return runner, reports


def _runner(framework: str, registries: Registries) -> Any:
    """A new runner, as it keeps what it has read; it makes no graph where no check asks for one."""
    runner: Any = _RUNNERS[framework]()
    if not registries.has_graph_checks():
        if framework == KUBERNETES:
            runner.graph_manager = None
        elif framework == DOCKERFILE:
            runner.graph_registry = None
    return runner


def _reports(runner: Any, folder: Path, framework: str, variable_files: list[str]) -> list[Any]:
    chosen = RunnerFilter(
        framework=[framework],
        download_external_modules=False,
        run_image_referencer=False,
        show_progress_bar=False,
        var_files=variable_files,
    )
    reports = runner.run(root_folder=str(folder), runner_filter=chosen, collect_skip_comments=False)
    return reports if isinstance(reports, list) else [reports]


def _read(runner: Any) -> Mapping[Any, Any]:
    return runner.definitions or {}
