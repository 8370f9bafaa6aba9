"""Small releases made by hand, for tests of the stages that come after the parsers."""

from collections.abc import Mapping, Sequence
from typing import Any

from scanner.core.finding import Finding, Status
from scanner.core.location import Location
from scanner.core.policy import AppliesTo, Policy, Severity
from scanner.core.resource import Link, Release, Resource
from scanner.core.values import AttributePath, Unresolved, parse_path

FILE = "main.tf"


def resource(
    address: str,
    attributes: Mapping[str, Any] | None = None,
    *,
    lines: Mapping[str, int] | None = None,
    line: int = 1,
    end: int = 0,
    parent: Resource | None = None,
    type_: str = "",
    path: str = FILE,
    presence: Unresolved | None = None,
) -> Resource:
    """A resource whose type is the part of `address` before the last dot; `lines` maps attribute paths to lines."""
    places: dict[AttributePath, Location] = {
        parse_path(name): Location(path, number) for name, number in (lines or {}).items()
    }
    return Resource(
        address=address,
        type=type_ or address.rpartition(".")[0],
        format="terraform",
        attributes=attributes or {},
        location=Location(path, line, 1, max(line, end), 1),
        attribute_locations=places,
        parent=parent.key if parent else None,
        origin=".",
        presence=presence,
    )


def link(source: Resource, kind: str, target: Resource) -> Link:
    return Link(source.key, kind, target.key, source.location)


def release(*resources: Resource, links: Sequence[Link] = ()) -> Release:
    return Release(resources=resources, links=tuple(links))


def policy(
    rule: Any = None,
    *,
    id_: str = "TST-001",
    types: Sequence[str] = ("bucket",),
    severity: Severity = Severity.HIGH,
    message: str = "",
    **fields: Any,
) -> Policy:
    where = fields.pop("where", None)
    return Policy(
        id=id_,
        title="Buckets are as they should be",
        severity=severity,
        engine="conditions",
        applies_to=AppliesTo(tuple(types), None, where),
        rule=rule,
        message=message,
        **fields,
    )


def finding(
    status: Status, *, of: Policy | None = None, on: Resource | None = None, line: int = 0, cause: str = ""
) -> Finding:
    judged = on or resource("bucket.a")
    location = Location(judged.location.path, line or judged.location.start_line)
    return Finding(of or policy(), judged, status, f"{judged.address} is wrong", location, cause=cause)
