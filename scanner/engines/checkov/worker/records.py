"""Takes out of Checkov's report what may leave the process: which check, how it ended, where, and by which settings."""

import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from scanner.engines.checkov.answers.addresses import unindexed
from scanner.engines.checkov.answers.reads import READS
from scanner.engines.checkov.forms import MISSING, NOT_FOUND, Watched, form_of
from scanner.engines.checkov.interface import DOCKERFILE, KUBERNETES, TERRAFORM, TERRAFORM_PLAN, Record
from scanner.engines.checkov.worker.notes import Notes

CONFIGURATION = "configuration"
"""What a result of a check has beside what Checkov puts there: what was checked."""

# What of a block is no attribute of the resource.
_AROUND = frozenset(
    ("__address__", "__start_line__", "__end_line__", "count", "depends_on", "dynamic", "for_each", "lifecycle")
)
# The path of a file with an address behind it.
_ADDRESS = re.compile(r"(.*?\.tf):(.*)", re.DOTALL)
_ENDINGS = {KUBERNETES: (".yaml", ".yml", ".json"), TERRAFORM_PLAN: (".json",)}


def records_of(framework: str, reports: Iterable[Any], notes: Notes) -> tuple[Record, ...]:
    """All results in a fixed order, each once; a report holds those that are known.

    A record of Checkov's has the text of the block and its values as well, secrets among them. They stay here.
    """
    found = [each for report in reports for each in (*report.failed_checks, *report.passed_checks)]
    records = {_record(each, framework) for each in (*found, *notes.unknown)}
    return tuple(sorted(records, key=_order))


def resources_of(framework: str, folder: Path, reports: Iterable[Any]) -> tuple[tuple[str, str], ...]:
    """The resources of Terraform that Checkov knows: the path as it names it, and the address without indices."""
    if framework != TERRAFORM:
        return ()
    found = (_ADDRESS.fullmatch(each) for report in reports for each in report.resources)
    return tuple(sorted({(seen_as(folder, each[1]), unindexed(each[2])) for each in found if each}))


def unread_of(framework: str, folder: Path, definitions: Mapping[Any, Any], errors: Iterable[str]) -> set[str]:
    """The files of the folder that Checkov has made nothing of, as it would name them.

    `definitions` are what it has read by file, `errors` the files that it says it cannot parse. It never reads
    Terraform in JSON, and passes over files for Kubernetes with braces of a template in them.
    """
    unread = {seen_as(folder, each) for each in errors}
    read = {seen_as(folder, str(key)) for key, definition in definitions.items() if definition}
    for path in folder.rglob("*"):
        seen = seen_as(folder, str(path))
        if path.is_file() and seen not in read and _is_lost(framework, path.name):
            unread.add(seen)
    return unread


def _is_lost(framework: str, name: str) -> bool:
    """Whether a file of this name that is not among the definitions is one that should be."""
    if framework == TERRAFORM:
        return name.endswith(".tf.json")
    return framework == DOCKERFILE or name.endswith(_ENDINGS[framework])


def seen_as(folder: Path, path: str) -> str:
    """A path as Checkov names it; some of its definitions are absolute, and some begin at the folder."""
    real = Path(path)
    return f"/{real.relative_to(folder)}" if real.is_relative_to(folder) else f"/{path.lstrip('/')}"


def _order(record: Record) -> tuple[object, ...]:
    return (
        record.check,
        record.path,
        record.resource,
        record.start,
        record.end,
        record.result,
        record.keys,
        record.values,
    )


def _record(record: Any, framework: str) -> Record:
    start, end = record.file_line_range
    keys = tuple(sorted({str(key) for key in record.check_result.get("evaluated_keys") or ()}))
    return Record(
        check=str(record.check_id),
        result=str(record.check_result["result"].value),
        path=str(record.file_path),
        start=int(start or 0),
        end=int(end or 0),
        resource=str(record.resource_address or record.resource),
        keys=keys,
        values=_values(record, keys) if framework == TERRAFORM else (),
    )


def _values(record: Any, keys: Iterable[str]) -> tuple[str, ...]:
    configuration = record.check_result.get(CONFIGURATION)
    asked: Iterable[str] = keys
    silent = {NOT_FOUND}
    if (
        configuration is None
    ):  # a check over the graph has the whole block, below its type and name, without dynamic ones
        configuration = _only(_only(record.check_result.get("entity")))
        silent.add(MISSING)
    elif not keys:
        watched = configuration.asked_for if isinstance(configuration, Watched) else ()
        asked = READS.get(str(record.check_id)) or sorted(watched)
    found = ((form_of(configuration, key), key) for key in asked)
    return tuple(f"{form}:{key}" for form, key in found if form not in silent and key not in _AROUND)


def _only(value: Any) -> Any:
    """What the only key of a mapping leads to."""
    return next(iter(value.values())) if isinstance(value, dict) and len(value) == 1 else None
