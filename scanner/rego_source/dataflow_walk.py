"""Goes through the rules of a module as an engine would, with ways in place of values, and notes what is read."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from scanner.core.location import Location
from scanner.rego_source.dataflow_calls import CHECKS, GETTING, MERGING, PRESENCE, SHOWING, SLICING, WALKING
from scanner.rego_source.dataflow_names import Names, Node, Rule, flat, names_of_length, place
from scanner.rego_source.dataflow_notes import Notes
from scanner.rego_source.dataflow_reads import Blind, Use
from scanner.rego_source.dataflow_values import ANY, BELOW, NOTHING, Value, collection_of, object_of, union
from scanner.rego_source.module import Clause, Module, Path

_MOST_CALLS = 4000
_DEEPEST_CALL = 40
_OF_RESOURCE = 3  # the length of a way to a resource: `resources`, its type, its number
_UNKNOWN_MARK = "$unresolved"

Environment = dict[str, Value]


@dataclass(frozen=True)
class _Scope:
    """Where an expression stands: its module, the variables, and whether an odd number of `not` is around it."""

    module: Module
    names: Environment
    is_negated: bool = False

    def inner(self, *, is_negated: bool = False) -> "_Scope":
        return _Scope(self.module, dict(self.names), self.is_negated is not is_negated)


@dataclass
class Walk:
    """One walk through a policy and the libraries that it uses."""

    names: Names
    notes: Notes = field(default_factory=Notes)
    _done: dict[Any, tuple[Value, Notes]] = field(default_factory=dict)
    _active: list[Any] = field(default_factory=list)
    _unbound: set[str] = field(default_factory=set)  # variables that were met before anything bound them

    # --- Rules and functions ---------------------------------------------------------------------

    def read(self, name: Path) -> Notes:
        """What one rule of the policy reads."""
        self.notes = Notes()
        rule = self.names.rules[name]
        self.rule(name, Location(rule.module.path, rule.clauses[0].line), is_negated=False)
        return self.notes

    def fields_of(self, name: Path, field_: str) -> Iterator[Value]:
        """What the elements of a partial set have under that key, for each of its bodies that builds them."""
        rule = self.names.rules.get(name)
        for clause in rule.clauses if rule else ():
            for value in self._clause(clause, _Scope(rule.module, {}), ()) if rule and clause.kind == "Set" else ():
                elements = value.elements or NOTHING
                yield from (found for key, found in elements.fields if key == field_)

    def rule(self, name: Path, at: Location, *, is_negated: bool, arguments: Sequence[Value] | None = None) -> Value:
        """The value of a rule, or of a function for these arguments; its reads are noted once."""
        key = (name, is_negated, None if arguments is None else tuple(arguments))
        if key not in self._done:
            if key in self._active or len(self._active) >= _DEEPEST_CALL or len(self._done) >= _MOST_CALLS:
                self.notes.blind[Blind(f"{'.'.join(name)} is called in too many ways", at)] = None
                return NOTHING
            outer, self.notes = self.notes, Notes()
            self._active.append(key)
            try:
                self._done[key] = self._value(self.names.rules[name], is_negated, arguments), self.notes
            finally:
                self._active.pop()
                self.notes = outer
        value, notes = self._done[key]
        self.notes.update(notes)
        return value

    def _value(self, rule: Rule, is_negated: bool, arguments: Sequence[Value] | None) -> Value:
        values = []
        for clause in rule.clauses:
            if clause.kind == "Default":
                values.append(self._expression(clause.tree["Default"]["value"], _Scope(rule.module, {}), Use.BOUND))
            else:
                values += self._clause(clause, _Scope(rule.module, {}, is_negated), arguments)
        return union(values)

    def _clause(self, clause: Clause, scope: _Scope, arguments: Sequence[Value] | None) -> Iterator[Value]:
        head = clause.tree["Spec"]["head"][clause.kind]
        for parameter, value in zip(head.get("args", ()), arguments or (), strict=False):
            self._bind(parameter, value, scope)
        for body in clause.tree["Spec"]["bodies"] or [None]:
            inner = scope.inner()
            if body is not None:
                self._query(body["query"], inner)
            assigned = (body or {}).get("assign") or head.get("assign")
            index = head["refr"].get("RefBrack", {}).get("index")
            if clause.kind == "Set":
                value = collection_of([self._expression(head["key"], inner, Use.BOUND)])
            elif assigned is not None:
                value = self._expression(assigned["value"], inner, Use.BOUND)
            elif index is not None:  # `name[key] if …` of Rego v0 is a set
                yield collection_of([self._expression(index, inner, Use.BOUND)])
                continue
            else:
                continue
            is_part_of_the_name = index is None or "String" in index
            yield value if is_part_of_the_name else object_of([(self._expression(index, inner, Use.BOUND), value)])

    # --- Bodies ----------------------------------------------------------------------------------

    def _query(self, query: Node, scope: _Scope) -> None:
        """Twice where a statement uses a variable that one after it binds, because the order is free."""
        before = dict(scope.names)
        outer, self._unbound = self._unbound, set()
        for statement in query["stmts"]:
            self._literal(statement["literal"], scope)
        late = {name: scope.names[name] for name in self._unbound if name in scope.names}
        if late:
            scope.names.clear()
            scope.names.update(before | late)
            for statement in query["stmts"]:
                self._literal(statement["literal"], scope)
        self._unbound = outer | (self._unbound - scope.names.keys())

    def _literal(self, literal: Node, scope: _Scope) -> None:
        kind, node = next(iter(literal.items()))
        if kind == "SomeIn":
            collection = self._expression(node["collection"], scope, Use.TESTED, holds=False)
            if node["key"] is not None:
                self._bind(node["key"], collection.keys(), scope)
            self._bind(node["value"], collection.step(ANY), scope)
        elif kind == "Every":
            domain = self._expression(node["domain"], scope, Use.TESTED, holds=False)
            inner = scope.inner()
            for name in names_of_length(node["value"], node["query"], inner.names):
                inner.names[name] = domain.step(ANY)
            self._query(node["query"], inner)
        elif kind == "NotExpr":
            self._condition(node["expr"], scope.inner(is_negated=True))
        elif kind == "Expr":
            self._condition(node["expr"], scope)

    def _condition(self, node: Node, scope: _Scope) -> None:
        """A statement by itself: it decides whether the body holds."""
        kind, inner = next(iter(node.items()))
        if kind != "AssignExpr":
            self._expression(node, scope, Use.TESTED, holds=True)
            return
        left, right = inner["lhs"], inner["rhs"]
        if inner["op"] == "ColEq" or self.names.is_free(scope.module, left, scope.names):
            self._bind(left, self._expression(right, scope, Use.BOUND), scope)
        elif self.names.is_free(scope.module, right, scope.names):
            self._bind(right, self._expression(left, scope, Use.BOUND), scope)
        else:
            self._compare(left, right, scope)

    def _compare(self, left: Node, right: Node, scope: _Scope, operator: str = "Eq") -> Value:
        # An unknown is an object, which equals nothing that is known and is larger than all of it.
        one = self._expression(left, scope, Use.COMPARED, holds=operator in ("Ne", "Gt", "Ge"))
        other = self._expression(right, scope, Use.COMPARED, holds=operator in ("Ne", "Lt", "Le"))
        if operator == "Eq":
            self._narrow(left, other.constants, scope)
            self._narrow(right, one.constants, scope)
        return NOTHING

    def _narrow(self, node: Node, constants: Iterable[str | int], scope: _Scope) -> None:
        """After `r.type == "container"` it is known what `r` is."""
        reference = node.get("RefDot")
        if reference is None or reference["field"][1] != "type" or "Var" not in reference["refr"]:
            return
        name, types = reference["refr"]["Var"]["value"], [each for each in constants if isinstance(each, str)]
        value = scope.names.get(name)
        if value is not None and types:
            ways = {way for way in value.ways if len(way) != _OF_RESOURCE or way[1] in types}
            ways |= {("resources", type_, ANY) for type_ in types if ("resources", ANY, ANY) in value.ways}
            scope.names[name] = replace(value, ways=frozenset(ways))

    def _bind(self, pattern: Node, value: Value, scope: _Scope) -> None:
        """Give the variables of a pattern what stands at their place."""
        kind, node = next(iter(pattern.items()))
        if kind == "Var":
            if node["value"] != "_":
                scope.names[node["value"]] = value
        elif kind in ("Array", "Set"):
            for position, item in enumerate(node["items"]):
                self._bind(item, value.step(position if kind == "Array" else ANY), scope)
        elif kind == "Object":
            for _, key, inner in node["fields"]:
                self._bind(inner, value.steps([self._expression(key, scope, Use.BOUND)]), scope)
        else:
            self._note(value, Use.COMPARED, pattern, scope, holds=False)
            self._expression(pattern, scope, Use.COMPARED, holds=False)

    # --- Expressions -----------------------------------------------------------------------------

    def _expression(self, node: Node, scope: _Scope, use: Use, holds: bool | None = None) -> Value:
        kind, inner = next(iter(node.items()))
        match kind:
            case "Var" | "RefDot" | "RefBrack":
                return self._reference(node, scope, use, holds)
            case "String" | "RawString" | "Number":
                return Value(constants=frozenset([inner["value"]] if isinstance(inner["value"], str | int) else ()))
            case "Array" | "Set":
                inside = Use.BOUND if use is Use.TESTED else use
                items = [self._expression(item, scope, inside, holds) for item in inner["items"]]
                return collection_of(items, is_ordered=kind == "Array")
            case "Object":
                pairs = ((key, value) for _, key, value in inner["fields"])
                return object_of(
                    (self._expression(key, scope, Use.BOUND), self._expression(value, scope, Use.SHOWN))
                    for key, value in pairs
                )
            case "ArrayCompr" | "SetCompr" | "ObjectCompr":
                return self._comprehension(inner, scope)
            case "Call":
                return self._call(inner, scope, use, holds)
            case "BoolExpr":
                return self._compare(inner["lhs"], inner["rhs"], scope, inner["op"])
            case "Membership":
                return self._membership(inner, scope)
            case "BinExpr":
                return union(self._expression(inner[side], scope, Use.BOUND) for side in ("lhs", "rhs"))
        for side in ("lhs", "rhs", "expr"):  # arithmetic
            if side in inner:
                self._expression(inner[side], scope, Use.CALLED)
        return NOTHING

    def _comprehension(self, node: Node, scope: _Scope) -> Value:
        inner = scope.inner()
        self._query(node["query"], inner)
        if "term" in node:
            return collection_of([self._expression(node["term"], inner, Use.BOUND)])
        key = self._expression(node["key"], inner, Use.BOUND)
        return object_of([(key, self._expression(node["value"], inner, Use.BOUND))])

    def _membership(self, node: Node, scope: _Scope) -> Value:
        collection = node["collection"]
        called = self.names.called(scope.module, collection["Call"]["fcn"]) if "Call" in collection else ()
        if called == PRESENCE:  # `"a" in object.keys(r.attributes)`
            key = self._expression(node["value"], scope, Use.BOUND)
            of = self._expression(collection["Call"]["params"][0], scope, Use.BOUND)
            self._note(of.steps([key]), Use.CHECKED, node["value"], scope)  # it is written, whatever it is
            return NOTHING
        value = self._expression(node["value"], scope, Use.COMPARED, holds=False)
        members = self._expression(collection, scope, Use.COMPARED, holds=False).step(ANY)
        self._note(members, Use.COMPARED, collection, scope, holds=False)
        self._narrow(node["value"], members.constants, scope)
        return value if not members.constants else NOTHING

    def _call(self, node: Node, scope: _Scope, use: Use, holds: bool | None) -> Value:
        name = self.names.called(scope.module, node["fcn"])
        rule = self.names.definition(scope.module, name)
        parameters = node["params"]
        if rule is not None:
            arguments = [self._expression(each, scope, Use.BOUND) for each in parameters]
            at = place(scope.module, node["fcn"])
            value = self.rule(rule[0], at, is_negated=scope.is_negated, arguments=arguments)
            if len(parameters) > len(arguments):
                self._bind(parameters[-1], value, scope)
            self._note(value, use, node["fcn"], scope, holds)
            return value
        return self._builtin(name, node, scope, use, holds)

    def _builtin(self, name: Path, node: Node, scope: _Scope, use: Use, holds: bool | None) -> Value:
        parameters = node["params"]
        if name == GETTING:
            of, key, default = (self._expression(each, scope, Use.BOUND) for each in parameters)
            found = of.steps(key.order or [key])
            self._note(found, use, node["fcn"], scope, holds)
            return union([found, default])
        if name == WALKING:
            inside = self._expression(parameters[0], scope, Use.BOUND).step(BELOW)
            if inside.ways:
                at = place(scope.module, node["fcn"])
                self.notes.blind[Blind("walk reaches attributes whose paths are not written", at)] = None
            pair = Value(elements=inside, order=(NOTHING, inside))
            if len(parameters) > 1:
                self._bind(parameters[1], pair, scope)
            return pair
        if name == SLICING:  # which part it is does not matter to what is read of it
            return self._expression(parameters[0], scope, Use.BOUND)
        if name in MERGING:
            return union(self._merged(each, scope) for each in parameters)
        inner = Use.CHECKED if name in CHECKS else Use.SHOWN if name in SHOWING else Use.CALLED
        for each in parameters:
            if not self.names.is_free(scope.module, each, scope.names):
                self._expression(each, scope, inner, holds=False if inner is Use.CHECKED else None)
        return NOTHING

    def _merged(self, node: Node, scope: _Scope) -> Value:
        value = self._expression(node, scope, Use.BOUND)
        nested = value.step(ANY)
        return union([value, Value(fields=nested.fields, elements=nested.elements)]) if "Set" in node else value

    # --- References ------------------------------------------------------------------------------

    def _reference(self, node: Node, scope: _Scope, use: Use, holds: bool | None) -> Value:
        value, left = self._head(node, scope)
        for step in left:
            if isinstance(step, str) and step == _UNKNOWN_MARK:
                self._note(value, Use.GUARDED, node, scope)
                return NOTHING
            if isinstance(step, str | int):
                value = value.step(step)
            elif self.names.is_free(scope.module, step, scope.names):
                if step["Var"]["value"] != "_":
                    scope.names[step["Var"]["value"]] = value.keys()
                value = value.step(ANY)
            else:
                value = value.steps([self._expression(step, scope, Use.BOUND)])
        self._note(value, use, node, scope, holds)
        return value

    def _head(self, node: Node, scope: _Scope) -> tuple[Value, list[Any]]:
        """What a reference starts with, and the steps that are left to be taken from there."""
        head, steps = flat(node)
        if "Var" not in head:
            return self._expression(head, scope, Use.BOUND), steps
        name = head["Var"]["value"]
        if name in scope.names:
            return scope.names[name], steps
        whole = self.names.whole(scope.module, node)
        if whole[0] == "input":
            return Value(ways=frozenset([()])), whole[1:]
        definition = self.names.definition(scope.module, whole)
        if definition is None:
            self._unbound.add(name)
            return NOTHING, steps
        found, used = definition
        return self.rule(found, place(scope.module, head), is_negated=scope.is_negated), whole[used:]

    def _note(self, value: Value, use: Use, node: Node, scope: _Scope, holds: bool | None = None) -> None:
        if value.ways:
            self.notes.add(value, use, place(scope.module, node), is_negated=scope.is_negated, holds=holds)
