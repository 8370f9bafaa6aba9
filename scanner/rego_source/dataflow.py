"""Which attributes of which resources a policy reads, and what it does with them; nothing is evaluated for it."""

from collections.abc import Sequence
from dataclasses import replace

from scanner.rego_source.dataflow_names import Names
from scanner.rego_source.dataflow_reads import Blind, Dataflow, Read, Use
from scanner.rego_source.dataflow_walk import Walk
from scanner.rego_source.module import Module

__all__ = ["Blind", "Dataflow", "Read", "Use", "dataflow"]


def dataflow(module: Module, libraries: Sequence[Module] = ()) -> Dataflow:
    """The reads of a policy's rules, also through the functions and rules of the libraries that they use.

    It sees more ways than an evaluation would take, and says where it could not follow.
    """
    walk = Walk(Names([module, *libraries]))
    reads: dict[Read, list[str]] = {}
    fields: dict[Read, list[str]] = {}
    below: dict[Read, list[str]] = {}
    blind: dict[Blind, None] = {}
    for name in module.rules:
        if name not in module.functions:
            notes = walk.read(("data", *module.package, *name))
            blind.update(notes.blind)
            for noted, kept in ((notes.reads, reads), (notes.fields, fields), (notes.below, below)):
                for read in noted:
                    kept.setdefault(read, []).append(".".join(name))
    named: set[str | None] = set()
    for value in walk.fields_of(("data", *module.package, "deny"), "attribute"):
        named.update(each for each in value.constants if isinstance(each, str))
        if not value.constants:
            named.add(None)
    return Dataflow(
        _sorted(module, reads), _sorted(module, fields), _sorted(module, below), frozenset(named), tuple(blind)
    )


def _sorted(module: Module, reads: dict[Read, list[str]]) -> tuple[Read, ...]:
    guarded = {(read.types, read.path) for read in reads if read.use is Use.GUARDED}
    # `v.reason` of a value that is asked whether it is known belongs to the question.
    kept = [read for read in reads if read.path[-1:] != ("reason",) or (read.types, read.path[:-1]) not in guarded]
    return tuple(
        replace(read, rules=tuple(reads[read])) for read in sorted(kept, key=lambda read: _place(module, read))
    )


def _place(module: Module, read: Read) -> tuple[object, ...]:
    at = read.location
    return at.path != module.path, at.path, at.start_line, at.start_column, read.use, str(read.path), read.types
