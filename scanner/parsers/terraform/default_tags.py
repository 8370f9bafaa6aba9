"""The tags that a resource ends up with: its own, and those that the configuration of its provider adds to each."""

from dataclasses import dataclass

from scanner.parsers.terraform.functions import call
from scanner.parsers.terraform.modules import Instance, Module
from scanner.parsers.terraform.providers import provider_name, provider_of
from scanner.parsers.terraform.syntax import Attribute, Block
from scanner.parsers.terraform.trees import Tree, read_tree
from scanner.parsers.terraform.values import EvaluationError, Unknown, Value, plain


@dataclass(frozen=True)
class Family:
    """How one provider calls it: the attribute of its configuration (in a block `tags` of which, where `block` is
    named), that of a resource, and the computed ones that hold both.
    """

    block: str
    attribute: str
    own: str
    computed: tuple[str, ...]


_GOOGLE = Family("", "default_labels", "labels", ("terraform_labels", "effective_labels"))
FAMILIES = {"aws": Family("default_tags", "tags", "tags", ("tags_all",)), "google": _GOOGLE, "google-beta": _GOOGLE}


class DefaultTags:
    """The default tags of the providers of one root, each worked out once."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, str], tuple[Value, Attribute | None]] = {}

    def add(self, instance: Instance, tree: Tree) -> None:
        """Give the tree of a managed resource what Terraform's plan calls `tags_all`."""
        block = instance.block
        name = provider_name(block)
        family = FAMILIES.get(name.partition(".")[0])
        if family is None or block.type != "resource":
            return
        default, attribute = self._default(instance.module, name, family)
        own = tree.values.get(family.own)
        if default is None and own is None:
            return
        try:
            value = own if default is None else call("merge", [each for each in (default, own) if each is not None])
        except EvaluationError:
            value = Unknown(f"the {family.attribute} of provider {name} cannot be evaluated statically")
        known = tree.attributes[family.own] if value is own else plain(value, None, block.source)
        for computed in family.computed:
            if computed not in tree.values:
                tree.values[computed], tree.attributes[computed] = value, known
                tree.combined.append(((computed,), attribute, block.attributes.get(family.own)))

    def _default(self, module: Module, name: str, family: Family) -> tuple[Value, Attribute | None]:
        """What the configuration of a provider adds, and where that is written."""
        key = (module.prefix, name)
        if key not in self._known:
            found = provider_of(module, name)
            self._known[key] = (None, None) if found is None else _written(*found, family)
        return self._known[key]


def _written(module: Module, block: Block, family: Family) -> tuple[Value, Attribute | None]:
    tree = read_tree(block, module.scope, {})
    value = tree.values.get(family.block or family.attribute)
    if not family.block:
        return value, block.attributes.get(family.attribute)
    inner = next((each for each in block.blocks if each.type == family.block), block)
    attribute = inner.attributes.get(family.attribute, block.attributes.get(family.block))
    if isinstance(value, list):
        value = value[0] if value else None
    return value.get(family.attribute) if isinstance(value, dict) else value, attribute
