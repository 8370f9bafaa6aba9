"""Hugging Face repositories: the model, the code that comes with it, and its chat templates."""

from collections.abc import Sequence
from typing import Any

from scanner.core.notification import Notification
from scanner.core.resource import Resource, SourceFile
from scanner.core.secrets import secret_values
from scanner.parsers.interface import ParseContext
from scanner.parsers.model.beside import inside, read_text
from scanner.parsers.model.card import claims_card, read_plain_card
from scanner.parsers.model.draft import Draft, Manifest
from scanner.parsers.model.hugging_face.chat_templates import chat_templates
from scanner.parsers.model.hugging_face.configurations import Repository, configurations, repositories
from scanner.parsers.model.hugging_face.custom_code import code_of
from scanner.parsers.model.hugging_face.facts import draft_of, leading

_CARD = "README.md"
_CREDENTIALS = frozenset(("access_token", "api_token", "auth_token", "hf_token", "use_auth_token"))


def read_repositories(files: Sequence[SourceFile], context: ParseContext) -> Manifest:
    """Every repository among all the claimed files of a release."""
    drafts: list[Draft] = []
    notifications: list[Notification] = []
    resources: list[Resource] = []
    secrets: set[str] = set()
    read_too: list[SourceFile] = []
    for repository in repositories(files):
        one = _read(repository, context)
        drafts += one.drafts
        notifications += one.notifications
        resources += one.resources
        secrets |= one.secrets
        read_too += one.source_files
    named = frozenset(path for each in resources for path in each.attributes.get("files", ()))
    return Manifest(
        tuple(drafts), tuple(notifications), frozenset(secrets), tuple(resources), named, source_files=tuple(read_too)
    )


def _read(repository: Repository, context: ParseContext) -> Manifest:
    configured, notifications = configurations(repository.files)
    of_parts, more = configurations(repository.parts)
    code = code_of(repository.folder, [*configured, *of_parts], context.root)
    templates = chat_templates(repository.folder, [*repository.files, *repository.parts], [*configured, *of_parts])
    secrets = frozenset(value for each in [*configured, *of_parts] for value in secret_values(_open(each.value)))
    first = leading(configured)
    drafts = [draft_of(first, configured, bool(code))] if first is not None else []
    card = _card(repository.folder, context) if first is not None else None
    drafts += [read_plain_card(card)] if card is not None else []
    return Manifest(
        tuple(drafts),
        (*notifications, *more),
        secrets,
        (*code, *templates),
        source_files=(card,) if card is not None else (),
    )


def _open(value: Any) -> Any:
    """A configuration without its special tokens, which are no credentials although their names end like those."""
    if not isinstance(value, dict):
        return value
    return {key: inner for key, inner in value.items() if not key.endswith("_token") or key in _CREDENTIALS}


def _card(folder: str, context: ParseContext) -> SourceFile | None:
    """The README beside a model, which is its card also without front matter; None where its own reader has it."""
    file = read_text(inside(folder, _CARD), context.root)
    return None if file is None or claims_card(file.path, file.text.encode()[: 64 << 10]) else file
