"""The attributes, types and links that Rego policies name."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from scanner.authoring.input_schemas import Step
from scanner.authoring.lint.interface import LintProblem
from scanner.authoring.lint.names import unknown_dimension, unknown_link, unknown_type
from scanner.authoring.lint.strays import unknown_path
from scanner.authoring.lint.subject import Subject, line_of
from scanner.authoring.lint.syntax import nodes, place, text_of
from scanner.core.location import Location
from scanner.core.notification import Level
from scanner.core.policy import Policy
from scanner.core.suggestions import closest
from scanner.core.values import AttributePath, parse_path
from scanner.rego_source import Clause, Module

Way = tuple[Step, ...]

_LINKED = ("linked_from", "linked_to")


def rego_reads(subject: Subject) -> Iterator[LintProblem]:
    """Attributes that Rego reads, of the policies and, on their behalf, of libraries.

    The dataflow sees more ways than there are: where a name comes out of a list, or a function is called for several
    types. A place in the text is in order where one of its ways is.
    """
    places: dict[Location, dict[Way, dict[str, None]]] = {}
    for policy, _ in subject.rego:
        for read in subject.flows[policy.id].reads:
            if subject.folder.is_chosen(read.location.path):
                ways = places.setdefault(read.location, {})
                ways.setdefault(read.path, {}).update(dict.fromkeys(read.types or ("",)))
    for where, ways in places.items():
        ends = [way for way in ways if not any(len(way) < len(other) and other[: len(way)] == way for other in ways)]
        problems = [unknown_path(ways[way], way, where, subject.schemas) for way in ends]
        if None not in problems:
            yield from (each for each in problems[:1] if each is not None)


def rego_fields(subject: Subject) -> Iterator[LintProblem]:
    """What Rego reads of a resource beside its attributes."""
    known = subject.schemas.input["$defs"]["resource"]["properties"]
    seen: dict[tuple[Location, str], None] = {}
    for policy, _ in subject.rego:
        for read in subject.flows[policy.id].fields:
            name = read.path[0] if read.path else None
            if isinstance(name, str) and name not in known and subject.folder.is_chosen(read.location.path):
                seen[read.location, name] = None
    for where, name in seen:
        yield _no_field(name, where, known)


def declared_reads(subject: Subject) -> Iterator[LintProblem]:
    """What the metadata names under `reads`: of a resource that the policy applies to, or of a part of it."""
    for policy, module in subject.rego:
        types = _types_of(policy, subject)
        for read in policy.reads:
            where = line_of(policy, subject.texts.get(module.path, ""), (read,))
            problem = unknown_path(types, _steps(read), where, subject.schemas)
            if problem is not None:
                yield problem


def named_attributes(subject: Subject) -> Iterator[LintProblem]:
    """The constants under `attribute`: of findings, and of what findings are made from.

    What is no finding may hold a part of a path, or one of another resource.
    """
    for policy, module in subject.rego:
        for clause in module.clauses:
            for found in nodes(clause, "Object"):
                values = {text_of(key): value for _, key, value in found["fields"]}
                text = text_of(values["attribute"]) if "attribute" in values else ""
                is_finding = clause.name == ("deny",) and text in subject.flows[policy.id].named
                if not text or (not is_finding and _is_somewhere(text, policy, subject)):
                    continue
                where = place(module, values["attribute"])
                problem = unknown_path(policy.applies_to.types, _steps(text), where, subject.schemas)
                if problem is not None:
                    yield problem


def _is_somewhere(text: str, policy: Policy, subject: Subject) -> bool:
    """Whether some resource has an attribute of that path, or a part of one that the policy looks at."""
    if subject.schemas.is_anywhere(_steps(text)):
        return True
    known = subject.schemas.types
    types = _types_of(policy, subject)
    return any(type_ in known and known[type_].holds(_steps(text)) for type_ in types)


def rego_names(subject: Subject) -> Iterator[LintProblem]:
    """Resource types, links and dimensions of the scope."""
    for policy, module in subject.rego:
        text = subject.texts.get(module.path, "")
        for type_ in policy.applies_to.types:
            yield from unknown_type(type_, line_of(policy, text, (type_,)), subject.schemas)
    for module in subject.chosen_modules():
        for each in module.references:
            where = Location(module.path, each.line, each.column)
            if each.path[:2] == ("input", "resources") and len(each.path) > 2:
                yield from unknown_type(each.path[2], where, subject.schemas)
            elif each.path[:2] == ("input", "scope") and len(each.path) > 2:
                yield from unknown_dimension(each.path[2], where)
        for type_, where in _listed_types(module):
            yield from unknown_type(type_, where, subject.schemas)
        yield from _links(module, subject)


def _listed_types(module: Module) -> Iterator[tuple[str, Location]]:
    """Types in a list or set that is gone through to look its elements up in `input.resources`."""
    constants = {clause.name[-1]: clause for clause in module.clauses if len(clause.name) == 1}
    for clause in module.clauses:
        indexes = {
            _variable(each["index"]) for each in nodes(clause, "RefBrack") if _is_input(each["refr"], "resources")
        }
        for each in nodes(clause, "SomeIn"):
            if _variable(each["value"]) not in indexes - {""}:
                continue
            named = constants.get(_variable(each["collection"]))
            written = [each["collection"]] if named is None else _assigned(named)
            for collection in written:
                for element in _elements(collection):
                    yield text_of(element), place(module, element)


def _assigned(clause: Clause) -> list[Any]:
    """What the clause gives its name as a value."""
    head: Mapping[str, Any] = next(iter(clause.tree.get("Spec", {}).get("head", {}).values()), {})
    return [head["assign"]["value"]] if head.get("assign") else []


def _elements(node: Mapping[str, Any]) -> list[Any]:
    inner = node.get("Array") or node.get("Set") or {}
    return [each for each in inner.get("items", ()) if text_of(each)]


def _links(module: Module, subject: Subject) -> Iterator[LintProblem]:
    for call in nodes(module, "Call"):
        name = call["fcn"].get("RefDot", {}).get("field", (None, ""))[1]
        if name in _LINKED and len(call["params"]) == 2 and text_of(call["params"][1]):
            kind = call["params"][1]
            yield from unknown_link(text_of(kind), place(module, kind), subject.schemas)
    for clause in module.clauses:
        names = {_variable(each["value"]) for each in nodes(clause, "SomeIn") if _is_input(each["collection"], "links")}
        for found in nodes(clause, "BoolExpr"):
            for one, other in ((found["lhs"], found["rhs"]), (found["rhs"], found["lhs"])):
                if found["op"] == "Eq" and text_of(other) and _is_kind_of(one, names):
                    yield from unknown_link(text_of(other), place(module, other), subject.schemas)


def _is_kind_of(node: Mapping[str, Any], names: set[str]) -> bool:
    """`link.kind` of a variable that goes through the links, or `input.links[_].kind`."""
    inner = node.get("RefDot")
    if inner is None or inner["field"][1] != "kind":
        return False
    holder = inner["refr"]
    return _variable(holder) in names or _is_input(holder.get("RefBrack", {}).get("refr", {}), "links")


def _is_input(node: Mapping[str, Any], name: str) -> bool:
    """`input.<name>`."""
    inner = node.get("RefDot", {})
    return bool(inner) and inner["field"][1] == name and _variable(inner["refr"]) == "input"


def _variable(node: Mapping[str, Any]) -> str:
    return str(node.get("Var", {}).get("value", ""))


def _types_of(policy: Policy, subject: Subject) -> Sequence[str]:
    """The types that its findings can be about, and those of the parts and links that it reads on the way."""
    flow = subject.flows[policy.id]
    return tuple(dict.fromkeys((*policy.applies_to.types, *(each for read in flow.reads for each in read.types))))


def _steps(text: str) -> AttributePath:
    try:
        return parse_path(text.replace("[*]", ""))
    except ValueError:  # the loading of the bundle says so
        return ()


def _no_field(name: str, where: Location, known: Mapping[str, Any]) -> LintProblem:
    message = f"a resource has no {name}, only {', '.join(known)}{closest([name], known)}"
    return LintProblem("unknown-path", Level.ERROR, message, where)
