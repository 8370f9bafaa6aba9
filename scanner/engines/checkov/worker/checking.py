"""How Checkov runs its checks here: none is lost, none ends the others, and no file decides which of them count."""

from collections.abc import Callable
from concurrent.futures import Future
from datetime import datetime
from typing import Any

from checkov.common.models.enums import CheckResult
from checkov.dockerfile.base_dockerfile_check import BaseDockerfileCheck
from checkov.terraform.checks.data.base_check import BaseDataCheck
from checkov.terraform.checks.module.base_module_check import BaseModuleCheck
from checkov.terraform.checks.provider.base_check import BaseProviderCheck
from checkov.terraform.checks.resource.base_resource_check import BaseResourceCheck

from scanner.engines.checkov.forms import Watched
from scanner.engines.checkov.worker.notes import Run
from scanner.engines.checkov.worker.records import CONFIGURATION

_OF_TERRAFORM = (BaseResourceCheck, BaseDataCheck, BaseModuleCheck, BaseProviderCheck)
_AS_OF = datetime(2026, 11, 1)  # noqa: DTZ001 - compared with dates that have no time zone


def keep_unknown(add_record: Any, run: Run) -> Any:
    """A report has no place for results that are not known."""

    def add(self: Any, record: Any) -> None:
        if record.check_result["result"] == CheckResult.UNKNOWN:
            run.notes.unknown.append(record)
        add_record(self, record)

    return add


def go_on(run_check: Any, run: Run) -> Any:
    """A check that raises ends the whole run (Kubernetes, Dockerfile) or is lost without a word (Terraform).

    Some checks of Kubernetes write the place of one container's setting into themselves, and name it for the next.
    """

    def checked(self: Any, *arguments: Any, **named: Any) -> dict[str, Any]:
        keys = getattr(self, "evaluated_container_keys", None)
        before = None if keys is None else list(keys)
        result: dict[str, Any]
        if isinstance(self, _OF_TERRAFORM):
            named["entity_configuration"] = Watched(named["entity_configuration"])
        try:
            result = run_check(self, *arguments, **named)
            _refuse_nonsense(result["result"])
        except Exception as error:  # noqa: BLE001 - whatever a check raises is told
            run.notes.broke_off(self.id, error, str(named.get("scanned_file") or next(iter(arguments), "")))
            result = {"result": CheckResult.UNKNOWN, "evaluated_keys": []}
        finally:
            if before is not None:
                self.evaluated_container_keys = before
        if isinstance(result["result"], CheckResult) and isinstance(self, BaseDockerfileCheck):
            result["result"] = (result["result"], None)
        elif result["result"] is None:
            result["result"] = CheckResult.UNKNOWN
        if isinstance(self, _OF_TERRAFORM):
            result[CONFIGURATION] = named["entity_configuration"]
        return result

    return checked


def _refuse_nonsense(result: Any) -> None:
    """Raises `TypeError` for what no report has a place for, so that it would be lost; None means unknown."""
    verdict = result[0] if isinstance(result, tuple) and result else result
    if verdict is not None and not isinstance(verdict, CheckResult):
        raise TypeError


def one_by_one(run_checks: Any, run: Run) -> Any:
    """Graph checks run in threads, in no order, and one that raises is not heard of again."""
    del run_checks

    def checked(self: Any, graph_connector: Any, runner_filter: Any, report_type: str) -> dict[Any, Any]:
        del runner_filter, report_type  # the registry holds just the checks that are to run
        results: dict[Any, Any] = {}
        for check in sorted(self.checks, key=lambda each: str(each.id)):
            run.notes.check = check.id
            try:
                self.run_check_parallel(check, results, graph_connector)
            except Exception as error:  # noqa: BLE001 - as above
                run.notes.broke_off(check.id, error)
        return results

    return checked


def keep_chosen(load_checks: Any, run: Run) -> Any:
    """Where no condition on a graph is left of those that were loaded, all would be loaded anew."""
    del load_checks, run
    return lambda _: None


def at_once(executor: Any, run: Run) -> Any:
    """Each condition of a graph check starts threads of its own for single resources; what they raise is lost too."""
    del executor

    class InTurn:
        def submit(self, function: Callable[..., Any], *arguments: Any) -> Future[Any]:
            done: Future[Any] = Future()
            try:
                done.set_result(function(*arguments))
            except Exception as error:  # noqa: BLE001 - as above
                run.notes.broke_off(run.notes.check, error)
                done.set_exception(error)
            return done

    return InTurn


def no_annotations(get_skipped_checks: Any, run: Run) -> Any:
    """Waivers are the business of the project.

    The original also turns annotations into the list that checks expect, and breaks off on some annotations.
    """
    del get_skipped_checks, run

    def skipped(entity_conf: Any) -> list[Any]:
        metadata = entity_conf.get("metadata") if isinstance(entity_conf, dict) else None
        if isinstance(metadata, dict) and isinstance(metadata.get("annotations"), dict):
            metadata["annotations"] = [metadata["annotations"]]
        return []

    return skipped


def no_comments(collect: Any, run: Run) -> Any:
    """As for annotations."""
    del collect, run
    return lambda *_, **__: []


class _OfNow(dict[str, Any]):
    """Gives back what it was last given, and knows of nothing before that."""

    def keys(self) -> Any:
        return ()


def no_mixed_documents(documents: Any, run: Run) -> Any:
    """Policy documents are kept by file and name for ever: of two roots, or calls of a module, one had the other's."""
    del documents, run
    return _OfNow()


def fixed_day(clock: Any, run: Run) -> Any:
    """One check asks whether a security policy is older than two years; the day of the scan must not decide."""
    del run

    class Day(clock):  # type: ignore[misc]
        @classmethod
        def now(cls, tz: Any = None) -> datetime:
            del tz
            return _AS_OF

    return Day
