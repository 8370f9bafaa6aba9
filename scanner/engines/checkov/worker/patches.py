"""Changes Checkov where it calls out of the folder, leaves results out, goes by chance, or does work twice.

Each patch is a row of `_PATCHES`: what is replaced, and a function that makes the replacement of the original. They
hold for one run and are taken back after it.
"""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from importlib import import_module
from typing import Any

from scanner.engines.checkov.worker import checking, reading
from scanner.engines.checkov.worker.notes import Run

_Make = Callable[[Any, Run], Any]
_SOLVER = "checkov.common.checks_infra.solvers.attribute_solvers.base_attribute_solver"
_CLOUDSPLAINING = "checkov.terraform.checks.utils.base_cloudsplaining_iam_scanner:BaseTerraformCloudsplainingIAMScanner"
_RENDERING = "checkov.terraform.graph_builder.variable_rendering"
_PATCHES: tuple[tuple[str, _Make], ...] = (
    ("os:walk", reading.in_order),
    ("checkov.common.output.report:Report.add_record", checking.keep_unknown),
    ("checkov.common.checks.base_check:BaseCheck.run", checking.go_on),
    ("checkov.common.graph.checks_infra.registry:BaseRegistry.run_checks", checking.one_by_one),
    ("checkov.common.checks_infra.registry:Registry.load_checks", checking.keep_chosen),
    (f"{_SOLVER}:ThreadPoolExecutor", checking.at_once),
    ("checkov.kubernetes.kubernetes_utils:get_skipped_checks", checking.no_annotations),
    ("checkov.kubernetes.runner:get_skipped_checks", checking.no_annotations),
    ("checkov.dockerfile.runner:collect_skipped_checks", checking.no_comments),
    ("checkov.dockerfile.utils:collect_suppressions_for_context", checking.no_comments),
    ("checkov.terraform.module_loading.loaders.local_path_loader:LocalPathLoader._load_module", reading.stay_inside),
    ("checkov.terraform.graph_builder.graph_components.module:Module.add_blocks", reading.tell_lost_blocks),
    ("checkov.kubernetes.parser.validatior:K8sValidator.is_valid_template", reading.tell_lost_objects),
    ("checkov.kubernetes.kubernetes_utils:parse", reading.every_object),
    (f"{_RENDERING}.safe_eval_functions:get_asteval", reading.evaluate_alone),
    (f"{_RENDERING}.safe_eval_functions:evaluate", reading.remember),
    (f"{_RENDERING}.evaluate_terraform:evaluate", reading.remember),
    ("checkov.kubernetes.parser.k8_yaml:SafeLineLoader", reading.by_libyaml),
    ("checkov.kubernetes.parser.k8_json:SafeLineLoader", reading.by_libyaml),
    ("checkov.terraform.checks.resource.aws.TransferServerLatestPolicy:datetime", checking.fixed_day),
    (f"{_CLOUDSPLAINING}.policy_document_cache", checking.no_mixed_documents),
)


@contextmanager
def patched(run: Run) -> Iterator[None]:
    """Within it Checkov is changed. Raises `ValueError` where it lacks something that is to be replaced."""
    with ExitStack() as stack:
        for place, make in _PATCHES:
            owner, name = _owner(place)
            original = vars(owner)[name]
            replacement = make(getattr(owner, name), run)
            stack.callback(setattr, owner, name, original)
            setattr(owner, name, staticmethod(replacement) if isinstance(original, staticmethod) else replacement)
        yield


def verify() -> None:
    """Raises `ValueError` where something that is to be replaced is not there."""
    for place, _ in _PATCHES:
        _owner(place)


def _owner(place: str) -> tuple[Any, str]:
    """What holds the thing at `module:Class.name`, and its name there."""
    module, _, path = place.partition(":")
    *classes, name = path.split(".")
    try:
        owner: Any = import_module(module)
        for each in classes:
            owner = getattr(owner, each)
    except (ImportError, AttributeError):
        raise ValueError(f"it has no {place}") from None
    if name not in vars(owner):
        raise ValueError(f"it has no {place}")
    return owner, name
