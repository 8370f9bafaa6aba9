"""The resources and links of one Terraform root, from its evaluated modules."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from scanner.core.notification import Level, Notification
from scanner.core.resource import Link, Move, Resource
from scanner.core.secrets import secret_values
from scanner.parsers.terraform.default_tags import DefaultTags
from scanner.parsers.terraform.modules import Instance, Module, Root
from scanner.parsers.terraform.plan.statements import documents_behind, with_plan
from scanner.parsers.terraform.plan.trees import planned_tree
from scanner.parsers.terraform.statements import DOCUMENT_TYPE, Statement, statements_of, statements_of_data
from scanner.parsers.terraform.syntax import Attribute
from scanner.parsers.terraform.trees import Tree, TreeLocations, read_tree

FORMAT = "terraform"


@dataclass
class Built:
    """What a root gives: links still name their ends by address.

    `documents` are the policy documents whose statements stand under a resource that uses them.
    """

    resources: list[Resource] = field(default_factory=list)
    references: list[tuple[str, str, Attribute]] = field(default_factory=list)
    addresses: set[str] = field(default_factory=set)
    documents: set[str] = field(default_factory=set)
    default_tags: DefaultTags = field(default_factory=DefaultTags)


def build(root: Root, module: Module) -> tuple[list[Resource], list[Link]]:
    """Everything that a root and the modules below it declare."""
    built = Built()
    _module(root, module, built)
    for address, instance in root.missing.items():
        message = f"{address} is not in {root.plan.path if root.plan else ''}; it was read from the configuration alone"
        note = Notification(Level.WARNING, message, "parser", instance.block.location)
        root.notifications[note] = None
    links = {
        (source, target, attribute.location): None
        for source, target, attribute in built.references
        if target != source and target in built.addresses
    }
    prefix = f"{root.origin}::"
    found = [Link(f"{prefix}{source}", "references", f"{prefix}{target}", place) for source, target, place in links]
    # A statement is judged where it takes effect; only a document that nobody uses keeps its own.
    used = {f"{prefix}{address}" for address in built.documents}
    resources = [each for each in built.resources if each.type != "iam_statement" or each.parent not in used]
    return resources, found


def _module(root: Root, module: Module, built: Built) -> None:
    for note in module.directory.notifications:
        root.notifications[note] = None
    for before, after in module.directory.moves:
        root.moves.add(Move(root.origin, f"{module.prefix}{before}", f"{module.prefix}{after}"))
    for name in module.directory.variables:
        module.variable(name)  # for the secrets among them, also where nothing refers to them
    for name in module.directory.locals:
        module.local(name)
    for name, block in module.directory.providers.items():
        address = f"provider.{name}"
        provider = Instance(f"{module.prefix}{address}", address, block, module, {}, module.presence)
        _add(root, built, provider, "terraform_provider", read_tree(block, module.scope, {}))
    for instance in module.resources():
        _resource(root, instance, built)
    for call in module.calls():
        _add(root, built, call, "terraform_module", _tree(root, call))
    for child in module.children():
        _module(root, child, built)


def _resource(root: Root, instance: Instance, built: Built) -> None:
    block = instance.block
    written = _written_tree(instance)
    tree = _planned(root, instance, written)
    built.default_tags.add(instance, tree)
    type_ = block.labels[0] if block.type == "resource" else f"data.{block.labels[0]}"
    resource = _add(root, built, instance, type_, tree)
    if not block.labels[0].startswith("aws_"):
        return

    def find(address: str) -> Tree | None:
        found = root.instances.get(address)
        if found is None:
            return None
        built.documents.add(address)
        return _tree(root, found)

    def statements(of: Tree) -> list[Statement]:
        is_document = block.labels[0] == DOCUMENT_TYPE
        return [*(statements_of_data(of, find, "statement") if is_document else statements_of(of, find))]

    found = statements(written)
    if tree is not written:
        found = with_plan(found, statements(tree))
        if not any(each.unknown for each in found):
            built.documents.update(documents_behind(tree))
    built.resources.extend(_children(root, resource, found))


def _tree(root: Root, instance: Instance) -> Tree:
    return _planned(root, instance, _written_tree(instance))


def _written_tree(instance: Instance) -> Tree:
    return read_tree(instance.block, instance.module.scope, instance.names)


def _planned(root: Root, instance: Instance, written: Tree) -> Tree:
    planned = root.plan.resources.get(instance.address) if root.plan is not None else None
    return written if planned is None or root.plan is None else planned_tree(written, planned, root.plan)


def _children(root: Root, parent: Resource, statements: Iterable[Statement]) -> Iterator[Resource]:
    unknown = 0
    for index, statement in enumerate(statements):
        number = str(index)
        if statement.unknown:
            unknown += 1
            number = "?" if unknown == 1 else f"?{unknown}"
        yield Resource(
            address=f"{parent.address}/statement[{number}]",
            type="iam_statement",
            format=FORMAT,
            attributes=statement.attributes,
            location=statement.location,
            attribute_locations=statement.locations,
            parent=parent.key,
            origin=root.origin,
            presence=parent.presence,
            calls=parent.calls,
        )


def _add(root: Root, built: Built, instance: Instance, type_: str, tree: Tree) -> Resource:
    resource = Resource(
        address=instance.address,
        type=type_,
        format=FORMAT,
        attributes=tree.attributes,
        location=tree.places[0][1].location,
        attribute_locations=TreeLocations(tree),
        origin=root.origin,
        presence=instance.presence,
        calls=instance.module.calls_to(),
    )
    built.addresses.add(instance.address)
    built.resources.append(resource)
    built.references.extend(
        (instance.address, target, attribute) for attribute, targets in tree.references for target in sorted(targets)
    )
    root.secrets.update(secret_values(tree.attributes))
    return resource
