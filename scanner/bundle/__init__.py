"""Loads policies and frameworks from the bundle that ships with the package and from the user's folders and bundles."""

import hashlib
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath
from typing import Any

from scanner.bundle.checkov_checks import checkov_checks
from scanner.bundle.checkov_map import FILE_NAME as CHECKOV_MAP
from scanner.bundle.checkov_map import CheckovMap, evidenced, parse_checkov_map
from scanner.bundle.conftest import conftest_policies
from scanner.bundle.data import data_document, merged
from scanner.bundle.errors import BundleError, PolicyError
from scanner.bundle.frameworks import Extension, extend, parse_framework
from scanner.bundle.gatekeeper import gatekeeper_policies, is_gatekeeper
from scanner.bundle.governance import is_governance, parse_governance
from scanner.bundle.layout import Opened, check_together, open_source
from scanner.bundle.names import counts, is_data
from scanner.bundle.policies import parse_yaml_policy, with_parameters
from scanner.bundle.rego_metadata import is_ours
from scanner.bundle.rego_metadata import parse_policy as parse_rego_policy
from scanner.bundle.roots import package_of
from scanner.bundle.signatures import Trust
from scanner.bundle.versions import as_declared
from scanner.config import CheckovOptions, ConftestOptions
from scanner.core.bundle import Bundle
from scanner.core.control import Framework
from scanner.core.governance import Governance, GovernanceRule
from scanner.core.location import Location
from scanner.core.notification import Level, Notification
from scanner.core.policy import Policy
from scanner.yaml_source import SourceError

_PACKAGES = ("lib", "releasegate", "releasegate_parameters")


def load_bundle(
    directories: Sequence[Path],
    overrides: Mapping[str, Mapping[str, Any]],
    conftest: ConftestOptions | None = None,
    trust: Trust | None = None,
    vetted: bool = True,
    checkov: CheckovOptions | None = None,
) -> Bundle:
    """The bundle that `directories`, folders or archives, make up together, with the user's checks for `checkov`.

    The first is trusted to be ours and tested, but not when `vetted` is false. `overrides` gives parameter values by
    policy id. A file that cannot be used becomes an error notification and everything else is still loaded. A later
    directory may add policies, controls and mappings, but not redefine a policy. With `trust`, all but the first have
    to be signed.

    Raises `KeyError` for an override of an unknown policy or parameter, and `BundleError` for an archive that is not
    intact, a signature that does not hold, bundles that own the same, and what is said of waivers and cannot be read.
    """
    loading = _Loading(conftest or ConftestOptions())
    own: tuple[int, frozenset[str]] = 0, frozenset()
    sources = [open_source(directory, trust if number else None) for number, directory in enumerate(directories)]
    check_together(sources)
    for number, source in enumerate(sources):
        is_ours_and_tested = vetted and number == 0
        loading.add(source, checked=not is_ours_and_tested)
        if is_ours_and_tested:
            own = len(loading.libraries), frozenset(loading.policies)
    loading.add_checks(checkov or CheckovOptions(), shipped=own[1])
    policies = with_parameters(loading.policies, overrides)
    named = loading.check_mappings()
    return Bundle(
        policies=tuple(
            policy if policy.is_mapped or policy.id not in named else replace(policy, is_mapped=True)
            for policy in sorted(policies, key=lambda policy: policy.id)
        ),
        frameworks=tuple(loading.frameworks.values()),
        libraries=tuple(loading.libraries),
        digest=f"sha256:{loading.digest.hexdigest()}",
        vetted=own[1] if len(loading.libraries) == own[0] else frozenset(),
        shipped=own[1],
        data=loading.data,
        notifications=tuple(loading.notifications),
        governance=Governance(tuple(loading.governance)),
    )


@dataclass
class _Foreign:
    """The files of one bundle that were written for other programs, or may be, as (path, text)."""

    modules: list[tuple[str, str]] = field(default_factory=list)
    data: list[tuple[str, str]] = field(default_factory=list)
    libraries: list[tuple[str, str]] = field(default_factory=list)
    has_own: bool = False
    gatekeeper: list[tuple[str, str]] = field(default_factory=list)


class _Loading:
    """The bundle while its files are read one after the other."""

    def __init__(self, conftest: ConftestOptions) -> None:
        self.policies: dict[str, Policy] = {}
        self.frameworks: dict[str, Framework] = {}
        self.libraries: list[tuple[str, str]] = []
        self.data: dict[str, Any] = {}
        self.governance: list[GovernanceRule] = []
        self.notifications: list[Notification] = []
        self.digest = hashlib.sha256()
        self._conftest = conftest
        self._source = ""
        self._packages: dict[tuple[str, ...], str] = {}

    def add(self, opened: Opened, checked: bool) -> None:
        """Take in one bundle; `checked` asks for validation against the JSON Schemas."""
        source = opened.source
        self._source = source.name
        self.notifications += source.notifications
        foreign = _Foreign()
        checks: list[CheckovMap] = []
        for path, content in source.files.items():
            name = f"{source.name}/{path}"
            if not counts(path):
                continue
            self._digest(path, content)
            try:
                self._add_text(PurePosixPath(path), name, content.decode(), checked, foreign, checks)
            except BundleError:
                raise
            except UnicodeDecodeError:
                message, where = "cannot be read: it is not UTF-8 text", Location(name, 1)
                if is_governance(PurePosixPath(path)):
                    raise BundleError(message, where) from None
                self._refuse(PolicyError(message, where))
            except SourceError as error:
                self._refuse(error)
        if foreign.has_own or not foreign.modules:
            self.libraries += foreign.libraries
        if foreign.modules:  # their helpers may lie in a folder of that name too
            foreign.modules += foreign.libraries
        foreign.modules, errors, notes = as_declared(foreign.modules, opened.manifest)
        for refused in errors:
            self._refuse(refused)
        self.notifications += notes
        self._add_foreign(foreign)
        for each in checks:
            self._add_checkov(each)
        if foreign.has_own and foreign.data:
            self._add_data(foreign.data)

    def _add_text(
        self, relative: PurePosixPath, name: str, text: str, checked: bool, foreign: _Foreign, checks: list[CheckovMap]
    ) -> None:
        if is_governance(relative):
            self.governance += parse_governance(text, name)
        elif is_data(relative.name):
            foreign.data.append((name, text))
        elif relative == PurePosixPath(CHECKOV_MAP):
            checks.append(parse_checkov_map(text, name, checked))
        elif relative.suffix == ".json":
            if is_gatekeeper(text):
                foreign.gatekeeper.append((name, text))
        elif relative.parts[0] == "lib" and relative.suffix == ".rego":
            self._check_library(name, text)
            foreign.libraries.append((name, text))
        elif relative.parts[0] == "frameworks":
            self._add_framework(parse_framework(text, name, checked), name)
        elif relative.suffix == ".rego":
            if is_ours(text):
                foreign.has_own = True
                self._add_policy(parse_rego_policy(text, name))
            else:
                foreign.modules.append((name, text))
        elif is_gatekeeper(text):
            foreign.gatekeeper.append((name, text))
        else:
            self._add_policy(parse_yaml_policy(text, name, checked))

    def _add_framework(self, framework: Framework | Extension, path: str) -> None:
        if isinstance(framework, Extension):
            framework = extend(self.frameworks, framework)
        elif framework.id in self.frameworks:
            message = f"the framework {framework.id} is already defined; add to it with `extends: {framework.id}`"
            raise PolicyError(message, Location(path, 1))
        self.frameworks[framework.id] = framework

    def _check_library(self, path: str, text: str) -> None:
        """Raise `PolicyError` for one that adds to a package of an earlier source, whose policies would then mean
        something else."""
        package, where = package_of(text, path)
        for known, source in self._packages.items():
            if known == package and source != self._source:
                raise PolicyError(f"the package {'.'.join(package)} is one of {source}; give it another name", where)
        self._packages[package] = self._source

    def _add_data(self, files: Sequence[tuple[str, str]]) -> None:
        """What a bundle's own policies see as `data`, beside the packages of Rego."""
        found, errors = data_document(files)
        for refused in errors:
            self._refuse(refused)
        where = Location(files[0][0], 1)
        for name in _PACKAGES:
            if found.pop(name, None) is not None:
                message = f"data.{name} is where policies and libraries lie; give the data another name"
                self._refuse(PolicyError(message, where))
        try:
            self.data = merged(self.data, found, where)
        except PolicyError as error:
            self._refuse(error)

    def _add_foreign(self, foreign: _Foreign) -> None:
        """What was written for other programs, all of one bundle together."""
        found = []
        if foreign.modules:
            found.append(conftest_policies(foreign.modules, foreign.data, self._conftest))
        if foreign.gatekeeper:
            found.append(gatekeeper_policies(foreign.gatekeeper))
        for policies, errors in found:
            for policy in policies:
                try:
                    self._add_policy(policy)
                except PolicyError as error:
                    self._refuse(error)
            for refused in errors:
                self._refuse(refused)

    def _add_checkov(self, found: CheckovMap) -> None:
        """The checks of a map, and what they evidence; a map of the user may have what ours has no control for."""
        for policy in found.policies:
            known = self.policies.get(policy.id)
            if known is not None and not known.is_mapped:
                del self.policies[policy.id]
            try:
                self._add_policy(policy)
            except PolicyError as error:
                self._refuse(error)
        try:
            self.frameworks = evidenced(self.frameworks, found)
        except PolicyError as error:
            self._refuse(error)

    def add_checks(self, options: CheckovOptions, shipped: frozenset[str]) -> None:
        """The checks that somebody has written for Checkov; of one that is none of ours a map may say more."""
        for folder in options.policies:
            policies, notes, files = checkov_checks(folder, options.run_python)
            self.notifications += notes
            for path, content in files:
                self._digest(path, content)
            for policy in policies:
                known = self.policies.get(policy.id)
                if known is not None and known.engine == policy.engine and not known.rule and known.id not in shipped:
                    self.policies[policy.id] = replace(known, rule=policy.rule, location=policy.location)
                    continue
                try:
                    self._add_policy(policy)
                except PolicyError as error:
                    self._refuse(error)

    def _digest(self, path: str, content: bytes) -> None:
        for part in (path.encode(), content):
            self.digest.update(f"{len(part)}:".encode() + part)

    def _add_policy(self, policy: Policy) -> None:
        known = self.policies.get(policy.id)
        if known is not None:
            where = policy.location or Location(policy.id, 1)
            raise PolicyError(f"{policy.id} is already defined in {known.location}; give this policy its own id", where)
        self.policies[policy.id] = policy

    def check_mappings(self) -> Set[str]:
        """The ids that controls name. One which nobody defines would never be evaluated, so it is said."""
        named: dict[str, list[str]] = {}
        for framework in self.frameworks.values():
            for control in framework.controls:
                for policy_id in control.policies:
                    named.setdefault(policy_id, []).append(control.id)
        for policy_id, controls in named.items():
            if policy_id not in self.policies:
                message = f"the policy {policy_id}, which {', '.join(controls)} name, is not in the bundle"
                self.notifications.append(Notification(Level.ERROR, message, "bundle"))
        return named.keys()

    def _refuse(self, error: SourceError) -> None:
        level = error.level if isinstance(error, PolicyError) else Level.ERROR
        self.notifications.append(Notification(level, error.message, "bundle", error.location))
