"""The smallest change that mends a finding: where on the way of its value, and to what."""

import json
from dataclasses import dataclass

from scanner.core.finding import Finding, Status
from scanner.core.location import Location
from scanner.core.resource import Release, Resource
from scanner.core.values import AttributePath, format_path, reach
from scanner.explaining.steps import End, EndKind, Way
from scanner.explaining.trace import deciding
from scanner.explaining.wanted import Wanted, is_absent, tried, wanted
from scanner.parsers.kubernetes.reading import Written
from scanner.reports.safe_text import first_sentence

# After these a value is made of what is written at the end, and is not that itself.
_MAKING = frozenset(("function",))
# Copies of what is kept elsewhere: a change in them is lost.
_COPIES = (".terraform/", ".releasegate/")


@dataclass(frozen=True)
class Fix:
    """`text` says what to change at `location`, no place for what is no file. `advice` is the policy's own."""

    text: str
    location: Location | None
    advice: str


def fix_for(finding: Finding, release: Release, way: Way) -> Fix | None:
    """The smallest change; None for a finding that passed."""
    if finding.status is Status.PASS:
        return None
    resource, path = deciding(finding, release)
    ask = tried(finding, release, resource, path)
    advice = first_sentence(finding.policy.remediation)
    location, text = _change(way, resource, path, ask, finding)
    is_hint = ask is not None and ask.is_one_way and ask.operator == "matches" and not ask.negated
    if (ask is None or is_hint) and finding.status is Status.FAIL and advice and resource.type != "release":
        location, what = (finding.location, "") if is_hint else _decided(way, resource, path, finding)
        text = f"at {location}{f' ({what})' if what else ''}: {advice}"
    if location is not None and any(copy in f"{location.path}/" for copy in _COPIES):
        text += "; that file is a fetched copy, so mend it where the module is kept, or take another version"
    return Fix(text, location, advice)


def origin_of(finding: Finding, release: Release, way: Way) -> End | None:
    """The end at which a change mends the finding."""
    if finding.status is Status.UNKNOWN:
        return next((end for end in way.ends if end.kind is EndKind.UNKNOWN), way.origin)
    resource, path = deciding(finding, release)
    return _turning(way, wanted(finding.policy, path, resource.attributes)) or way.origin


def _turning(way: Way, ask: Wanted | None) -> End | None:
    """A condition that would choose what is wanted, if it came out the other way."""
    return next(
        (
            end
            for end in way.ends
            if end.switch is not None
            and end.kind is EndKind.WRITTEN
            and ask is not None
            and end.switch.otherwise is not None
            and ask.accepts(end.switch.otherwise)
        ),
        None,
    )


def _change(
    way: Way, resource: Resource, path: AttributePath, ask: Wanted | None, finding: Finding
) -> tuple[Location | None, str]:
    unknown = next((end for end in way.ends if end.kind is EndKind.UNKNOWN), None)
    if finding.status is Status.UNKNOWN and unknown is not None:
        return unknown.place, _settle(unknown, resource, path, ask)
    if finding.status is Status.UNKNOWN and finding.cause:
        return finding.location, f"make known what is not: {finding.cause}"
    turning = _turning(way, ask)
    if turning is not None and turning.switch is not None:
        opposite = "does not hold" if turning.switch.holds else "holds"
        change = f"{_changed(turning)} so that {turning.switch.condition} {opposite}"
        return turning.place, f"{change}: then {_json(turning.switch.otherwise)} is taken"
    origin = way.origin
    name = _attribute(resource, path)
    if resource.type == "release":
        return None, f"declare {name.removeprefix('declared.')} of the release"
    if origin is None or (ask is not None and ask.is_unwanted):
        return _add(resource, path, ask, finding.location)
    if origin.kind is EndKind.UNKNOWN:
        return origin.place, _settle(origin, resource, path, ask)
    if is_absent(resource.attributes, path):
        return _absent(origin, resource, path, ask, finding)
    is_made = origin.depth > 0 or any(step.kind in _MAKING for step in way.steps if step.depth == 0)
    if ask is not None and ask.value is not None and ask.is_enough and not is_made and _is_literal(resource, path):
        return origin.place, _set(origin, ask.value, name)
    if ask is None:
        return origin.place, _changed(origin, name)
    alone = ", and more with it" if ask.value is not None and not ask.is_enough else ""
    return origin.place, f"{_changed(origin, name)}: {name} {ask.text}{alone}"


def _absent(
    origin: End, resource: Resource, path: AttributePath, ask: Wanted | None, finding: Finding
) -> tuple[Location | None, str]:
    """Something around it is written, and perhaps elsewhere."""
    if resource.format == "dockerfile":
        if origin.depth == 0 and origin.name:
            return origin.place, _changed(origin, origin.name)
        return finding.location, f"change {resource.address} at {finding.location}"
    if origin.name.startswith(".Values") and origin.place is not None:
        add = f"write {path[-1]} in {origin.name} at {origin.place}" if path else _changed(origin)
        return origin.place, f"{add}: it {ask.text}" if ask is not None else add
    return _add(resource, path, ask, finding.location)


def _is_literal(resource: Resource, path: AttributePath) -> bool:
    """Whether the attribute is what the file has, and not something worked out from that."""
    lines = resource.attribute_locations
    return resource.format == "terraform" or (isinstance(lines, Written) and lines.behind(path) is not None)


def _set(end: End, value: str, otherwise: str) -> str:
    if end.gap is not None:
        return f"set {end.gap.name} to {value} in {end.gap.address} at {end.gap.location}"
    return f"set {end.name or otherwise} to {value}{_at(end.location)}"


def _changed(end: End, otherwise: str = "the value") -> str:
    if end.gap is not None:
        return f"give {end.gap.name} in {end.gap.address} at {end.gap.location}"
    return f"change {end.name or otherwise}{_at(end.location)}"


def _add(resource: Resource, path: AttributePath, ask: Wanted | None, where: Location) -> tuple[Location | None, str]:
    """Nothing is written yet, or what is written has to go."""
    if ask is not None and ask.is_unwanted:
        return where, f"remove {_attribute(resource, path or ask.path)} at {where}"
    if ask is not None and path:
        full = ask.path if len(ask.path) > len(path) else path
        name = _attribute(resource, full)
        if ask.value is not None and ask.is_enough:
            return where, f"set {name} to {ask.value} in {resource.address} at {where}"
        return where, f"write {name} in {resource.address} at {where}: it {ask.text}"
    if path:
        return where, f"write {_attribute(resource, path)} in {resource.address} at {where}"
    return where, f"change {resource.address} at {where}"


def _settle(end: End, resource: Resource, path: AttributePath, ask: Wanted | None) -> str:
    said = f"make known what {end.name or 'it'} is: {' or '.join(end.settled_by)}"
    return f"{said}; {_attribute(resource, path)} {ask.text}" if ask is not None else said


def _attribute(resource: Resource, path: AttributePath) -> str:
    """The attribute as its file would write it."""
    if resource.format == "dockerfile" and path[:1] not in (("env",), ("labels",), ("build_args",), ("user",)):
        return "the instruction"
    lines = resource.attribute_locations
    found = lines.behind(path) if isinstance(lines, Written) else None
    if found is not None and found[1]:
        path = found[1]
    elif resource.format == "terraform":
        path = tuple(step for step in path if step != 0)
    return format_path(path) if path else "it"


def _decided(way: Way, resource: Resource, path: AttributePath, finding: Finding) -> tuple[Location, str]:
    """Where a change is due, and what decides there, for a policy that says in words alone what it wants."""
    origin = way.origin
    name = _attribute(resource, path)
    if origin is None or is_absent(resource.attributes, path):
        location, what = finding.location, f"{name} is not written" if path else ""
        if origin is not None and origin.name.startswith(".Values") and path:
            return origin.place or location, f"{path[-1]} is not in {origin.name}"
        return location, "" if resource.format == "dockerfile" else what
    if origin.gap is not None:
        return origin.gap.location, f"{origin.gap.name} is not given to {origin.gap.address}"
    value = reach(resource.attributes, path)[0][1]
    now = f" is {_json(value)}" if isinstance(value, bool | int | float) and origin.depth == 0 else ""
    return origin.place or finding.location, f"{origin.name or name}{now}"


def _at(location: Location | None) -> str:
    return f" at {location}" if location else ""


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, default=str)
