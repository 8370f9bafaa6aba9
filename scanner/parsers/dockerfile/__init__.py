"""Dockerfiles: which files are some, and what their stages are."""

import re
from collections.abc import Sequence
from pathlib import PurePosixPath

from scanner.core.location import Location
from scanner.core.notification import Level, Notification
from scanner.core.resource import Parsed, Resource, SourceFile
from scanner.core.secrets import secret_values
from scanner.parsers.dockerfile.expand import expand
from scanner.parsers.dockerfile.grammar import Statement, StatementError
from scanner.parsers.dockerfile.lines import escape_character, instructions, physical_lines
from scanner.parsers.dockerfile.stages import Stages
from scanner.parsers.interface import ParseContext, Parser

_NAME = re.compile(r"(?:dockerfile|containerfile)(?P<ending>[._-].+)?|.+\.(?:dockerfile|containerfile)", re.IGNORECASE)
_FROM = re.compile(rb"^[ \t]*FROM[ \t]+\S", re.IGNORECASE | re.MULTILINE)
_OTHER_FILE = re.compile(
    r".+\.(adoc|css|dockerignore|gitignore|go|golden|html|java|js|json|lock|log|lua|md|orig|php|pl|png|pyi?|rb|rej|rs|rst"
    r"|sh|sig|sum|svg|toml|ts|txt|vim|xml|ya?ml)",
    re.IGNORECASE,
)
_TEMPLATE = re.compile(r".+\.(ejs|erb|gotmpl|in|j2|jinja2?|m4|mustache|template|tmpl|tpl)", re.IGNORECASE)
_MOST_INSTRUCTIONS = 10_000


def _claims(path: str, head: bytes) -> bool:
    name = PurePosixPath(path).name
    found = _NAME.fullmatch(name)
    if found is None or _OTHER_FILE.fullmatch(name):
        return False
    certain = not found["ending"] or (found["ending"].startswith(".") and name[0] in "DC")
    return certain or _is_template(path) or _FROM.search(head) is not None


def _is_template(path: str) -> bool:
    return _TEMPLATE.fullmatch(PurePosixPath(path).name) is not None


def _parse(files: Sequence[SourceFile], _: ParseContext) -> Parsed:
    resources: list[Resource] = []
    notifications: list[Notification] = []
    secrets: set[str] = set()
    for file in files:
        if _is_template(file.path):
            message = "a template of a Dockerfile cannot be read; render it and scan the result, or exclude it"
            notifications.append(_error(message, Location(file.path, 1)))
            continue
        stages, errors, found = _read(file)
        resources.extend(stages)
        notifications.extend(errors)
        secrets |= found
    return Parsed(tuple(resources), (), tuple(notifications), frozenset(secrets))


def _read(file: SourceFile) -> tuple[list[Resource], list[Notification], set[str]]:
    """The stages of one file, what in it could not be read, and the literal secrets in it."""
    lines = physical_lines(file.text)
    escape = escape_character(lines)
    stages = Stages(file.path, escape)
    errors: list[Notification] = []
    secrets: set[str] = set()
    for number, instruction in enumerate(instructions(file.path, lines, escape)):
        if number >= _MOST_INSTRUCTIONS:
            message = f"more than {_MOST_INSTRUCTIONS:,} instructions; what follows was not read"
            errors.append(_error(message, instruction.location))
            break
        if instruction.unterminated is not None:
            message = f"the here-document {instruction.unterminated[:40]} has no end; add the line that ends it"
            errors.append(_error(message, instruction.location))
        try:
            statement = stages.take(instruction)
        except StatementError as error:
            errors.append(_error(f"{error}; this instruction was not read", instruction.location))
            continue
        secrets |= _secrets(statement, escape)
    resources = list(stages.resources())
    if not resources:
        errors.append(
            _error(
                "no FROM instruction, so there is no image to judge; add one, or exclude the file",
                Location(file.path, 1),
            )
        )
    for resource in resources:
        secrets |= secret_values(resource.attributes)
    return resources, errors, secrets


def _secrets(statement: Statement, escape: str) -> frozenset[str]:
    """Literal secrets in ARG, ENV and LABEL, also where a later instruction sets the name anew."""
    values = {pair.name: expand(pair.value or "", {}, escape) for pair in statement.pairs}
    return secret_values(values)


def _error(message: str, location: Location) -> Notification:
    return Notification(Level.ERROR, message, "parser", location)


DOCKERFILE = Parser("dockerfile", _claims, _parse)
