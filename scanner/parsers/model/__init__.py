"""Model manifests and the files of models: which files are some, and the models, artifacts and proofs in them."""

from collections.abc import Iterator, Sequence
from posixpath import dirname, join, normpath

from scanner.core.location import Location
from scanner.core.notification import Notification
from scanner.core.resource import Parsed, Resource, SourceFile
from scanner.parsers.interface import ParseContext, Parser
from scanner.parsers.model.bom import claims_bom, read_bom
from scanner.parsers.model.card import claims_card, read_card
from scanner.parsers.model.draft import FORMAT, Draft, problem
from scanner.parsers.model.files import read_files
from scanner.parsers.model.files.recognition import opens
from scanner.parsers.model.interface import Reader, alone, groups
from scanner.parsers.model.mlmodel import claims_mlmodel, read_mlmodel
from scanner.parsers.model.release import claims_release, read_release
from scanner.parsers.model.remote_code import claims_code, read_code

READERS: tuple[Reader, ...] = (
    Reader(claims_release, alone(read_release)),
    Reader(claims_card, alone(read_card)),
    Reader(claims_mlmodel, alone(read_mlmodel)),
    Reader(claims_bom, alone(read_bom)),
    Reader(claims_code, alone(read_code)),
)
_HEAD = 64 << 10


def _claims(path: str, head: bytes) -> bool:
    return any(reader.claims(path, head) for reader in READERS)


def _parse(files: Sequence[SourceFile], context: ParseContext) -> Parsed:
    """First what manifests say, then the files that they name beside those that are a model's by themselves."""
    by_reader: dict[int, list[SourceFile]] = {}
    notifications: list[Notification] = []
    for file in files:
        if not file.is_loaded:
            continue
        head = file.text[:_HEAD].encode()[:_HEAD]
        claiming = next((index for index, reader in enumerate(READERS) if reader.claims(file.path, head)), None)
        if claiming is None:
            message = "what kind of model manifest this is cannot be told; check its first lines"
            notifications.append(problem(message, Location(file.path, 1)))
        else:
            by_reader.setdefault(claiming, []).append(file)
    resources: list[Resource] = []
    secrets: set[str] = set()
    wanted = {file.path for file in files if not file.is_loaded}
    taken: dict[tuple[str, str], int] = {}
    for index, claimed in sorted(by_reader.items()):
        for group in groups(READERS[index], claimed):
            manifest = READERS[index].read(group, context)
            resources.extend(resource for draft in manifest.drafts for resource in draft.resources(taken))
            resources.extend(manifest.resources)
            notifications.extend(manifest.notifications)
            secrets |= manifest.secrets
            wanted |= manifest.files | {path for draft in manifest.drafts for path in _artifact_paths(draft)}
    found = read_files(sorted(wanted), context)
    return Parsed(
        (*resources, *found.resources),
        (),
        (*notifications, *found.notifications),
        frozenset(secrets) | found.secrets,
    )


def _artifact_paths(draft: Draft) -> Iterator[str]:
    """Where the files lie that the manifest lists by their path, relative to the repository root."""
    for artifact, _ in draft.artifacts:
        if isinstance(artifact.get("path"), str):
            yield normpath(join(dirname(draft.path), artifact["path"]))


MODEL = Parser(FORMAT, _claims, _parse, opens)
