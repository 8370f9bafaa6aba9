"""Runs Checkov over one folder and gives back what it has said. Importing this imports Checkov."""

from collections.abc import Mapping
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

from scanner.engines.checkov.added_checks import add_written, python_loaded
from scanner.engines.checkov.interface import DOCKERFILE, KUBERNETES, TERRAFORM, TERRAFORM_PLAN, Answer, Checks
from scanner.engines.checkov.notes import Run
from scanner.engines.checkov.patches import patched, verify
from scanner.engines.checkov.records import records_of, unread_of
from scanner.engines.checkov.registries import Registries, graph_of, restored

_KNOWN = "3.3."
_RUNNERS = {
    TERRAFORM: TerraformRunner,
    TERRAFORM_PLAN: PlanRunner,
    KUBERNETES: KubernetesRunner,
    DOCKERFILE: DockerfileRunner,
}


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
        runner = _runner(framework, registries)
        reports = _reports(runner, folder, framework, [str(folder / each) for each in variable_files])
        if run.notes.has_run_out_of_memory:
            raise MemoryError
        errors = [path for report in reports for path in report.parsing_errors]
        return Answer(
            version=version,
            records=records_of(reports, run.notes),
            crashed=tuple(sorted(run.notes.crashed | trouble | more_trouble)),
            unread=tuple(sorted(unread_of(framework, folder, _read(runner), {*errors, *run.notes.unread}))),
            titles={id_: titles[id_] for id_ in sorted(titles.keys() - set(checks.ids))},
        )


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
