"""Which configuration of a provider a resource uses, through the modules that pass them on."""

from scanner.parsers.terraform.modules import Module
from scanner.parsers.terraform.syntax import Block, Expression, ObjectLiteral, Source, constant
from scanner.parsers.terraform.values import shortened


def provider_name(block: Block) -> str:
    """What the provider's configuration is called in the module of a resource: `aws`, with an alias `aws.west`."""
    attribute = block.attributes.get("provider")
    if attribute is None:
        return block.labels[0].partition("_")[0]
    return _reference(attribute.source, attribute.expression)


def provider_of(module: Module, name: str) -> tuple[Module, Block] | None:
    """The configuration of that name, with the module in which it is written; None where there is none."""
    block = module.directory.providers.get(name)
    if block is not None:
        return module, block
    if module.caller is None:
        return None
    above, call = module.caller.module, module.caller.block
    passed = call.expression("providers")
    if not isinstance(passed, ObjectLiteral):
        return provider_of(above, name) if "." not in name else None  # an alias is never passed on by itself
    names = {_reference(call.source, key): _reference(call.source, value) for key, value, _ in passed.items}
    return provider_of(above, names[name]) if name in names else None


def _reference(source: Source, expression: Expression) -> str:
    """A name that is written bare or, in JSON, as text."""
    return str(constant(expression) or shortened(source, expression))
