"""Loads policies and frameworks from the bundle that ships with the package and from folders of the user's."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any

from scanner.bundle.conftest import conftest_policies
from scanner.bundle.errors import PolicyError
from scanner.bundle.frameworks import Extension, extend, parse_framework
from scanner.bundle.gatekeeper import gatekeeper_policies, is_gatekeeper
from scanner.bundle.policies import parse_yaml_policy, with_parameters
from scanner.bundle.rego_metadata import is_ours
from scanner.bundle.rego_metadata import parse_policy as parse_rego_policy
from scanner.bundle.sources import Source, read_source
from scanner.config import ConftestOptions
from scanner.core.bundle import Bundle
from scanner.core.control import Framework
from scanner.core.location import Location
from scanner.core.notification import Level, Notification
from scanner.core.policy import Policy
from scanner.yaml_source import SourceError

_NOT_POLICIES = ("fixtures", "schemas", "tests")


def load_bundle(
    directories: Sequence[Path],
    overrides: Mapping[str, Mapping[str, Any]],
    conftest: ConftestOptions | None = None,
) -> Bundle:
    """The bundle that `directories` make up together; the first is trusted to be ours and tested.

    `overrides` gives parameter values by policy id. A file that cannot be used becomes an error
    notification and everything else is still loaded. A later directory may add policies, controls and
    mappings, but not redefine a policy. Raises `KeyError` for an override of an unknown policy or parameter.
    """
    loading = _Loading(conftest or ConftestOptions())
    own: tuple[int, frozenset[str]] = 0, frozenset()
    for number, directory in enumerate(directories):
        loading.add(read_source(directory), checked=number > 0)
        if number == 0:
            own = len(loading.libraries), frozenset(loading.policies)
    policies = with_parameters(loading.policies, overrides)
    loading.check_mappings()
    return Bundle(
        policies=tuple(sorted(policies, key=lambda policy: policy.id)),
        frameworks=tuple(loading.frameworks.values()),
        libraries=tuple(loading.libraries),
        digest=f"sha256:{loading.digest.hexdigest()}",
        vetted=own[1] if len(loading.libraries) == own[0] else frozenset(),
        notifications=tuple(loading.notifications),
    )


@dataclass
class _Foreign:
    """The files of one bundle that were written for other programs, as (path, text)."""

    modules: list[tuple[str, str]] = field(default_factory=list)
    data: list[tuple[str, str]] = field(default_factory=list)
    gatekeeper: list[tuple[str, str]] = field(default_factory=list)


class _Loading:
    """The bundle while its files are read one after the other."""

    def __init__(self, conftest: ConftestOptions) -> None:
        self.policies: dict[str, Policy] = {}
        self.frameworks: dict[str, Framework] = {}
        self.libraries: list[tuple[str, str]] = []
        self.notifications: list[Notification] = []
        self.digest = hashlib.sha256()
        self._conftest = conftest

    def add(self, source: Source, checked: bool) -> None:
        """Take in one bundle; `checked` asks for validation against the JSON Schemas."""
        self.notifications += source.notifications
        foreign = _Foreign()
        for path, content in source.files.items():
            name = f"{source.name}/{path}"
            relative = PurePosixPath(path)
            if relative.parts[0] in _NOT_POLICIES or relative.suffix not in (".yaml", ".yml", ".json", ".rego"):
                continue
            for part in (path.encode(), content):
                self.digest.update(f"{len(part)}:".encode() + part)
            try:
                self._add_text(relative, name, content.decode(), checked, foreign)
            except UnicodeDecodeError:
                self._refuse(PolicyError("cannot be read: it is not UTF-8 text", Location(name, 1)))
            except SourceError as error:
                self._refuse(error)
        self._add_foreign(foreign)

    def _add_text(self, relative: PurePosixPath, name: str, text: str, checked: bool, foreign: "_Foreign") -> None:
        if relative.suffix == ".json" or relative.stem == "data":
            foreign.data.append((name, text))
        elif relative.parts[0] == "lib" and relative.suffix == ".rego":
            self.libraries.append((name, text))
        elif relative.name.endswith("_test.rego"):
            return
        elif relative.parts[0] == "frameworks":
            framework = parse_framework(text, name, checked)
            if isinstance(framework, Extension):
                framework = extend(self.frameworks, framework)
            self.frameworks[framework.id] = framework
        elif relative.suffix == ".rego":
            if is_ours(text):
                self._add_policy(parse_rego_policy(text, name))
            else:
                foreign.modules.append((name, text))
        elif is_gatekeeper(text):
            foreign.gatekeeper.append((name, text))
        else:
            self._add_policy(parse_yaml_policy(text, name, checked))

    def _add_foreign(self, foreign: "_Foreign") -> None:
        """What was written for other programs, all of one bundle together."""
        for policies, errors in (
            conftest_policies(foreign.modules, foreign.data, self._conftest),
            gatekeeper_policies(foreign.gatekeeper),
        ):
            for policy in policies:
                try:
                    self._add_policy(policy)
                except PolicyError as error:
                    self._refuse(error)
            for refused in errors:
                self._refuse(refused)

    def _add_policy(self, policy: Policy) -> None:
        known = self.policies.get(policy.id)
        if known is not None:
            where = policy.location or Location(policy.id, 1)
            raise PolicyError(f"{policy.id} is already defined in {known.location}; give this policy its own id", where)
        self.policies[policy.id] = policy

    def check_mappings(self) -> None:
        """A control that names a policy which nobody defines would never be evaluated, so it is said."""
        named: dict[str, list[str]] = {}
        for framework in self.frameworks.values():
            for control in framework.controls:
                for policy_id in control.policies:
                    if policy_id not in self.policies:
                        named.setdefault(policy_id, []).append(control.id)
        for policy_id, controls in named.items():
            message = f"the policy {policy_id}, which {', '.join(controls)} name, is not in the bundle"
            self.notifications.append(Notification(Level.ERROR, message, "bundle"))

    def _refuse(self, error: SourceError) -> None:
        self.notifications.append(Notification(Level.ERROR, error.message, "bundle", error.location))
