"""The Terraform roots of a release, each with the modules that it reaches and the values of its variables."""

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field
from functools import cached_property
from posixpath import dirname, join, normpath
from typing import Any

from scanner.config import TerraformOptions
from scanner.core.resource import Release, Resource, SourceFile
from scanner.core.terraform_files import is_configuration, is_loaded, loading_order
from scanner.engines.checkov.interface import TERRAFORM, Unit
from scanner.engines.checkov.units.folder import RESERVED, Folder
from scanner.engines.checkov.units.plans import plan_units

# What looks like a call of a local module; one that leads to no Terraform files is none.
_LOCAL_SOURCE = re.compile(r'source"?[ \t]*[=:][ \t]*"(\.\.?(?:/[^"\n]*)?)"')
_MANIFEST = ".terraform/modules/modules.json"


def terraform_units(release: Release, options: TerraformOptions) -> list[Unit]:
    """One unit for each root, then one for each plan.

    What a plan says of a resource is better known than what its configuration does: such a resource is in the unit of
    the plan alone.
    """
    plans = plan_units(release)
    planned = {resource.key for unit in plans for resource in unit.resources}
    by_origin: dict[str, list[Resource]] = {}
    for resource in release.resources:
        if resource.format == "terraform" and resource.key not in planned and is_configuration(resource.location.path):
            by_origin.setdefault(resource.origin, []).append(resource)
    sources = _Sources(sorted((each for each in release.source_files if each.format == "terraform"), key=_path))
    found = ((_root_folder(origin, by_origin[origin], sources), by_origin[origin]) for origin in sorted(by_origin))
    roots = [_Root(path, resources, sources, options).unit() for path, resources in found if path is not None]
    return [*roots, *plans]


def _root_folder(origin: str, resources: Sequence[Resource], sources: "_Sources") -> str | None:
    """The folder of a root; the plan that its resources are made of may stand for it in their keys."""
    called = (each.calls[-1].location.path if each.calls else each.location.path for each in resources)
    return next((each for each in (origin, *map(_folder, called)) if each in sources.configuration), None)


@dataclass(frozen=True)
class _Sources:
    """The Terraform files of a release, by the folder that they are in."""

    files: Sequence[SourceFile]

    @cached_property
    def configuration(self) -> Mapping[str, Sequence[SourceFile]]:
        return self._by_folder(is_configuration)

    @cached_property
    def variables(self) -> Mapping[str, Sequence[SourceFile]]:
        """The values that Terraform loads by itself, in the order in which they override one another."""
        found = self._by_folder(is_loaded)
        return {folder: sorted(files, key=lambda file: loading_order(file.path)) for folder, files in found.items()}

    @cached_property
    def called(self) -> Mapping[str, Set[str]]:
        """The folders of the local modules that are called in each folder, whether or not there is any instance."""
        return {folder: {*self._called_in(folder)} for folder in self.configuration}

    def _called_in(self, folder: str) -> Iterator[str]:
        for file in self.configuration[folder]:
            for found in _LOCAL_SOURCE.finditer(file.text):
                line = file.text[file.text.rfind("\n", 0, found.start()) + 1 : found.start()]
                target = normpath(join(folder, found[1]))
                if target in self.configuration and not line.lstrip().startswith(("#", "//")):
                    yield target

    def _by_folder(self, is_meant: Callable[[str], bool]) -> dict[str, list[SourceFile]]:
        found: dict[str, list[SourceFile]] = {}
        for file in self.files:
            if is_meant(file.path):
                found.setdefault(_folder(file.path), []).append(file)
        return found


@dataclass
class _Root:
    """One root on its way to a unit: its folder `path`, and its resources that are written in configuration."""

    path: str
    resources: Sequence[Resource]
    sources: _Sources
    options: TerraformOptions
    folder: Folder = field(default_factory=Folder)

    def unit(self) -> Unit:
        for each in sorted(self._reached()):
            for file in self.sources.configuration.get(each, ()):
                self.folder.add(file, _as_terraform(file.path))
        for file in self.sources.variables.get(self.path, ()):
            self.folder.add(file)
        self._put_manifest()
        return Unit(
            name="the Terraform root" if self.path == "." else f"the Terraform root {self.path}",
            path=self.sources.configuration[self.path][0].path,
            framework=TERRAFORM,
            files=self.folder.files,
            resources=tuple(self.resources),
            paths=self.folder.paths,
            variable_files=tuple(self._variable_files()),
        )

    def _reached(self) -> set[str]:
        """The folders of the root and of all the modules below it, wherever they come from."""
        reached: set[str] = set()
        waiting = [self.path, *(_folder(each.location.path) for each in self.resources)]
        while waiting:
            folder = waiting.pop()
            if folder not in reached:
                reached.add(folder)
                waiting += self.sources.called.get(folder, ())
        return reached

    def _put_manifest(self) -> None:
        """Say where the modules that are no local ones lie, as `terraform init` does: Checkov has no other way.

        It looks for a module by what its call says, so that is what is written here.
        """
        folders = {
            each.calls[0].address: _folder(each.location.path)
            for each in self.resources
            if each.calls and each.parent is None
        }
        modules: dict[tuple[str, str], dict[str, str]] = {}
        for call in self.resources:
            source, version = call.attributes.get("source"), call.attributes.get("version", "latest")
            if call.type != "terraform_module" or call.address not in folders or not isinstance(version, str):
                continue
            if isinstance(source, str) and not source.startswith((".", "/")):
                row = {"Key": call.address, "Source": source, "Version": version, "Dir": folders[call.address]}
                modules.setdefault((source, version), row)
        if modules:
            self.folder.put(_MANIFEST, json.dumps({"Modules": [*modules.values()]}, indent=1))

    def _variable_files(self) -> Iterator[str]:
        """The files that are named in so many words, in the order in which they override one another."""
        environment = self._environment()
        if environment:
            yield self.folder.put(join(RESERVED, "environment.tfvars.json"), json.dumps(environment))
            # A file that is named wins over those that are found, which in turn win over the environment.
            yield from (file.path for file in self.sources.variables.get(self.path, ()))
        for named in self.options.at(self.path).var_files:
            try:
                text = named.read_text(encoding="utf-8-sig")
            except (OSError, ValueError):
                continue  # the parser has told of it
            ending = ".tfvars.json" if named.name.endswith(".json") else ".tfvars"
            yield self.folder.put(named.name, text, join(RESERVED, f"variables{ending}"))

    def _environment(self) -> dict[str, Any]:
        """The values of `TF_VAR_…` for names that the root may declare."""
        texts = [file.text for file in self.sources.configuration[self.path]]
        given = sorted(self.options.environment.items())
        return {name: _value(text) for name, text in given if any(name in each for each in texts)}


def _value(text: str) -> Any:
    """A value of the environment: its text, but for what Terraform would never take for the value of a string."""
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return text
    return value if isinstance(value, bool | list | dict) else text


def _as_terraform(path: str) -> str:
    """The path under which Checkov takes a file for Terraform: of OpenTofu's endings it knows none."""
    stem, tofu, rest = path.rpartition(".tofu")
    return f"{stem}{tofu}.tf{rest}" if rest in ("", ".json") and tofu else path


def _folder(path: str) -> str:
    return dirname(path) or "."


def _path(file: SourceFile) -> str:
    return file.path
