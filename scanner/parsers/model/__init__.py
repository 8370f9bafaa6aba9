"""Model manifests and the files of models: which files are some, and the models, artifacts and proofs in them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from posixpath import dirname, join, normpath

from scanner.core.location import Location
from scanner.core.notification import Notification
from scanner.core.resource import Parsed, Resource, SourceFile
from scanner.isolation import Worker
from scanner.parsers.interface import ParseContext, Parser
from scanner.parsers.model.approvals import claims_approvals, given_approvals, read_approvals
from scanner.parsers.model.attestations import claims_attestation, read_attestations
from scanner.parsers.model.base_branch import previous_models
from scanner.parsers.model.bom import claims_bom, read_bom
from scanner.parsers.model.card import claims_card, read_card
from scanner.parsers.model.draft import FORMAT, Draft, Manifest, problem
from scanner.parsers.model.files import read_files
from scanner.parsers.model.files.recognition import opens
from scanner.parsers.model.hugging_face import read_repositories
from scanner.parsers.model.hugging_face.chat_templates import judged
from scanner.parsers.model.hugging_face.recognition import claims_repository
from scanner.parsers.model.interface import Reader, alone, beside, groups
from scanner.parsers.model.mlflow.registry_export import claims_export, read_export
from scanner.parsers.model.mlflow.registry_store import claims_store, read_store
from scanner.parsers.model.mlmodel import claims_mlmodel, read_mlmodel
from scanner.parsers.model.named_files import add_named_files
from scanner.parsers.model.packaging.bento import claims_bento, read_bento
from scanner.parsers.model.packaging.dvc import claims_dvc, read_dvc
from scanner.parsers.model.packaging.kitfile import claims_kitfile, read_kitfile
from scanner.parsers.model.packaging.modelfile import claims_modelfile, read_modelfile
from scanner.parsers.model.packaging.modelpack import claims_modelpack, read_modelpack
from scanner.parsers.model.packaging.triton import claims_triton, read_triton
from scanner.parsers.model.release import claims_release, read_release
from scanner.parsers.model.shard_index import claims_shard_index, read_shard_index
from scanner.parsers.model.signatures import claims_signature, read_signature
from scanner.parsers.model.spdx import claims_spdx, read_spdx

READERS: tuple[Reader, ...] = (
    Reader(claims_signature, beside(read_signature)),
    Reader(claims_approvals, alone(read_approvals)),
    Reader(claims_release, alone(read_release)),
    Reader(claims_card, alone(read_card)),
    Reader(claims_mlmodel, beside(read_mlmodel)),
    Reader(claims_store, read_store, by_release=True),
    Reader(claims_export, alone(read_export)),
    Reader(claims_bom, beside(read_bom)),
    Reader(claims_spdx, alone(read_spdx)),
    Reader(claims_attestation, beside(read_attestations)),
    Reader(claims_repository, read_repositories, by_release=True),
    Reader(claims_shard_index, beside(read_shard_index)),
    Reader(claims_triton, beside(read_triton)),
    Reader(claims_bento, alone(read_bento)),
    Reader(claims_kitfile, beside(read_kitfile)),
    Reader(claims_modelfile, beside(read_modelfile)),
    Reader(claims_modelpack, read_modelpack, by_folder=True),
    Reader(claims_dvc, read_dvc, by_folder=True),
)
# What is compared with the base of a change; the others say little of a version.
_COMPARED = frozenset((claims_release, claims_card, claims_mlmodel, claims_bom))
_HEAD = 64 << 10


def _claims(path: str, head: bytes) -> bool:
    return any(reader.claims(path, head) for reader in READERS)


def _parse(files: Sequence[SourceFile], context: ParseContext) -> Parsed:
    """One worker for all that is done in one: the libraries that verify signatures take a second to import."""
    with Worker(context.memory_limit, forgets=True) as worker:
        return _read(files, replace(context, worker=worker))


def _read(files: Sequence[SourceFile], context: ParseContext) -> Parsed:
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
    digests: set[tuple[str, str]] = set()
    read_too: dict[str, SourceFile] = {}
    taken: dict[tuple[str, str], int] = {}
    for index, claimed in sorted(by_reader.items()):
        for group in groups(READERS[index], claimed):
            manifest = READERS[index].read(group, context)
            for draft in manifest.drafts:
                add_named_files(draft, context.root)
            resources.extend(resource for draft in manifest.drafts for resource in draft.resources(taken))
            resources.extend(manifest.resources)
            notifications.extend(manifest.notifications)
            read_too |= {file.path: file for file in manifest.source_files}
            secrets |= manifest.secrets
            wanted |= manifest.files | {path for draft in manifest.drafts for path, _ in _artifact_paths(draft)}
            digests |= manifest.digests | {each for draft in manifest.drafts for each in _artifact_paths(draft)}
    parts = (
        read_files(sorted(wanted), context, sorted(digests)),
        given_approvals(files, context),
        previous_models(context, lambda file, head: _previous_manifest(file, head, context)),
    )
    return Parsed(
        tuple(map(judged, (*resources, *(each for part in parts for each in part.resources)))),
        (),
        (*notifications, *(each for part in parts for each in part.notifications)),
        frozenset(secrets).union(*(part.secrets for part in parts)),
        (*_new(read_too, files), *(each for part in parts for each in part.source_files)),
    )


def _new(read_too: Mapping[str, SourceFile], files: Sequence[SourceFile]) -> list[SourceFile]:
    """The texts that the parser was not given."""
    given = {file.path for file in files}
    return [file for path, file in sorted(read_too.items()) if path not in given]


def _previous_manifest(file: SourceFile, head: bytes, context: ParseContext) -> Manifest | None:
    reader = next((each for each in READERS if each.claims(file.path, head)), None)
    return reader.read([file], context) if reader is not None and reader.claims in _COMPARED else None


def _artifact_paths(draft: Draft) -> Iterator[tuple[str, str]]:
    """Where the files lie that the manifest lists by path, relative to the repository root, and by which digest."""
    for artifact, _ in draft.artifacts:
        if isinstance(artifact.get("path"), str):
            algorithm = str(artifact.get("digest", "")).partition(":")[0]
            yield normpath(join(dirname(draft.path), artifact["path"])), algorithm


def _is_asked(context: ParseContext) -> bool:
    return bool(context.models.approved_versions or context.models.base)


MODEL = Parser(FORMAT, _claims, _parse, opens, _is_asked)
