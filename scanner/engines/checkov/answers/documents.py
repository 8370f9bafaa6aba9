"""Policy documents of IAM: as one text they are hardly ever known before deployment, their statements mostly are."""

import re
from collections.abc import Iterator

from scanner.core.resource import Release, Resource
from scanner.core.values import Unresolved, format_path
from scanner.engines.checkov.answers.attributes import Hole, Seen

_STATEMENT = "iam_statement"
_BLOCK = re.compile(r"data\.aws_iam_policy_document\.\S+\.(?:minified_)?json is known only after apply")
_LOOKED_AT = ("effect", "actions", "not_actions", "resources", "not_resources", "principals", "conditions")


def is_written_elsewhere(hole: Hole) -> bool:
    """Whether the text is that of a block `data "aws_iam_policy_document"`: Checkov judges it there and not here."""
    return _BLOCK.fullmatch(hole.value.reason) is not None


def inside(hole: Hole, resource: Resource, release: Release) -> list[Seen] | None:
    """The parts of the statements of a document that is written where the hole is, None where there is none.

    Checkov has read such a document: what is not known of it are names within it.
    """
    if is_written_elsewhere(hole):
        return None
    found = [*_statements(hole, resource, release)]
    if any(isinstance(each.attributes["effect"], Unresolved) for each in found):
        return None
    return [part for each in found for part in _parts(each)] or None


def _statements(hole: Hole, resource: Resource, release: Release) -> Iterator[Resource]:
    attribute = format_path(hole.path)
    for child in release.children.get(resource.key, ()):
        if child.type == _STATEMENT and child.attributes.get("attribute") == attribute:
            yield child


def _parts(statement: Resource) -> Iterator[Seen]:
    for name in _LOOKED_AT:
        if name in statement.attributes:
            yield Seen((name,), statement.attributes[name])
