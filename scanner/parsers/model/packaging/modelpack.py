"""Models as OCI artifacts (CNCF ModelPack, and KitOps' ModelKits): manifests, their configurations and indexes."""

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import PurePosixPath
from posixpath import dirname, join
from typing import Any

from scanner.core.location import Location
from scanner.core.notification import Notification
from scanner.core.resource import SourceFile
from scanner.core.secrets import secret_values
from scanner.core.values import AttributePath, Unresolved
from scanner.parsers.interface import ParseContext
from scanner.parsers.model.documents import one_mapping
from scanner.parsers.model.draft import Draft, Manifest, problem
from scanner.parsers.model.facts import version_of
from scanner.parsers.model.packaging.kitfile import read_kit
from scanner.yaml_source import Document

_PREFIX = "application/vnd.cncf.model."
_KIT_PREFIX = "application/vnd.kitops.modelkit."
_MEDIA_TYPE = re.compile(rb'"application/vnd\.(?:cncf\.model|kitops\.modelkit)\.')
_CONFIG = re.compile(rb'"modelfs"\s*:\s*\{')
_SCHEMA = re.compile(rb'"\$schema"\s*:\s*"https?:(?:\\?/){2}json-schema\.org')
_BLOB = re.compile(r"(?:^|/)blobs/(?P<algorithm>sha256|sha512)/(?P<digest>[0-9a-f]{64,128})$")
_TITLE = "org.opencontainers.image.title"
_FILE_PATH = ("org.cncf.model.filepath", _TITLE)
_ANNOTATIONS = (
    ("name", _TITLE),
    ("version", "org.opencontainers.image.version"),
    ("license", "org.opencontainers.image.licenses"),
)
_REF_NAME = "org.opencontainers.image.ref.name"
_KINDS = re.compile(r"\.(?P<kind>weight\.config|weight|modelpart|model|code|dataset|doc|docs)\.v1")


def claims_modelpack(path: str, head: bytes) -> bool:
    """Whether this is the manifest, the index or the configuration of a packed model, as a file or in an OCI layout."""
    if PurePosixPath(path).suffix.lower() != ".json" and _BLOB.search(path) is None:
        return False
    if head.lstrip()[:1] != b"{":
        return False
    if _SCHEMA.search(head):  # the specification's own, which has the same words
        return False
    return _MEDIA_TYPE.search(head) is not None or (_CONFIG.search(head) is not None and b'"descriptor"' in head)


def read_modelpack(files: Sequence[SourceFile], context: ParseContext) -> Manifest:
    """The models of one folder: a configuration that a manifest beside it names is read as a part of that."""
    drafts: list[Draft] = []
    notifications: list[Notification] = []
    secrets: set[str] = set()
    documents: dict[str, Document] = {}
    for file in files:
        found = one_mapping(file, "one JSON object was expected")
        if isinstance(found, Notification):
            notifications.append(found)
            continue
        documents[file.path] = found
        secrets |= secret_values(found.value)
        notifications.extend(_renamed(file))
    texts = {file.path: file.text for file in files}
    of_manifests: set[str] = set()
    for path, document in documents.items():
        if _is_manifest(document.value):
            config = join(dirname(path), _hexadecimal(document.value["config"]))
            of_manifests.add(config)
            drafts.append(_manifest(path, texts[path], document, documents.get(config), context))
        elif isinstance(document.value.get("manifests"), list):
            drafts.extend(_index(path, document, context))
    for path, document in documents.items():
        if path not in of_manifests and isinstance(document.value.get("descriptor"), dict):
            draft = Draft(path, "modelpack", document.location, document.locations)
            _read_config(draft, document.value, document.locations)
            drafts.append(draft)
    for draft in drafts:
        notifications.extend(draft.notifications)
    return Manifest(tuple(drafts), tuple(notifications), frozenset(secrets))


def _is_manifest(value: Mapping[str, Any]) -> bool:
    return isinstance(value.get("config"), dict) and isinstance(value.get("layers"), list)


def _renamed(file: SourceFile) -> Iterator[Notification]:
    """In a layout the name of a file is its digest: one that is not was changed after it was packed."""
    blob = _BLOB.search(file.path)
    if blob and hashlib.new(blob["algorithm"], file.text.encode()).hexdigest() != blob["digest"]:
        yield problem("the content has another digest than its name says; pack the model again", Location(file.path, 1))


def _manifest(path: str, text: str, document: Document, config: Document | None, context: ParseContext) -> Draft:
    manifest: Mapping[str, Any] = document.value
    draft = Draft(path, "modelpack", document.location, document.locations)
    blob = _BLOB.search(path)
    if blob is not None:
        draft.put(("digest",), f"{blob['algorithm']}:{hashlib.new(blob['algorithm'], text.encode()).hexdigest()}", ())
    kind = manifest.get("artifactType") or manifest["config"].get("mediaType")
    draft.put(("media_type",), kind, ("artifactType",) if "artifactType" in manifest else ("config", "mediaType"))
    if config is not None:
        if "descriptor" in config.value:
            _read_config(draft, config.value, config.locations)
        else:
            read_kit(draft, config, context.listing)
    annotations = manifest.get("annotations")
    if isinstance(annotations, dict):
        for name, key in _ANNOTATIONS:
            if isinstance(annotations.get(key), str):
                draft.put((name,), annotations[key], ("annotations", key))
    if config is None and "license" not in draft.attributes:
        cause = "the configuration that the manifest names is not here"
        draft.attributes["license"] = Unresolved(str(manifest["config"].get("digest")), cause)
        draft.origins[("license",)] = ("config",)
    layers = []
    for index, layer in enumerate(manifest["layers"]):
        if isinstance(layer, dict):
            layers.append(_layer(draft, layer, ("layers", index)))
    draft.put(("layers",), layers, ("layers",))
    code = next((index for index, layer in enumerate(layers) if layer.get("kind") == "code"), None)
    if code is not None:
        draft.put(("custom_code",), True, ("layers", code))
    return draft


def _layer(draft: Draft, layer: Mapping[str, Any], at: AttributePath) -> dict[str, Any]:
    """One layer: its weights are files of the model, by the digest of what is packed."""
    media_type, annotations = str(layer.get("mediaType", "")), layer.get("annotations")
    kind = _KINDS.search(media_type)
    named = annotations if isinstance(annotations, dict) else {}
    name = next((named[key] for key in _FILE_PATH if isinstance(named.get(key), str)), None)
    digest = layer.get("digest")
    read = {"media_type": media_type, "kind": kind["kind"] if kind else None, "digest": digest, "path": name}
    if kind and kind["kind"] in ("weight", "model", "modelpart") and isinstance(digest, str):
        # Packed files lie in the layer: the digest is that of the layer, which has the file's name only in words.
        artifact = {"uri": f"{name or 'layer'}@{digest}", "digest": digest.lower(), "size": layer.get("size")}
        draft.add_artifact(artifact, at)
    return {key: value for key, value in read.items() if isinstance(value, str)}


def _read_config(draft: Draft, config: Mapping[str, Any], locations: Mapping[AttributePath, Location]) -> None:
    """What a ModelPack configuration says; it may stand in another file than the draft."""
    descriptor, settings = config.get("descriptor"), config.get("config")
    taken: list[tuple[AttributePath, Any, AttributePath]] = []
    if isinstance(descriptor, dict):
        at = ("descriptor",)
        names = {"name": "name", "family": "family", "title": "title", "description": "description"}
        names |= {"revision": "revision", "sourceURL": "source_url", "createdAt": "created", "authors": "authors"}
        taken += [((key,), descriptor.get(written), (*at, written)) for written, key in names.items()]
        taken.append((("version",), version_of(descriptor.get("version")), (*at, "version")))
        licenses = descriptor.get("licenses")
        single = licenses[0] if isinstance(licenses, list) and len(licenses) == 1 else licenses
        taken.append((("license",), single, (*at, "licenses")))
        urls = descriptor.get("datasetsURL")
        data = [{"name": url} for url in urls if isinstance(url, str)] if isinstance(urls, list) else None
        taken.append((("datasets",), data, (*at, "datasetsURL")))
    if isinstance(settings, dict):
        names = {"architecture": "architecture", "format": "format", "precision": "precision"}
        names |= {"quantization": "quantization", "paramSize": "parameter_size", "capabilities": "capabilities"}
        taken += [((key,), settings.get(written), ("config", written)) for written, key in names.items()]
    for path, value, origin in taken:
        if path[0] in draft.attributes:
            continue
        draft.put(path, value, origin)
        if path[0] in draft.attributes and locations is not draft.written and origin in locations:
            draft.places[path] = locations[origin]


def _index(path: str, document: Document, context: ParseContext) -> Iterator[Draft]:
    """The models of an index whose manifests are not here: of the others the manifest says more."""
    for index, entry in enumerate(document.value["manifests"]):
        if not isinstance(entry, dict) or not isinstance(entry.get("digest"), str):
            continue
        kind = str(entry.get("artifactType", ""))
        blob = join(dirname(path), "blobs", entry["digest"].replace(":", "/", 1))
        if not kind.startswith((_PREFIX, _KIT_PREFIX)) or blob in context.listing:
            continue
        at: AttributePath = ("manifests", index)
        draft = Draft(path, "modelpack", document.locations.get(at, document.location), document.locations)
        draft.put(("digest",), entry["digest"].lower(), (*at, "digest"))
        draft.put(("media_type",), kind, (*at, "artifactType"))
        annotations = entry.get("annotations")
        if isinstance(annotations, dict) and isinstance(annotations.get(_REF_NAME), str):
            name, colon, tag = annotations[_REF_NAME].rpartition(":")
            draft.put(("name",) if colon else ("tag",), name or tag, (*at, "annotations", _REF_NAME))
            draft.put(("tag",), tag, (*at, "annotations", _REF_NAME))
        yield draft


def _hexadecimal(descriptor: Mapping[str, Any]) -> str:
    return str(descriptor.get("digest", "")).partition(":")[2]
