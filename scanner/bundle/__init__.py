"""Loads policies and frameworks from the bundle that ships with the package and from folders of the user's."""

import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from scanner.bundle.errors import PolicyError
from scanner.bundle.frameworks import Extension, extend, parse_framework
from scanner.bundle.policies import parse_yaml_policy, with_parameters
from scanner.bundle.rego_metadata import parse_policy as parse_rego_policy
from scanner.core.bundle import Bundle
from scanner.core.control import Framework
from scanner.core.location import Location
from scanner.core.notification import Level, Notification
from scanner.core.policy import Policy
from scanner.yaml_source import SourceError

_NOT_POLICIES = ("schemas",)


def load_bundle(directories: Sequence[Path], overrides: Mapping[str, Mapping[str, Any]]) -> Bundle:
    """The bundle that `directories` make up together; the first is trusted to be ours and tested.

    `overrides` gives parameter values by policy id. A file that cannot be used becomes an error
    notification and everything else is still loaded. A later directory may add policies, controls and
    mappings, but not redefine a policy. Raises `KeyError` for an override of an unknown policy or parameter.
    """
    loading = _Loading()
    own: tuple[int, frozenset[str]] = 0, frozenset()
    for number, directory in enumerate(directories):
        for file in sorted(path for path in directory.rglob("*") if path.is_file()):
            loading.add(directory, file, checked=number > 0)
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


class _Loading:
    """The bundle while its files are read one after the other."""

    def __init__(self) -> None:
        self.policies: dict[str, Policy] = {}
        self.frameworks: dict[str, Framework] = {}
        self.libraries: list[tuple[str, str]] = []
        self.notifications: list[Notification] = []
        self.digest = hashlib.sha256()

    def add(self, directory: Path, file: Path, checked: bool) -> None:
        """Read one file; `checked` asks for validation against the JSON Schema."""
        relative = file.relative_to(directory)
        name = f"{directory.name}/{relative.as_posix()}"
        if relative.parts[0] in _NOT_POLICIES or file.suffix not in (".yaml", ".yml", ".rego"):
            return
        try:
            content = file.read_bytes()
            text = content.decode()
        except (OSError, UnicodeDecodeError) as error:
            reason = "it is not UTF-8 text" if isinstance(error, UnicodeDecodeError) else error.strerror
            self._refuse(PolicyError(f"cannot be read: {reason}", Location(name, 1)))
            return
        for part in (relative.as_posix().encode(), content):
            self.digest.update(f"{len(part)}:".encode() + part)
        try:
            self._add_text(relative, name, text, checked)
        except SourceError as error:
            self._refuse(error)

    def _add_text(self, relative: Path, name: str, text: str, checked: bool) -> None:
        if relative.parts[0] == "lib" and relative.suffix == ".rego":
            self.libraries.append((name, text))
        elif relative.name.endswith("_test.rego"):
            return
        elif relative.parts[0] == "frameworks":
            framework = parse_framework(text, name, checked)
            if isinstance(framework, Extension):
                framework = extend(self.frameworks, framework)
            self.frameworks[framework.id] = framework
        else:
            rego = relative.suffix == ".rego"
            self._add_policy(parse_rego_policy(text, name) if rego else parse_yaml_policy(text, name, checked))

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
