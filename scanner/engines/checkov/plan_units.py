"""The plans of a release: which resources each of them speaks for."""

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from posixpath import basename, dirname
from typing import Any

from scanner.core.resource import Release, Resource, SourceFile
from scanner.engines.checkov.folder import Folder
from scanner.engines.checkov.interface import TERRAFORM_PLAN, Unit

_NO_PLANS = (".tf", ".tf.json", ".tofu", ".tofu.json", ".tfvars", ".tfvars.json")

_Values = Mapping[str, Mapping[str, Any]]


def plan_units(release: Release) -> list[Unit]:
    """One unit for each plan of whose values resources are made; a state is none, as Checkov reads no states.

    A resource does not say that its values come from a plan. But they all agree with it then, and where they agree
    without that, the plan says what the configuration does.
    """
    files = sorted((each for each in release.source_files if each.format == "terraform"), key=lambda each: each.path)
    units = [_unit(file, release) for file in files if not file.path.endswith(_NO_PLANS)]
    return [unit for unit in units if unit is not None]


def _unit(file: SourceFile, release: Release) -> Unit | None:
    try:
        values = dict(_planned(json.loads(file.text)))
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
        return None  # no plan, or one that the parser cannot read either
    origin = _origin(file, values, release)
    if origin is None:
        return None
    of_origin = [each for each in release.resources if each.format == "terraform" and each.origin == origin]
    keys = {each.key for each in of_origin if each.address in values or _is_of_plan(each, file)}
    folder = Folder()
    is_recognised = file.path.endswith(".json") and basename(file.path) != "tsconfig.json"
    folder.add(file, None if is_recognised else f"{file.path}.json")
    return Unit(
        name=f"the plan {file.path}",
        path=file.path,
        framework=TERRAFORM_PLAN,
        files=folder.files,
        resources=tuple(each for each in of_origin if each.key in keys or each.parent in keys),
        paths=folder.paths,
    )


def _planned(plan: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """The values of every resource that will be there, by its address."""
    changes = plan.get("resource_changes", ())
    gone = {each["address"] for each in changes if each["change"].get("after") is None}
    waiting = [plan["planned_values"]["root_module"]]
    while waiting:
        module = waiting.pop()
        found = ((each["address"], each.get("values") or {}) for each in module.get("resources", ()))
        yield from ((address, values) for address, values in found if address not in gone)
        waiting.extend(module.get("child_modules", ()))


def _origin(file: SourceFile, values: _Values, release: Release) -> str | None:
    """The root that the plan was made from, by the resources that have its values; None where there is none such."""
    agreeing: Counter[str] = Counter()
    for resource in release.resources:
        if resource.format == "terraform":
            if file.path in (resource.location.path, resource.origin):
                return resource.origin
            agreeing[resource.origin] += resource.address in values and _agree(resource, values[resource.address])
    fitting = [origin for origin, number in agreeing.items() if number == len(values) > 0]
    beside = [origin for origin in fitting if origin == (dirname(file.path) or ".")]
    candidates = beside or fitting
    return candidates[0] if len(candidates) == 1 else None


def _is_of_plan(resource: Resource, file: SourceFile) -> bool:
    """Whether a plan tells of a resource beside its values: all of it, or the provider that its root configures."""
    return resource.location.path == file.path or (resource.type == "terraform_provider" and not resource.calls)


def _agree(resource: Resource, values: Mapping[str, Any]) -> bool:
    """Whether the resource has all the plain values that are planned for it."""
    plain = ((name, value) for name, value in values.items() if isinstance(value, str | int | float) and value != "")
    return all(resource.attributes.get(name) == value for name, value in plain)
