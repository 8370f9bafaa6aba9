"""Which configuration a plan was made from, and whether that configuration is still the same."""

import posixpath
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from scanner.core.location import Location
from scanner.core.notification import Level, Notification
from scanner.parsers.terraform.directories import Directory
from scanner.parsers.terraform.plan.differences import first_difference
from scanner.parsers.terraform.plan.planned import Plan

# With less in common than this, a plan and a configuration are of different things.
_ALIKE = 0.5

Called = Callable[[Directory, str], Directory | None]


@dataclass(frozen=True)
class Match:
    """A plan with the root directory that it was made from, None for one that stands for itself."""

    plan: Plan
    root: Directory | None


def match_plans(
    plans: Sequence[Plan], roots: Sequence[Directory], called: Called
) -> tuple[list[Match], list[Notification]]:
    """The root of each plan; a plan of an older version of what lies beside it is left out, which is an error.

    `called` gives the directory that a local source means in a directory.
    """
    matches: list[Match] = []
    notifications: list[Notification] = []
    for plan in plans:
        found = _match(plan, roots, called)
        if isinstance(found, Notification):
            notifications.append(found)
        else:
            matches.append(found)
    return matches, notifications


def _match(plan: Plan, roots: Sequence[Directory], called: Called) -> Match | Notification:
    if plan.is_state:
        return Match(plan, None)  # what exists need not be what is written
    folder = posixpath.dirname(plan.path) or "."
    alike = [root for root in roots if _likeness(plan.configuration, root) >= _ALIKE]
    differences = {root.path: first_difference(plan.configuration, root, called) for root in alike}
    same = [root for root in alike if differences[root.path] is None]
    if same:
        nearest = max(_nearness(root.path, folder) for root in same)
        best = [root for root in same if _nearness(root.path, folder) == nearest]
        if len(best) == 1:
            return Match(plan, best[0])
        message = f"this plan fits {', '.join(root.path for root in best)} alike; put it beside its configuration"
        return Notification(Level.ERROR, message, "parser", Location(plan.path, 1))
    beside = next((root for root in alike if root.path == folder), None)
    if beside is not None:
        message = (
            f"this plan was made from another version of the configuration beside it: {differences[folder]};"
            " it was left out, plan again"
        )
        return Notification(Level.ERROR, message, "parser", Location(plan.path, 1))
    return Match(plan, None)


def _likeness(module: Mapping[str, Any], root: Directory) -> float:
    """How much of what either declares both declare."""
    planned = {(_kind(each), each["type"], each["name"]) for each in module.get("resources", ())}
    planned |= {("module", "", name) for name in module.get("module_calls", {})}
    written = {*root.resources, *(("module", "", name) for name in root.modules)}
    return len(planned & written) / max(1, len(planned | written))


def _kind(each: Mapping[str, Any]) -> str:
    return "data" if each.get("mode") == "data" else "resource"


def _nearness(root: str, folder: str) -> tuple[bool, int]:
    """The same folder is nearest, then the one with the most steps in common."""
    ours, theirs = ([] if each == "." else each.split("/") for each in (root, folder))
    common = next((n for n, pair in enumerate(zip(ours, theirs, strict=False)) if pair[0] != pair[1]), None)
    return root == folder, min(len(ours), len(theirs)) if common is None else common
