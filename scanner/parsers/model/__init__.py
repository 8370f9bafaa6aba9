"""Model manifests: which files are some, and the models and files of models they declare."""

from collections.abc import Callable, Sequence

from scanner.core.location import Location
from scanner.core.notification import Notification
from scanner.core.resource import Parsed, Resource, SourceFile
from scanner.parsers.interface import ParseContext, Parser
from scanner.parsers.model.bom import claims_bom, read_bom
from scanner.parsers.model.card import claims_card, read_card
from scanner.parsers.model.draft import FORMAT, Manifest, problem
from scanner.parsers.model.mlmodel import claims_mlmodel, read_mlmodel
from scanner.parsers.model.release import claims_release, read_release
from scanner.parsers.model.remote_code import claims_code, read_code

_Claims = Callable[[str, bytes], bool]
_MANIFESTS: tuple[tuple[_Claims, Callable[[SourceFile], Manifest]], ...] = (
    (claims_release, read_release),
    (claims_card, read_card),
    (claims_mlmodel, read_mlmodel),
    (claims_bom, read_bom),
)
_HEAD = 64 << 10


def _claims(path: str, head: bytes) -> bool:
    return claims_code(path, head) or any(claims(path, head) for claims, _ in _MANIFESTS)


def _parse(files: Sequence[SourceFile], _: ParseContext) -> Parsed:
    resources: list[Resource] = []
    notifications: list[Notification] = []
    secrets: set[str] = set()
    for file in files:
        head = file.text[:_HEAD].encode()[:_HEAD]
        if claims_code(file.path, head):
            code, errors = read_code(file)
            resources.extend(code)
            notifications.extend(errors)
            continue
        read = next((read for claims, read in _MANIFESTS if claims(file.path, head)), _unknown)
        manifest = read(file)
        taken: dict[str, int] = {}
        resources.extend(resource for draft in manifest.drafts for resource in draft.resources(taken))
        notifications.extend(manifest.notifications)
        secrets |= manifest.secrets
    return Parsed(tuple(resources), (), tuple(notifications), frozenset(secrets))


def _unknown(file: SourceFile) -> Manifest:
    message = "what kind of model manifest this is cannot be told; check its first lines"
    return Manifest((), (problem(message, Location(file.path, 1)),))


MODEL = Parser(FORMAT, _claims, _parse)
