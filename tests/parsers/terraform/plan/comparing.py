"""Judges a configuration alone, with its plan, and the plan alone, for the tests of this folder."""

import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

from scanner.config import Config
from scanner.core.bundle import Bundle
from scanner.core.finding import Finding
from scanner.core.location import Location
from scanner.core.notification import Notification
from scanner.pipeline import judge, open_bundle

AS_OF = date(2026, 11, 21)


@dataclass(frozen=True)
class Judged:
    """The findings by policy and address, what else was said, and blocks of which nobody knows whether they will be."""

    findings: Mapping[tuple[str, str], tuple[Finding, ...]]
    notifications: tuple[Notification, ...]
    uncertain: tuple[Location, ...] = ()

    def statuses(self) -> dict[tuple[str, str], tuple[str, ...]]:
        return {key: tuple(each.status.value for each in found) for key, found in self.findings.items()}

    def places(self, *statuses: str) -> dict[tuple[str, str], tuple[str, ...]]:
        """Where the findings of these statuses stand, but for those that a block decides which may never be."""
        return {
            key: tuple(str(each.location) for each in found)
            for key, found in self.findings.items()
            if all(each.status.value in statuses and not self._is_uncertain(each.location) for each in found)
        }

    def _is_uncertain(self, at: Location) -> bool:
        return any(at.path == of.path and of.start_line <= at.start_line <= of.end_line for of in self.uncertain)


@cache
def bundle() -> Bundle:
    return open_bundle(Config(paths=(), as_of=AS_OF))


def judged(folder: Path) -> Judged:
    """Everything about Terraform that the shipped policies find below `folder`."""
    result = judge(Config(paths=(folder,), as_of=AS_OF), bundle())
    found: dict[tuple[str, str], list[Finding]] = {}
    for finding in result.findings:
        if finding.resource.format == "terraform":
            found.setdefault((finding.policy.id, finding.resource.address), []).append(finding)
    uncertain = tuple(each.location for each in result.release.resources if each.presence is not None)
    return Judged({key: tuple(each) for key, each in found.items()}, result.notifications, uncertain)


def copied(source: Path, target: Path, wanted: Callable[[Path], bool]) -> Path:
    """A copy of the wanted files of a folder."""
    shutil.copytree(source, target)
    for path in [path for path in target.rglob("*") if path.is_file() and not wanted(path)]:
        path.unlink()
    return target


def is_plan(path: Path) -> bool:
    return path.name in ("plan.json", "state.json")
