"""Takes out of Checkov's report what may leave the process: which check, how it ended, where, and by which settings."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from scanner.engines.checkov.interface import DOCKERFILE, KUBERNETES, TERRAFORM, TERRAFORM_PLAN, Record
from scanner.engines.checkov.notes import Notes

_ENDINGS = {KUBERNETES: (".yaml", ".yml", ".json"), TERRAFORM_PLAN: (".json",)}


def records_of(reports: Iterable[Any], notes: Notes) -> tuple[Record, ...]:
    """All results in a fixed order, each once; a report holds those that are known.

    A record of Checkov's has the text of the block and its values as well, secrets among them. They stay here.
    """
    found = [each for report in reports for each in (*report.failed_checks, *report.passed_checks)]
    records = {_record(each) for each in (*found, *notes.unknown)}
    return tuple(sorted(records, key=_order))


def unread_of(framework: str, folder: Path, definitions: Mapping[Any, Any], errors: Iterable[str]) -> set[str]:
    """The files of the folder that Checkov has made nothing of, as it would name them.

    `definitions` are what it has read by file, `errors` the files that it says it cannot parse. It never reads
    Terraform in JSON, and passes over files for Kubernetes with braces of a template in them.
    """
    unread = {_seen(folder, each) for each in errors}
    read = {_seen(folder, str(key)) for key, definition in definitions.items() if definition}
    for path in folder.rglob("*"):
        seen = _seen(folder, str(path))
        if path.is_file() and seen not in read and _is_lost(framework, path.name):
            unread.add(seen)
    return unread


def _is_lost(framework: str, name: str) -> bool:
    """Whether a file of this name that is not among the definitions is one that should be."""
    if framework == TERRAFORM:
        return name.endswith(".tf.json")
    return framework == DOCKERFILE or name.endswith(_ENDINGS[framework])


def _seen(folder: Path, path: str) -> str:
    """A path as Checkov names it; some of its definitions are absolute, and some begin at the folder."""
    real = Path(path)
    return f"/{real.relative_to(folder)}" if real.is_relative_to(folder) else f"/{path.lstrip('/')}"


def _order(record: Record) -> tuple[object, ...]:
    return record.check, record.path, record.resource, record.start, record.end, record.result, record.keys


def _record(record: Any) -> Record:
    start, end = record.file_line_range
    return Record(
        check=str(record.check_id),
        result=str(record.check_result["result"].value),
        path=str(record.file_path),
        start=int(start or 0),
        end=int(end or 0),
        resource=str(record.resource_address or record.resource),
        keys=tuple(sorted({str(key) for key in record.check_result.get("evaluated_keys") or ()})),
    )
