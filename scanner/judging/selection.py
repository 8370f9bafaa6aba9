"""Which policies count where: some are left out everywhere, some in a folder alone."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from scanner.config import Config, UsageError, nearest
from scanner.core.bundle import Bundle
from scanner.core.control import Framework
from scanner.core.finding import Finding
from scanner.core.policy import Policy
from scanner.core.suggestions import closest

_Named = TypeVar("_Named", Policy, Framework)


@dataclass(frozen=True)
class Choice:
    """The policies that count below `path`, by their ids; `wanted` empty means all but the `unwanted`."""

    wanted: frozenset[str]
    unwanted: frozenset[str]
    path: str = ""

    def takes(self, policy: str) -> bool:
        return (not self.wanted or policy in self.wanted) and policy not in self.unwanted


@dataclass(frozen=True)
class Selection:
    """What counts in general, and in `folders` instead of that."""

    general: Choice
    folders: Sequence[Choice] = ()

    def somewhere(self, policy: str) -> bool:
        """Whether the policy has to be evaluated at all."""
        return any(choice.takes(policy) for choice in (self.general, *self.folders))

    def names(self, policy: str) -> bool:
        """Whether somebody asks for the policy by its name."""
        return any(policy in choice.wanted for choice in (self.general, *self.folders))

    def everywhere(self, policy: str) -> bool:
        """Whether nothing of the release is left out: only then may a control be called met by the policy."""
        return all(choice.takes(policy) for choice in (self.general, *self.folders))

    def counting(self, findings: Iterable[Finding]) -> list[Finding]:
        """The findings of the policies that count where these stand."""
        return [
            finding
            for finding in findings
            if (nearest(self.folders, finding.location.path) or self.general).takes(finding.policy.id)
        ]


def selection_of(bundle: Bundle, config: Config) -> Selection:
    """What the configuration selects. Raises `UsageError` for a policy that does not exist."""

    def ids(names: Iterable[str], file: str = "") -> frozenset[str]:
        try:
            return frozenset(policy.id for policy in policies_named(bundle, names))
        except UsageError as error:
            raise UsageError(f"{file}: {error}" if file else str(error)) from None

    folders = [
        Choice(ids(folder.checks, folder.file), ids(folder.skip_checks, folder.file), folder.path)
        for folder in config.folders
    ]
    return Selection(Choice(ids(config.checks), ids(config.skip_checks)), folders)


def policies_named(bundle: Bundle, names: Iterable[str]) -> list[Policy]:
    """The policies of these ids or aliases, in any case of letters. Raises `UsageError` for an unknown one."""
    by_name = {name: policy for policy in bundle.policies for name in (policy.id, *policy.aliases)}
    return [_known(name, by_name, "policy") for name in names]


def frameworks_named(bundle: Bundle, names: Iterable[str]) -> list[Framework]:
    """The frameworks of these ids, in any case of letters, or all. Raises `UsageError` for an unknown one."""
    by_id = {framework.id: framework for framework in bundle.frameworks}
    return [_known(name, by_id, "framework") for name in names] or list(by_id.values())


def _known(name: str, names: Mapping[str, _Named], noun: str) -> _Named:
    found = names.get(name) or names.get(name.upper()) or names.get(name.lower())
    if found is None:
        listed = _LISTED_BY[noun] + (" --engine checkov" if name.upper().startswith("CKV") else "")
        raise UsageError(f"unknown {noun} {name!r}{closest([name], names)}; see `releasegate {listed}`")
    return found


_LISTED_BY = {"policy": "policies list", "framework": "controls list"}
