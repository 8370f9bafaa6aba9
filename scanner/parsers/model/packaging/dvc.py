"""DVC: the files that it tracks by their MD5, the models among them, and the stores that they lie in."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import PurePosixPath
from posixpath import basename, dirname, join, normpath, splitext
from typing import Any

from scanner.core.notification import Notification
from scanner.core.resource import Resource, SourceFile
from scanner.core.secrets import secret_values
from scanner.core.values import AttributePath, Unresolved
from scanner.parsers.interface import ParseContext
from scanner.parsers.model.draft import FORMAT, Draft, Manifest, WrittenLines, format_of, problem
from scanner.parsers.model.facts import put_owner
from scanner.parsers.model.packaging.dvc_config import read_config
from scanner.yaml_source import Document, SourceError, load_documents

_CONFIGS = (".dvc/config", ".dvc/config.local")
_PIPELINE, _LOCK = "dvc.yaml", "dvc.lock"
_HASHES = ("md5", "md5-dos2unix")
_KEPT = ("size", "nfiles", "isexec", "cache", "remote", "persist", "push", "desc", "type", "labels", "meta", "cloud")


def claims_dvc(path: str, head: bytes) -> bool:
    """Whether this is one of DVC's files: `*.dvc`, a pipeline, its lock, or the configuration with the stores."""
    pure = PurePosixPath(path)
    if pure.name in (_PIPELINE, _LOCK) or f"/{path}".endswith(tuple(f"/{each}" for each in _CONFIGS)):
        return True
    return pure.suffix == ".dvc" and bool(pure.stem) and (b"outs:" in head or b"deps:" in head)


def read_dvc(files: Sequence[SourceFile], _: ParseContext) -> Manifest:
    """What the files of one folder say together: the lock has the digests of what the pipeline names."""
    notifications: list[Notification] = []
    secrets: set[str] = set()
    resources: list[Resource] = []
    drafts: list[Draft] = []
    digests: dict[str, str] = {}
    pipelines: list[tuple[SourceFile, Document]] = []
    for file in files:
        if f"/{file.path}".endswith(tuple(f"/{each}" for each in _CONFIGS)):
            found = read_config(file)
            notifications.extend(found.notifications)
            resources.extend(found.resources)
            secrets |= found.secrets
            continue
        document = _document(file, notifications)
        if document is None:
            continue
        secrets |= secret_values(document.value)
        if basename(file.path) == _PIPELINE:
            pipelines.append((file, document))
            continue
        for resource in _outputs(file.path, document):
            resources.append(resource)
            if isinstance(resource.attributes.get("digest"), str):
                digests[str(resource.attributes["path"])] = str(resource.attributes["digest"])
            if resource.attributes.get("type") == "model":
                drafts.append(_tracked_model(file.path, document, resource))
    for file, document in pipelines:
        drafts.extend(_artifacts(file.path, document, digests, notifications))
    for draft in drafts:
        notifications.extend(draft.notifications)
    once = {each.key: each for each in reversed(resources)}  # of what is written twice the first counts
    return Manifest(tuple(drafts), tuple(notifications), frozenset(secrets), tuple(reversed(once.values())))


def _document(file: SourceFile, notifications: list[Notification]) -> Document | None:
    try:
        documents = load_documents(file.text, file.path)
    except SourceError as error:
        notifications.append(problem(error.message, error.location))
        return None
    if not documents:
        return None
    if len(documents) > 1 or not isinstance(documents[0].value, dict):
        notifications.append(problem("one mapping was expected, as DVC writes it", documents[0].location))
        return None
    return documents[0]


def _outputs(path: str, document: Document) -> Iterator[Resource]:
    """Every tracked file of a `.dvc` file, or of the stages of a lock."""
    value = document.value
    folder = dirname(path)
    if basename(path) == _LOCK:
        stages = value.get("stages")
        for name, stage in stages.items() if isinstance(stages, dict) else ():
            if isinstance(stage, dict):
                yield from _listed(path, document, stage.get("outs"), ("stages", name, "outs"), folder, str(name))
        return
    work = value.get("wdir")
    inside = normpath(join(folder, work)) if isinstance(work, str) else folder
    yield from _listed(path, document, value.get("outs"), ("outs",), inside, "")


def _listed(path: str, document: Document, outs: Any, at: AttributePath, folder: str, stage: str) -> Iterator[Resource]:
    for index, out in enumerate(outs if isinstance(outs, list) else ()):
        if not isinstance(out, dict) or not isinstance(out.get("path"), str):
            continue
        where = (*at, index)
        place = normpath(join(folder, out["path"]))
        digest, key = _digest(out)
        attributes = {
            "path": place,
            "digest": digest,
            "format": format_of(place),
            "stage": stage or None,
            "is_directory": True if digest and digest.endswith(".dir") else None,
            **{name: out[name] for name in _KEPT if name in out},
        }
        kept = {name: each for name, each in attributes.items() if each is not None}
        origins: dict[AttributePath, AttributePath] = {(name,): (*where, name) for name in kept}
        origins[("digest",)] = (*where, key)
        lines = WrittenLines(kept, document.locations, origins, {})
        location = document.locations.get(where, document.location)
        yield Resource(f"dvc_output.{out['path']}", "dvc_output", FORMAT, kept, location, lines, origin=path)


def _digest(out: Mapping[str, Any]) -> tuple[str | None, str]:
    """What DVC recognises the content by: an MD5, or for what lies in a cloud store only the tag that this gave."""
    for key in ("md5", "etag", "checksum"):
        if isinstance(out.get(key), str):
            algorithm = out["hash"] if key == "md5" and out.get("hash") in _HASHES else key
            return f"{algorithm}:{out[key].lower()}", key
    return None, "md5"


def _tracked_model(path: str, document: Document, output: Resource) -> Draft:
    """A model that is tracked alone, and said to be one."""
    draft = Draft(path, "dvc", output.location, document.locations)
    name = splitext(basename(path))[0]
    draft.put(("name",), splitext(name)[0], ())
    _describe(draft, output.attributes, ("outs", 0))
    artifact = {"path": _relative(str(output.attributes["path"]), dirname(path))}
    draft.add_artifact({**artifact, "digest": output.attributes.get("digest")}, ("outs", 0))
    return draft


def _artifacts(
    path: str, document: Document, digests: Mapping[str, str], notifications: list[Notification]
) -> Iterator[Draft]:
    """The models among the artifacts that a pipeline publishes."""
    artifacts = document.value.get("artifacts")
    if artifacts is not None and not isinstance(artifacts, dict):
        where = document.locations.get(("artifacts",), document.location)
        notifications.append(problem("artifacts must be a mapping from a name to its path", where))
        return
    for name, artifact in (artifacts or {}).items():
        if not isinstance(artifact, dict) or artifact.get("type") != "model":
            continue
        at: AttributePath = ("artifacts", name)
        draft = Draft(path, "dvc", document.locations.get(at, document.location), document.locations)
        draft.put(("name",), str(name), at)
        _describe(draft, artifact, at)
        written = artifact.get("path")
        if isinstance(written, str) and "${" in written:
            draft.attributes["artifact_path"] = Unresolved(written, "filled in from the parameters of the pipeline")
            draft.origins[("artifact_path",)] = (*at, "path")
        elif isinstance(written, str):
            digest = digests.get(normpath(join(dirname(path), written)))
            draft.add_artifact({"path": written, "digest": digest}, at)
        yield draft


def _describe(draft: Draft, said: Mapping[str, Any], at: AttributePath) -> None:
    """What may be said of an artifact in words; `meta` is anything, and may name an owner."""
    if isinstance(said.get("desc"), str):
        draft.put(("description",), said["desc"], (*at, "desc"))
    if isinstance(said.get("labels"), list):
        draft.put(("labels",), said["labels"], (*at, "labels"))
    meta = said.get("meta")
    if isinstance(meta, dict):
        draft.put(("meta",), meta, (*at, "meta"))
        put_owner(draft, meta.get("owner"), (*at, "meta", "owner"))


def _relative(path: str, folder: str) -> str:
    """The path as seen from `folder`, which an artifact's path is relative to."""
    parts, base = PurePosixPath(path).parts, PurePosixPath(folder).parts
    common = 0
    while common < min(len(parts), len(base)) and parts[common] == base[common]:
        common += 1
    return "/".join((*[".."] * (len(base) - common), *parts[common:]))
