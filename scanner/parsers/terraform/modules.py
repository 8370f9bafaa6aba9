"""One instance of a module: what its variables, locals, resources and calls are worth there."""

import posixpath
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from scanner.core.notification import Level, Notification
from scanner.core.resource import Call, Move
from scanner.core.secrets import looks_secret
from scanner.core.values import Unresolved
from scanner.parsers.terraform import files, functions
from scanner.parsers.terraform.computed import PRESENT, computed
from scanner.parsers.terraform.directories import Directory
from scanner.parsers.terraform.expressions import Budget, Scope, evaluate
from scanner.parsers.terraform.instance_values import as_block, collected, coming_from, made_of
from scanner.parsers.terraform.instances import ANY, Expanded, cause_of, expand
from scanner.parsers.terraform.plan.configuration import MADE_OF, directory_of_plan
from scanner.parsers.terraform.plan.overlay import Overlay, unknown_of
from scanner.parsers.terraform.plan.planned import Plan, as_planned
from scanner.parsers.terraform.settling import settle
from scanner.parsers.terraform.sources import Repository, SourceError, Wanted
from scanner.parsers.terraform.syntax import Attribute, Block, Expression, constant
from scanner.parsers.terraform.trees import block_list
from scanner.parsers.terraform.type_constraints import converted
from scanner.parsers.terraform.values import (
    EvaluationError,
    Handle,
    Unknown,
    Value,
    leaves,
    shortened,
)

_COST_OF_A_MODULE = 500
_NEVER_SECRET = frozenset(("", "true", "false"))
_UNBOUND = frozenset(("each", "count", "self"))


@dataclass(frozen=True)
class DocumentReference:
    """A policy document that the data source at `address` puts together."""

    address: str


@dataclass
class Root:
    """What all the modules of one Terraform root share; `instances` are the resources seen so far, by address.

    `path` is its directory, `origin` what the keys of its resources begin with. `workspace` is Terraform's, where it
    is known, and `plan` what Terraform has worked out of this root; `missing` are the resources that it does not have.
    """

    path: str
    repository: Repository
    origin: str
    workspace: str | None = None
    plan: Plan | None = None
    budget: Budget = field(default_factory=Budget)
    secrets: set[str] = field(default_factory=set)
    notifications: dict[Notification, None] = field(default_factory=dict)
    instances: "dict[str, Instance]" = field(default_factory=dict)
    missing: "dict[str, Instance]" = field(default_factory=dict)
    moves: set[Move] = field(default_factory=set)


@dataclass(frozen=True, eq=False)
class Instance:
    """One resource or module call; `names` is what `each` and `count` are in it, `name` how references write it.

    `presence` says why it is not known whether there is any such resource at all.
    """

    address: str
    name: str
    block: Block
    module: "Module"
    names: Mapping[str, Value]
    presence: Unresolved | None = None


@dataclass(eq=False)
class Module:
    """`given` is the value that the caller gives a variable, in a tuple; `prefix` begins every address (`module.a.`).

    `chain` are the names of the calls from the root to here, `above` the directories that they were written in,
    `caller` is the call that makes this module, and `presence` says why it is not known whether this module is called
    at all.
    """

    root: Root
    directory: Directory
    given: Callable[[str], tuple[Value] | None]
    prefix: str = ""
    chain: tuple[str, ...] = ()
    above: tuple[str, ...] = ()
    presence: Unresolved | None = None
    caller: Instance | None = None
    _known: dict[tuple[str, ...], Any] = field(default_factory=dict)

    def scope(self, names: Mapping[str, Value]) -> Scope:
        """A fresh scope, for one attribute."""
        return Scope(self._name, self._function, names, set(), self.root.budget)

    def variable(self, name: str) -> Value:
        """The value that `var.<name>` has here."""
        return self._once(("var", name), f"var.{name}", lambda: self._variable(name))

    def local(self, name: str) -> Value:
        """The value of `local.<name>`."""
        return self._once(("local", name), f"local.{name}", lambda: self._local(name))

    def resources(self) -> Iterator[Instance]:
        """Every instance of every resource and data source that is declared here."""
        for mode, type_, name in self.directory.resources:
            found = self._resource(mode, type_, name)
            yield from (instance for _, instance in found) if isinstance(found, list) else ()

    def calls(self) -> Iterator[Instance]:
        """Every instance of every module call that is written here."""
        for name in self.directory.modules:
            found = self._calls(name)
            yield from (instance for _, instance in found) if isinstance(found, list) else ()

    def children(self) -> Iterator["Module"]:
        """The modules that are called here and could be read."""
        for call in self.calls():
            child = self.child(call)
            if child is not None:
                yield child

    def child(self, call: Instance) -> "Module | None":
        """The module that a call makes; None, and a notification, when its source cannot be read."""
        found = self._once(("module", call.address), call.name, lambda: self._child(call))
        return found if isinstance(found, Module) else None

    def calls_to(self) -> tuple[Call, ...]:
        """The calls that lead to here, the nearest first."""
        if self.caller is None:
            return ()
        return (Call(self.caller.address, self.caller.block.location), *self.caller.module.calls_to())

    def _once(self, key: tuple[str, ...], name: str, compute: Callable[[], Any]) -> Any:
        if key not in self._known:
            self._known[key] = Unknown(f"{name} refers to itself")
            self._known[key] = compute()
        return self._known[key]

    def _settled(self, attribute: Attribute, names: Mapping[str, Value]) -> Value:
        return settle(attribute.expression, self.scope(names), attribute.source)

    def _name(self, name: str) -> Value:
        """What the first word of a reference stands for."""
        if name in _UNBOUND:
            return Unknown(f"{name} has no value here")
        namespace = {
            "var": self.variable,
            "local": self.local,
            "module": self._module_value,
            "data": lambda type_: Handle(f"data.{type_}", "", lambda each: self._resource_value("data", type_, each)),
            "path": self._path,
            "terraform": self._terraform,
        }
        return Handle(name, "", namespace.get(name, lambda each: self._resource_value("resource", name, each)))

    def _function(self, name: str, arguments: list[Value]) -> Value:
        if name in files.FUNCTIONS:
            return files.read(name, arguments, self.root.path, self.root.repository, self._rendered)
        if name == "sensitive":
            self._keep_secret(arguments)
        if name == MADE_OF:
            return made_of(arguments)
        return functions.call(name, arguments)

    def _rendered(self, template: Expression, names: dict[str, Value]) -> Value:
        return evaluate(template, self.scope(names))

    def _path(self, name: str) -> Value:
        if name == "cwd":
            return Unknown("path.cwd depends on where Terraform runs")
        return posixpath.relpath(self.directory.path, self.root.path) if name == "module" else "."

    def _terraform(self, name: str) -> Value:
        if name == "workspace" and self.root.workspace is not None:
            return self.root.workspace
        return Unknown(f"terraform.{name} is chosen when Terraform runs")

    def _variable(self, name: str) -> Value:
        block = self.directory.variables.get(name)
        if block is None:
            return Unknown(f"var.{name} is not declared")
        default = block.attributes.get("default")
        is_secret = constant(block.expression("sensitive")) is True or looks_secret(name)
        if is_secret and default is not None:
            self._keep_secret(self._settled(default, {}))  # it stands in the file, whatever value is given
        given = self.given(name)
        if given == (None,) and default is not None and constant(block.expression("nullable")) is False:
            given = None
        if given is None and default is None:
            return Unknown(f"var.{name} has no default")
        value = given[0] if given is not None else self._settled(default, {}) if default is not None else None
        if value is None and constant(block.expression("nullable")) is False:
            return Unknown(f"var.{name} must not be null")
        try:
            value = converted(value, block.expression("type"), lambda each: evaluate(each, self.scope({})))
        except EvaluationError:
            return Unknown(f"var.{name} is given a value that its type does not take")
        if is_secret:
            self._keep_secret(value)
        return value

    def _local(self, name: str) -> Value:
        attribute = self.directory.locals.get(name)
        if attribute is None:
            return Unknown(f"local.{name} is not declared")
        value = self._settled(attribute, {})
        if looks_secret(name):
            self._keep_secret(value)
        return value

    def _keep_secret(self, value: Value) -> None:
        texts = {str(leaf) for leaf in leaves(value) if isinstance(leaf, str)}
        self.root.secrets.update(texts - _NEVER_SECRET)

    def _instances(self, block: Block, name: str) -> list[tuple[Any, Instance]]:
        """The instances of a block, which its own module writes as `name`, each with its key."""
        found = []
        expanded = expand(block, lambda attribute: self._settled(attribute, {}))
        if self.root.plan is not None:
            expanded = self._planned(self.root.plan, f"{self.prefix}{name}", [*expanded], block)
        for end, key, names in expanded:
            presence = self.presence if key != ANY else Unresolved(_number(block), cause_of(names))
            found.append((key, Instance(f"{self.prefix}{name}{end}", f"{name}{end}", block, self, names, presence)))
        self.root.budget.spend(len(found))
        return found

    def _planned(self, plan: Plan, address: str, written: list[Expanded], block: Block) -> Iterator[Expanded]:
        """The instances that are planned; one that must be there all the same is kept and remembered as missing."""
        keys = plan.keys.get(address, ())
        yield from as_planned(written, keys)
        for end, key, names in written if not self._is_of_plan(block) else ():
            if key not in keys and key != ANY:
                if block.type == "resource":
                    full = f"{address}{end}"
                    self.root.missing[full] = Instance(full, full.removeprefix(self.prefix), block, self, names)
                yield end, key, names

    def _resource(self, mode: str, type_: str, name: str) -> list[tuple[Any, Instance]] | Unknown:
        """The instances of a resource with their keys; unknown where their number depends on themselves."""

        def make() -> list[tuple[Any, Instance]]:
            written = f"{type_}.{name}" if mode == "resource" else f"data.{type_}.{name}"
            found = self._instances(self.directory.resources[mode, type_, name], written)
            self.root.instances.update((instance.address, instance) for _, instance in found)
            return found

        found: list[tuple[Any, Instance]] | Unknown = self._once((mode, type_, name), f"{type_}.{name}", make)
        return found

    def _resource_value(self, mode: str, type_: str, name: str) -> Value:
        if (mode, type_, name) not in self.directory.resources:
            return Unknown(f"{'data.' if mode == 'data' else ''}{type_}.{name} is not declared")
        found, block = self._resource(mode, type_, name), self.directory.resources[mode, type_, name]
        if isinstance(found, Unknown):
            return found
        return collected([(key, self._handle(each), each.names) for key, each in found], _nothing(block))

    def _handle(self, instance: Instance) -> Handle:
        def read(attribute: str) -> Value:
            key = ("attribute", instance.address, attribute)
            return self._once(key, f"{instance.name}.{attribute}", lambda: self._attribute(instance, attribute))

        return Handle(instance.name, instance.address, read)

    def _attribute(self, instance: Instance, name: str) -> Value:
        """An attribute as a reference sees it: it comes from this resource, whatever that was made from."""
        type_ = instance.block.labels[0]
        value = self._written(instance, name)
        planned = self.root.plan.resources.get(instance.address) if self.root.plan is not None else None
        if planned is not None:
            later = Unknown(f"{instance.name}.{name} is known only after apply")
            value = Overlay(later).value(value, planned.after.get(name), unknown_of(planned, name))
        if value is None:
            value = computed(type_, name, lambda each: self._written(instance, each))
        if value is None:
            is_document = type_ == "aws_iam_policy_document" and name in ("json", "minified_json")
            document = DocumentReference(instance.address) if is_document else None
            reason = f"{instance.name}.{name} is known only after apply"
            value = Unknown(reason, document=document, present=is_document or name in PRESENT)
        return coming_from(value, frozenset((instance.address,)))

    def _written(self, instance: Instance, name: str) -> Value:
        attribute = instance.block.attributes.get(name)
        if attribute is not None:
            return self._settled(attribute, instance.names)
        parts = block_list(instance.block, name, self.scope, instance.names)
        return [as_block(part, f"{instance.name}.{name}", instance.address) for part in parts] or None

    def _calls(self, name: str) -> list[tuple[Any, Instance]] | Unknown:
        block = self.directory.modules[name]
        found: list[tuple[Any, Instance]] | Unknown = self._once(
            ("calls", name), f"module.{name}", lambda: self._instances(block, f"module.{name}")
        )
        return found

    def _module_value(self, name: str) -> Value:
        if name not in self.directory.modules:
            return Unknown(f"module.{name} is not declared")
        found, block = self._calls(name), self.directory.modules[name]
        if isinstance(found, Unknown):
            return found
        return collected([(key, self._call_handle(each), each.names) for key, each in found], _nothing(block))

    def _call_handle(self, call: Instance) -> Handle:
        def read(output: str) -> Value:
            child = self.child(call)
            return Unknown(f"{call.name} was not read") if child is None else child.output(output, call.name)

        return Handle(call.name, "", read)

    def _child(self, call: Instance) -> "Module | None":
        chain = (*self.chain, call.block.labels[0])
        above = (*self.above, self.directory.path)
        self.root.budget.spend(_COST_OF_A_MODULE)
        source = call.block.attributes.get("source")
        value = None if source is None else self._settled(source, call.names)
        directory = self._in_plan(chain) if self._is_of_plan(call.block) else None
        try:
            if directory is None:
                directory = self._called(call, value, chain, above)
        except SourceError as error:
            directory = self._in_plan(chain)
            if directory is None:
                self._tell_unread(call, str(value) if isinstance(value, str) else "", error)
                return None

        def given(name: str) -> tuple[Value] | None:
            attribute = call.block.attributes.get(name)
            return None if attribute is None else (self._settled(attribute, call.names),)

        return Module(self.root, directory, given, f"{call.address}.", chain, above, call.presence, call)

    def _called(self, call: Instance, source: Value, chain: tuple[str, ...], above: tuple[str, ...]) -> Directory:
        if not isinstance(source, str):
            reason = source.reason if isinstance(source, Unknown) else "no text"
            raise SourceError(f"its source is not known: {reason}")
        written = call.block.attributes.get("version")
        version = None if written is None else self._settled(written, call.names)
        if not isinstance(version, str | None):
            raise SourceError("its version is not known")
        wanted = Wanted(self.directory, str(source), version, self.root.path, chain, above)
        return self.root.repository.called(wanted)

    def _tell_unread(self, call: Instance, source: str, error: SourceError) -> None:
        written = call.block.attributes.get("source")
        where = call.block.location if written is None else written.location
        message = f"{self.prefix}module.{call.block.labels[0]}: {error}"
        level = Level.ERROR
        if source and self.root.repository.accepts(source):
            level, message = Level.WARNING, f"{message}; the configuration accepts that"
        self.root.notifications[Notification(level, message, "parser", where)] = None

    def _is_of_plan(self, block: Block) -> bool:
        return self.root.plan is not None and block.source.path == self.root.plan.path

    def _in_plan(self, chain: tuple[str, ...]) -> Directory | None:
        return None if self.root.plan is None else directory_of_plan(self.root.plan, self.directory.path, chain)

    def output(self, name: str, caller: str) -> Value:
        """The value of an output, for the module that calls this one as `caller`."""
        block = self.directory.outputs.get(name)
        attribute = None if block is None else block.attributes.get("value")
        if block is None or attribute is None:
            raise EvaluationError(f"{caller} has no output {name}")
        return self._once(("output", name), f"{caller}.{name}", lambda: self._settled(attribute, {}))


def _nothing(block: Block) -> Value:
    """What a block without instances is worth."""
    return {} if "for_each" in block.attributes else []


def _number(block: Block) -> str:
    """The text that says how many instances there are."""
    attribute = block.attributes.get("count", block.attributes.get("for_each"))
    return "" if attribute is None else shortened(attribute.source, attribute.expression)
