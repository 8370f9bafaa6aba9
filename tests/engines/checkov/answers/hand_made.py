"""Records of Checkov and what they are about, made by hand."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from scanner.core.finding import Finding
from scanner.core.resource import Link, Release, Resource
from scanner.engines.checkov.answers.addresses import Addresses
from scanner.engines.checkov.answers.findings import findings_of
from scanner.engines.checkov.interface import TERRAFORM, Answer, Record, Unit
from tests.builders import FILE, policy, resource

FAILED, PASSED, UNKNOWN = "FAILED", "PASSED", "UNKNOWN"
CHECK = "CKV_AWS_1000"


def record(
    resource: str,
    result: str = FAILED,
    *keys: str,
    check: str = CHECK,
    path: str = f"/{FILE}",
    start: int = 1,
    end: int = 0,
) -> Record:
    return Record(check, result, path, start, end or start, resource, tuple(sorted(keys)))


def unit(*resources: Resource, framework: str = TERRAFORM, paths: Mapping[str, str] | None = None) -> Unit:
    return Unit("the unit", resources[0].location.path, framework, {}, resources, paths or {})


def object_(
    body: Mapping[str, Any],
    lines: Mapping[str, int] | None = None,
    *,
    path: str = "app.yaml",
    line: int = 1,
    origin: str = "",
) -> Resource:
    """A Kubernetes object; its address is made as the parser makes it."""
    metadata = body.get("metadata") or {}
    name = metadata.get("name") or metadata.get("generateName")
    address = "/".join(filter(None, (metadata.get("namespace", "default"), body["kind"], name)))
    made = resource(address, body, lines=lines, line=line, type_=body["kind"], path=path)
    return replace(made, format="kubernetes", origin=origin or path)


def part(owner: Resource, name: str, type_: str, line: int, attributes: Mapping[str, Any] | None = None) -> Resource:
    """A pod or container of an object, or of a pod."""
    made = resource(
        f"{owner.address}/{name}", attributes, line=line, parent=owner, type_=type_, path=owner.location.path
    )
    return replace(made, format="kubernetes", origin=owner.origin)


def stage(
    name: str,
    line: int,
    instructions: Mapping[int, str],
    attributes: Mapping[str, Any] | None = None,
    lines: Mapping[str, int] | None = None,
) -> Resource:
    """A stage of `Dockerfile` with its instructions by their lines."""
    written = [{"instruction": keyword} for keyword in instructions.values()]
    places = {f"instructions[{number}]": at for number, at in enumerate(instructions)}
    made = resource(
        f"Dockerfile#{name}",
        {**(attributes or {}), "instructions": written},
        lines={**places, **(lines or {})},
        line=line,
        end=max(instructions, default=line),
        type_="dockerfile_stage",
        path="Dockerfile",
    )
    return replace(made, format="dockerfile", origin="Dockerfile")


def found(of: Unit, *records: Record, links: tuple[Link, ...] = (), parts: tuple[Resource, ...] = ()) -> list[Finding]:
    """The findings of the records; every check in them is asked for."""
    checks = {each.check: policy(id_=each.check) for each in records}
    release = Release(resources=(*of.resources, *parts), links=links)
    return findings_of(Addresses(of), Answer("3.3.30", records), checks, release)


def told(findings: list[Finding]) -> list[tuple[str, str, str, int]]:
    """Status, address, attribute and line of each."""
    return [(each.status.value, each.resource.address, each.attribute, each.location.start_line) for each in findings]
