"""Model files, and what is said of them: `is_file`, `has_file`, `signs` and `attests`."""

from collections.abc import Iterator, Mapping
from posixpath import dirname, join, normpath

from scanner.core.notification import Notification
from scanner.core.resource import Link, Release, Resource
from scanner.core.values import AttributePath
from scanner.linking.reading import text, texts

# These speak of one file, or of files elsewhere: that they lie in a folder says nothing about the files beside them.
_NOT_OF_A_FOLDER = frozenset({"gguf", "dvc", "mlflow-registry"})


def is_file(release: Release) -> Iterator[Link | Notification]:
    """Links from every declared artifact to the file that its path leads to."""
    files = _by_path(release)
    for artifact in release.by_type.get("model_artifact", ()):
        found = _file_of(artifact, files)
        if found is not None:
            yield Link(artifact.key, "is_file", found.key, artifact.locate(("path",)), found.location)


def has_file(release: Release) -> Iterator[Link | Notification]:
    """Links from every model to its files: those that it lists, and those below whose nearest manifest it is."""
    yield from (
        Link(model.key, "has_file", file.key, evidence.location, file.location)
        for model, file, evidence in _files_of_models(release)
    )


def signs(release: Release) -> Iterator[Link | Notification]:
    """Links from every signature to the files that it covers, and to their models, by place or by digest."""
    signatures = release.by_type.get("signature", ())
    if not signatures:
        return
    files = _by_path(release)
    owners: dict[str, list[Resource]] = {}
    for model, file, _ in _files_of_models(release):
        owners.setdefault(file.key, []).append(model)
    for signature in signatures:
        evidence = signature.locate(("files",))
        signed = {path for _, path in texts(signature, "files", "path")}
        for path in sorted(signed & files.keys()):
            file = files[path]
            yield Link(signature.key, "signs", file.key, evidence, file.location)
            for model in owners.get(file.key, ()):
                yield Link(signature.key, "signs", model.key, evidence, model.location)
        digests = set(_signed_digests(signature))
        for model in release.by_type.get("model", ()):
            where = _covered_at(release, model, signature, signed, digests)
            if where is not None:
                yield Link(signature.key, "signs", model.key, evidence, where[0].locate(where[1]))


def attests(release: Release) -> Iterator[Link | Notification]:
    """Links from every attestation to the models, artifacts and files that have the digest of one of its subjects."""
    attestations = release.by_type.get("attestation", ())
    if not attestations:
        return
    by_digest: dict[str, list[Resource]] = {}
    for type_ in ("model", "model_artifact", "model_file"):
        for resource in release.by_type.get(type_, ()):
            digest = text(resource, "digest").lower()
            if digest:
                by_digest.setdefault(digest, []).append(resource)
    for attestation in attestations:
        for at, digest in texts(attestation, "subjects", "digests"):
            for resource in by_digest.get(digest.lower(), ()):
                there = resource.locate(("digest",))
                yield Link(attestation.key, "attests", resource.key, attestation.locate(at), there)


def _by_path(release: Release) -> dict[str, Resource]:
    return {text(file, "path"): file for file in release.by_type.get("model_file", ())}


def declared_path(artifact: Resource) -> str:
    """Where the path of a declared artifact leads, relative to the repository root; empty where it states none."""
    path = text(artifact, "path")
    return normpath(join(dirname(artifact.location.path), path)) if path else ""


def _file_of(artifact: Resource, files: Mapping[str, Resource]) -> Resource | None:
    path = declared_path(artifact)
    return files.get(path) if path else None


def _files_of_models(release: Release) -> Iterator[tuple[Resource, Resource, Resource]]:
    """Every model with each of its files, and what says so."""
    files = _by_path(release)
    models = release.by_type.get("model", ())
    if not files or not models:
        return
    in_file: dict[tuple[str, str], int] = {}
    for model in models:
        place = (model.location.path, text(model, "source"))
        in_file[place] = in_file.get(place, 0) + 1
    of_folder: dict[str, list[Resource]] = {}
    for model in models:
        source = text(model, "source")
        if source not in _NOT_OF_A_FOLDER and in_file[(model.location.path, source)] == 1:
            of_folder.setdefault(dirname(model.location.path), []).append(model)
        if model.location.path in files:
            yield model, files[model.location.path], model
        for artifact in release.children.get(model.key, ()):
            found = _file_of(artifact, files) if artifact.type == "model_artifact" else None
            if found is not None:
                yield model, found, artifact
    for path, file in files.items():
        folder = dirname(path)
        while folder and folder not in of_folder:
            folder = dirname(folder)
        for model in of_folder.get(folder, ()):
            yield model, file, model


def _signed_digests(signature: Resource) -> Iterator[str]:
    """The digests of whole files, as they are written elsewhere."""
    entries = signature.attributes.get("files")
    for each in entries if isinstance(entries, list) else ():
        if isinstance(each, Mapping) and "end" not in each:
            yield f"{each.get('algorithm')}:{each.get('digest')}"


def _covered_at(
    release: Release, model: Resource, signature: Resource, signed: set[str], digests: set[str]
) -> tuple[Resource, AttributePath] | None:
    """What shows that the signature covers the model: its manifest is in the signed folder, or a digest is signed."""
    path = model.location.path
    if path in signed or dirname(path) == signature.attributes.get("root"):
        return model, ()
    own = text(model, "digest").lower()
    if own and own == text(signature, "digest"):
        return model, ("digest",)
    artifacts = [each for each in release.children.get(model.key, ()) if each.type == "model_artifact"]
    for artifact in artifacts:
        # A tokenizer or a configuration may be shared by models of which only one is signed.
        tells = len(artifacts) == 1 or "format" in artifact.attributes
        if tells and text(artifact, "digest").lower() in digests:
            return artifact, ("digest",)
    return (model, ("digest",)) if own in digests else None
