"""Reads `terraform show -json` output, of a plan or of a state."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from scanner.core.location import Location
from scanner.core.notification import Level, Notification
from scanner.core.resource import SourceFile
from scanner.core.values import AttributePath, leaves
from scanner.parsers.terraform.json_syntax import source_of
from scanner.parsers.terraform.plan.planned import Key, Plan, PlannedResource, calls_in
from scanner.yaml_source import SourceError, load_documents

_KNOWN_VERSIONS = frozenset(("0", "1"))
_NEVER_SECRET = frozenset(("", "true", "false"))


def read_plan(file: SourceFile) -> Plan | Notification:
    """The plan in a file, or what keeps it from being read."""
    try:
        document = load_documents(file.text, file.path)[0]
    except SourceError as error:
        return Notification(Level.ERROR, error.message, "parser", error.location)
    value = document.value
    version = str(value.get("format_version", "1.0")) if isinstance(value, dict) else ""
    if version.partition(".")[0] not in _KNOWN_VERSIONS:
        message = f"a Terraform plan of the format {version!r} cannot be read; make it with Terraform 0.12 or later"
        return Notification(Level.ERROR, message, "parser", document.location)
    try:
        return _plan(file.path, value, document)
    except (AttributeError, KeyError, TypeError):
        message = "this is not shaped as Terraform's plans are; make it anew with `terraform show -json`"
        return Notification(Level.ERROR, message, "parser", document.location)


def _plan(path: str, value: dict[str, Any], document: Any) -> Plan:
    resources: dict[str, PlannedResource] = {}
    keys: dict[str, dict[Key, None]] = {}
    secrets: set[str] = set()
    for base, key, address, resource, sensitive in _resources(value):
        if address in resources:
            continue
        resources[address] = resource
        keys.setdefault(base, {})[key] = None
        secrets.update(_masked(resource.after, sensitive))
        for call, call_key in calls_in(base):
            keys.setdefault(call, {})[call_key] = None
    configuration = value.get("configuration", {})
    root = configuration.get("root_module", {})
    variables = {name: each.get("value") for name, each in value.get("variables", {}).items()}
    for name, each in root.get("variables", {}).items():
        if each.get("sensitive"):
            secrets.update(leaf for _, leaf in leaves(variables.get(name)) if isinstance(leaf, str))
    return Plan(
        path,
        source_of(path, document),
        resources,
        variables,
        root,
        configuration.get("provider_config", {}),
        frozenset(secrets - _NEVER_SECRET),
        tuple(_told(value, document.location)),
        {address: tuple(found) for address, found in keys.items()},
    )


def _told(value: Mapping[str, Any], where: Location) -> Iterator[Notification]:
    if value.get("errored"):
        message = "this plan ended with an error and holds only a part of what would be; plan again"
        yield Notification(Level.ERROR, message, "parser", where)
    elif value.get("complete") is False:
        message = "Terraform says that this plan is not complete: parts of it were left out or put off"
        yield Notification(Level.WARNING, message, "parser", where)


_Places = tuple[AttributePath, AttributePath]
_Found = tuple[str, Key, str, PlannedResource, Any]


def _resources(value: Mapping[str, Any]) -> Iterator[_Found]:
    """Every resource that will be there: address without and with key, itself, and what of it is sensitive."""
    for index, change in enumerate(value.get("resource_changes", ())):
        after = change["change"].get("after")
        if after is None or "deposed" in change:  # it will be deleted
            continue
        unknown = change["change"].get("after_unknown", {})
        place: AttributePath = ("resource_changes", index)
        resource = _planned(change, change.get("module_address", ""), after, unknown, (place, ("change", "after")))
        resource = replace(resource, before=change["change"].get("before") or {})
        yield *_address(change, resource), resource, change["change"].get("after_sensitive")
    for section in (("planned_values",), ("prior_state", "values"), ("values",)):
        state: Any = value
        for step in section:
            state = state.get(step) or {}
        wanted = ("data",) if section[0] == "prior_state" else ("managed", "data")
        yield from _of_module(state.get("root_module") or {}, (*section, "root_module"), wanted)


def _of_module(module: Mapping[str, Any], place: AttributePath, modes: tuple[str, ...]) -> Iterator[_Found]:
    for index, each in enumerate(module.get("resources", ())):
        if each.get("mode", "managed") in modes:
            at = ((*place, "resources", index), ("values",))
            resource = _planned(each, module.get("address", ""), each.get("values") or {}, {}, at)
            yield *_address(each, resource), resource, each.get("sensitive_values")
    for index, child in enumerate(module.get("child_modules", ())):
        yield from _of_module(child, (*place, "child_modules", index), modes)


def _planned(each: Mapping[str, Any], module: str, after: Any, unknown: Any, at: _Places) -> PlannedResource:
    name = str(each.get("name") or each["address"].rpartition(".")[2].partition("[")[0])
    return PlannedResource(module, each.get("mode", "managed"), each["type"], name, after, unknown, *at)


def _address(each: Mapping[str, Any], resource: PlannedResource) -> tuple[str, Key, str]:
    data = "data." if resource.mode == "data" else ""
    base = f"{resource.module}.{data}{resource.type}.{resource.name}".lstrip(".")
    return base, each.get("index"), str(each["address"])


def _masked(value: Any, sensitive: Any) -> Iterator[str]:
    """The texts in `value` at the places where `sensitive`, of the same shape, has true."""
    if sensitive is True:
        yield from (leaf for _, leaf in leaves(value) if isinstance(leaf, str))
    elif isinstance(sensitive, dict) and isinstance(value, dict):
        for name, inner in sensitive.items():
            yield from _masked(value.get(name), inner)
    elif isinstance(sensitive, list) and isinstance(value, list):
        for one, inner in zip(value, sensitive, strict=False):
            yield from _masked(one, inner)
