"""Reads Gatekeeper's ConstraintTemplates: the Rego that they hold and the schema of their parameters."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from scanner.bundle.errors import PolicyError
from scanner.bundle.gatekeeper_objects import GatekeeperObject
from scanner.bundle.negation import as_in_opa, edited
from scanner.core.location import Location
from scanner.core.values import AttributePath, Unresolved, leaves
from scanner.rego_source import Module, parsed

_TARGET = "admission.k8s.gatekeeper.sh"
_VERSIONS = ("v1", "v1beta1", "v1alpha1")
_CEL = "K8sNativeValidation"
# Gatekeeper lets a template refer to other objects and to its own libraries, and to nothing else.
_ALLOWED = (("data", "inventory"), ("data", "lib"))
_EXTERNAL = "external_data"
_WORD = re.compile(r"\w+")
_KIND = re.compile(r"[A-Za-z][A-Za-z0-9]*")


@dataclass(frozen=True)
class Template:
    """One template that may be used; `modules` are (path, text), of which the first one has the rule `violation`.

    The path of a module is that of the file with a mark behind `#`, and its lines are those of the file. `package`,
    `reads` and `uses_inventory` are as in `GatekeeperRule`; `is_v1` is whether it says that its Rego is v1.
    """

    object: GatekeeperObject
    kind: str
    modules: tuple[tuple[str, str], ...]
    schema: Any
    is_legacy: bool
    is_v1: bool
    package: str = ""
    reads: tuple[tuple[str, ...], ...] = ()
    uses_inventory: bool = False

    @property
    def title(self) -> str:
        return self.object.annotation("metadata.gatekeeper.sh/title")

    @property
    def description(self) -> str:
        return self.object.annotation("description")


class RefusedTemplateError(PolicyError):
    """A template that cannot be used; `kind` is that of its Constraints, where it is known."""

    def __init__(self, message: str, location: Location, kind: str = "") -> None:
        super().__init__(message, location)
        self.kind = kind


def read_templates(objects: Sequence[GatekeeperObject]) -> tuple[dict[str, Template], list[RefusedTemplateError]]:
    """The templates by the kind of their Constraints, and why the others cannot be used."""
    outlines: dict[str, Template] = {}
    refused: list[RefusedTemplateError] = []
    for each in objects:
        try:
            template = _outline(each)
            other = outlines.get(template.kind)
            if other is None:
                outlines[template.kind] = template
            elif _said(other) != _said(template):
                message = f"the kind {template.kind} already has a template in {other.object.location}; keep one"
                raise RefusedTemplateError(message, each.at("spec", "crd"), template.kind)
        except RefusedTemplateError as error:
            refused.append(error)
    modules, problems = parsed(module for template in outlines.values() for module in template.modules)
    by_path = {module.path: module for module in modules}
    wrong = {problem.path: problem for problem in reversed(problems)}
    templates: dict[str, Template] = {}
    for kind, template in outlines.items():
        try:
            for path, _ in template.modules:
                if path in wrong:
                    raise _refused(template.kind, path, wrong[path].message, wrong[path].line, wrong[path].column)
            templates[kind] = _completed(template, [by_path[path] for path, _ in template.modules])
        except RefusedTemplateError as error:
            refused.append(error)
    return templates, refused


def file_of(module: str) -> str:
    """The file that a module stands in, by the module's path."""
    return module.partition("#")[0]


def _said(template: Template) -> Any:
    """What makes two templates one: overlays render the same template twice."""
    return [text.strip() for _, text in template.modules], template.schema, template.is_legacy


def _outline(template: GatekeeperObject) -> Template:
    kind = template.get("spec", "crd", "spec", "names", "kind")

    def refuse(message: str, *path: str | int) -> RefusedTemplateError:
        name = kind if isinstance(kind, str) and kind else template.name or "without a name"
        where = template.at(*path)
        return RefusedTemplateError(f"the template {name} is refused: {message}", where, str(kind or ""))

    if not isinstance(kind, str) or not _KIND.fullmatch(kind):
        raise refuse("spec.crd.spec.names.kind does not name the kind of its Constraints", "spec", "crd")
    unknown = next((found for _, found in leaves(template.body) if isinstance(found, Unresolved)), None)
    if unknown is not None:
        raise refuse(f"it is not known as a whole: {unknown.reason}")
    if template.version not in _VERSIONS:
        raise refuse(f"its version is {template.version}, and only {', '.join(_VERSIONS)} are known", "apiVersion")
    if template.name != kind.lower():
        raise refuse(f"its name has to be that of the kind in lower case, {kind.lower()}", "metadata", "name")
    targets = template.get("spec", "targets")
    if not isinstance(targets, list) or len(targets) != 1 or not isinstance(targets[0], Mapping):
        raise refuse("spec.targets has to list exactly one target", "spec", "targets")
    if targets[0].get("target") != _TARGET:
        raise refuse(f"its target is not {_TARGET}", "spec", "targets", 0, "target")
    code = _code(targets[0])
    if isinstance(code, str):
        raise refuse(code, "spec", "targets", 0, "code")
    places, version = code
    modules: list[tuple[str, str]] = []
    for number, place in enumerate(places):
        text = template.get("spec", "targets", 0, *place)
        if not isinstance(text, str) or not text.strip():
            raise refuse("its Rego is no text", "spec", "targets", 0, *place)
        mark = f"#{kind}" + (f".lib{number}" if number else "")
        where = template.at("spec", "targets", 0, *place)
        modules.append((where.path + mark, _at_its_lines(text, where)))
    validation = template.get("spec", "crd", "spec", "validation")
    validation = validation if isinstance(validation, Mapping) else {}
    is_legacy = validation.get("legacySchema", template.version != "v1") is True
    found = Template(template, kind, tuple(modules), validation.get("openAPIV3Schema"), is_legacy, version == "v1")
    operations = targets[0].get("operations")
    if isinstance(operations, list) and operations and not {"*", "CREATE"}.intersection(map(str, operations)):
        message = (
            f"it judges only the operations {', '.join(map(str, operations))}, and a scan sees objects being created"
        )
        raise refuse(message, "spec", "targets", 0, "operations")
    return found


def _code(target: Mapping[str, Any]) -> tuple[list[AttributePath], str] | str:
    """Where the Rego of a target stands, its own first, and the version it says; or why there is none."""
    engines: list[str] = []
    code = target.get("code")
    for index, each in enumerate(code if isinstance(code, list) else ()):
        engine = each.get("engine") if isinstance(each, Mapping) else None
        engines.append(str(engine))
        source = each.get("source") if isinstance(each, Mapping) else None
        if engine == "Rego" and isinstance(source, Mapping):
            libraries = source.get("libs")
            count = len(libraries) if isinstance(libraries, list) else 0
            at: AttributePath = ("code", index, "source")
            return [(*at, "rego"), *((*at, "libs", number) for number in range(count))], str(source.get("version", ""))
    if target.get("rego"):
        libraries = target.get("libs")
        count = len(libraries) if isinstance(libraries, list) else 0
        return [("rego",), *(("libs", number) for number in range(count))], ""
    if _CEL in engines:
        return f"it is written in CEL alone ({_CEL}), which is not evaluated here; only Rego is"
    return f"it has no Rego{': its engine is ' + ', '.join(engines) if engines else ''}"


def _at_its_lines(text: str, where: Location) -> str:
    """The text with as many empty lines before it that its lines have the numbers that they have in the file."""
    is_block = text.rstrip().count("\n") < where.end_line - where.start_line
    return "\n" * (where.start_line - (0 if is_block else 1)) + text


def _completed(template: Template, modules: Sequence[Module]) -> Template:
    """The template with what its modules say. Raises `RefusedTemplateError`."""
    entry, *libraries = modules
    if not all(map(_WORD.fullmatch, entry.package)):
        raise _refused(
            template.kind, entry.path, "its package has a name with other signs than letters and digits", 0, 0
        )
    if ("violation",) not in entry.rules:
        raise _refused(template.kind, entry.path, "its Rego has no rule `violation`", 0, 0)
    for library in libraries:
        if library.package[:1] != ("lib",) or len(library.package) < 2:
            message = f"the package of a library lies below lib, not {'.'.join(library.package)}"
            raise _refused(template.kind, library.path, message, 0, 0)
    functions = {("data", *module.package, *name) for module in libraries for name in module.functions}
    for module in modules:
        if module.is_v0 and template.is_v1:
            raise _refused(template.kind, module.path, "it says version v1, and its Rego is written in v0", 0, 0)
        for each in module.references:
            name = ".".join(each.path)
            if each.is_call and name == _EXTERNAL:
                message = "it asks a provider of external data over the network, which a scan has not"
                raise _refused(template.kind, module.path, message, each.line, each.column)
            if each.path[:1] == ("data",) and each.path[:2] not in _ALLOWED:
                message = f"it refers to {name}, and Gatekeeper gives only data.inventory and data.lib"
                raise _refused(template.kind, module.path, message, each.line, each.column)
            if each.is_call and each.path[:2] == ("data", "lib") and each.path not in functions:
                message = f"none of its libraries has the function {name}"
                raise _refused(template.kind, module.path, message, each.line, each.column)
    references = [each.path for module in modules for each in module.references]
    reads = {path[2:] for path in references if path[:2] == ("input", "review")}
    reads |= {() for path in references if path == ("input",)}
    return Template(
        template.object,
        template.kind,
        tuple(
            (path, edited(text, as_in_opa(module, text)))
            for (path, text), module in zip(template.modules, modules, strict=True)
        ),
        template.schema,
        template.is_legacy,
        template.is_v1,
        ".".join(entry.package),
        tuple(sorted(reads)),
        any(path[:2] == ("data", "inventory") or path == ("data",) for path in references),
    )


def _refused(kind: str, path: str, message: str, line: int, column: int) -> RefusedTemplateError:
    where = Location(file_of(path), max(1, line), max(1, column))
    return RefusedTemplateError(f"the template {kind} is refused: {message}", where, kind)
