"""Dockerfiles: which files are some, and what their stages are."""

from collections.abc import Sequence
from dataclasses import replace

from scanner.core.location import Location
from scanner.core.notification import Level, Notification
from scanner.core.resource import Link, Parsed, Resource, SourceFile
from scanner.core.secrets import secret_values
from scanner.parsers.dockerfile.context import Contexts
from scanner.parsers.dockerfile.context_files import index_secrets
from scanner.parsers.dockerfile.expand import expand
from scanner.parsers.dockerfile.grammar import Statement, StatementError
from scanner.parsers.dockerfile.lines import escape_character, instructions, physical_lines, refused_directives
from scanner.parsers.dockerfile.names import claims, has_actions, is_named_template, is_template_line
from scanner.parsers.dockerfile.stages import Stages
from scanner.parsers.dockerfile.whole import complete, links, misleading_target
from scanner.parsers.interface import ParseContext, Parser

_MOST_INSTRUCTIONS = 10_000
_TEMPLATE = "a template of a Dockerfile cannot be read; render it and scan the result, or exclude it"


def _parse(files: Sequence[SourceFile], context: ParseContext) -> Parsed:
    resources: list[Resource] = []
    ties: list[Link] = []
    notifications: list[Notification] = []
    secrets: set[str] = set()
    read: dict[str, SourceFile] = {}
    contexts = Contexts(context.root)
    for file in files:
        if is_named_template(file.path) and has_actions(file.text):
            notifications.append(_error(_TEMPLATE, Location(file.path, 1)))
            continue
        found = _read(file, context, contexts)
        resources.extend(found.resources)
        ties.extend(found.links)
        notifications.extend(found.notifications)
        secrets |= found.secrets
        read.update({source.path: source for source in found.source_files})
    given = {file.path for file in files}
    beside = tuple(read[path] for path in sorted(read.keys() - given))
    return Parsed(tuple(resources), tuple(ties), tuple(notifications), frozenset(secrets), beside)


def _read(file: SourceFile, context: ParseContext, contexts: Contexts) -> Parsed:
    """The stages of one file, what in it could not be read, and the literal secrets in it."""
    lines = physical_lines(file.text)
    escape = escape_character(lines)
    stages = Stages(file.path, escape, context.dockerfile.build_args)
    errors = [
        _error(f"{message}; Docker refuses it", Location(file.path, at)) for message, at in refused_directives(lines)
    ]
    secrets: set[str] = set()
    for number, instruction in enumerate(instructions(file.path, lines, escape)):
        if number >= _MOST_INSTRUCTIONS:
            message = f"more than {_MOST_INSTRUCTIONS:,} instructions; what follows was not read"
            errors.append(_error(message, instruction.location))
            break
        if is_template_line(instruction):
            return Parsed(notifications=(_error(_TEMPLATE, replace(instruction.location, end_line=0, end_column=0)),))
        if instruction.unterminated is not None:
            message = f"the here-document {instruction.unterminated[:40]} has no end; add the line that ends it"
            errors.append(_error(message, instruction.location))
        try:
            statement = stages.take(instruction)
        except StatementError as error:
            errors.append(_error(f"{error}; this instruction was not read", instruction.location))
            continue
        secrets |= _secrets(statement, escape)
    tree = stages.tree()
    read = complete(stages, tree, contexts)
    errors.extend(_error(f"{message}; Docker refuses it", location) for message, location in tree.refused())
    resources = list(stages.resources(tree))
    if not resources:
        errors.append(
            _error(
                "no FROM instruction, so there is no image to judge; add one, or exclude the file",
                Location(file.path, 1),
            )
        )
    if target := misleading_target(stages.stages):
        errors.append(Notification(Level.NOTE, target[0], "parser", target[1]))
    for resource in resources:
        secrets |= secret_values(resource.attributes)
    for source in read:
        secrets |= index_secrets(source.text)
    return Parsed(tuple(resources), tuple(links(resources, tree)), tuple(errors), frozenset(secrets), read)


def _secrets(statement: Statement, escape: str) -> frozenset[str]:
    """Literal secrets in ARG, ENV and LABEL, also where a later instruction sets the name anew."""
    values = {pair.name: expand(pair.value or "", {}, escape) for pair in statement.pairs}
    return secret_values(values)


def _error(message: str, location: Location) -> Notification:
    return Notification(Level.ERROR, message, "parser", location)


DOCKERFILE = Parser("dockerfile", claims, _parse)
