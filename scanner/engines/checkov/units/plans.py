"""The plans of a release: which resources each of them speaks for."""

import json
from collections.abc import Iterator, Mapping, Sequence
from posixpath import basename
from typing import Any

from scanner.core.resource import Release, Resource, SourceFile
from scanner.engines.checkov.interface import TERRAFORM_PLAN, Unit
from scanner.engines.checkov.units.folder import Folder


def plan_units(release: Release) -> list[Unit]:
    """One unit for each plan of whose values resources are made; a state is none, as Checkov reads no states."""
    by_origin: dict[str, list[Resource]] = {}
    for resource in release.resources:
        if resource.format == "terraform":
            by_origin.setdefault(resource.origin, []).append(resource)
    units = (_unit(release.files_by_path[each.path], by_origin.get(each.origin, ())) for each in release.plans)
    return [unit for unit in units if unit is not None]


def _unit(file: SourceFile, of_origin: Sequence[Resource]) -> Unit | None:
    plan = _loaded(file.text)
    planned = frozenset(_planned(plan))
    if not any(each.address in planned or each.location.path == file.path for each in of_origin):
        return None  # nothing will be left of what there is
    keys = {each.key for each in of_origin if each.address in planned or _is_of_plan(each, file)}
    folder = Folder()
    is_recognised = file.path.endswith(".json") and basename(file.path) != "tsconfig.json"
    text = json.dumps(_without_empty(plan)) if plan else file.text
    folder.put(file.path, text, None if is_recognised else f"{file.path}.json")
    return Unit(
        name=f"the plan {file.path}",
        path=file.path,
        framework=TERRAFORM_PLAN,
        files=folder.files,
        resources=tuple(each for each in of_origin if each.key in keys or each.parent in keys),
        paths=folder.paths,
    )


def _loaded(text: str) -> Mapping[str, Any]:
    """The plan, an empty one where only the parser can read it."""
    try:
        plan: Mapping[str, Any] = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return plan


def _without_empty(plan: Mapping[str, Any]) -> Mapping[str, Any]:
    """The plan without the lists and nulls that stand in it for blocks and attributes that nobody has written.

    A check that asks whether there is a block `logging` passes where the list of such blocks is there and empty.
    """
    changes = [
        {**each, "change": {**each["change"], "after": _written(each["change"].get("after"))}}
        for each in plan.get("resource_changes") or ()
    ]
    return {**plan, "resource_changes": changes, "planned_values": _written(plan.get("planned_values") or {})}


def _written(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _written(each) for key, each in value.items() if each is not None and each != []}
    return [_written(each) for each in value] if isinstance(value, list) else value


def _planned(plan: Mapping[str, Any]) -> Iterator[str]:
    """The address of every resource that will be there."""
    gone = {each["address"] for each in plan.get("resource_changes") or () if each["change"].get("after") is None}
    waiting = [(plan.get("planned_values") or {}).get("root_module") or {}]
    while waiting:
        module = waiting.pop()
        found = (each["address"] for each in module.get("resources", ()))
        yield from (address for address in found if address not in gone)
        waiting.extend(module.get("child_modules", ()))


def _is_of_plan(resource: Resource, file: SourceFile) -> bool:
    """Whether a plan tells of a resource beside its values: all of it, or the provider that its root configures."""
    return resource.location.path == file.path or (resource.type == "terraform_provider" and not resource.calls)
