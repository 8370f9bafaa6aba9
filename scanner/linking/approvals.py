"""`approves`, `precedes` and `tracks`: decision, earlier manifest or tracked file → the model or artifact meant."""

from collections.abc import Iterator, Mapping
from posixpath import dirname

from scanner.core.notification import Notification
from scanner.core.resource import Link, Release, Resource
from scanner.core.values import AttributePath
from scanner.linking.model_files import declared_path
from scanner.linking.reading import text, texts


def approves(release: Release) -> Iterator[Link | Notification]:
    """Links from every entry of a list of approved versions to the models of that name, or with that very digest.

    What is denied by its digest stays so under another name.
    """
    decisions = release.by_type.get("approved_version", ())
    if not decisions:
        return
    models = release.by_type.get("model", ())
    by_name = _grouped(models, ("name",), ("models", "name"))
    by_digest = _grouped(models, ("digest",))
    for decision in decisions:
        for attribute, found in (("model", by_name), ("digest", by_digest)):
            for model, at in found.get(text(decision, attribute).lower(), ()):
                yield Link(decision.key, "approves", model.key, decision.locate((attribute,)), model.locate(at))


def precedes(release: Release) -> Iterator[Link | Notification]:
    """Links from every model as it was before to the same model now.

    That is the one of this name in the same file; where the file is a new one, every earlier one of this name and kind,
    else of this name.
    """
    before: dict[str, list[Resource]] = {}
    for previous in release.by_type.get("previous_model", ()):
        before.setdefault(text(previous, "name"), []).append(previous)
    for model in release.by_type.get("model", ()) if before else ():
        named = before.get(text(model, "name"), []) if text(model, "name") else []
        same_kind = [each for each in named if text(each, "source") == text(model, "source")]
        same_file = [each for each in same_kind if each.location.path == model.location.path]
        for previous in same_file or same_kind or named:
            here = model.locate(("version",))
            yield Link(previous.key, "precedes", model.key, previous.locate(("version",)), here)


def tracks(release: Release) -> Iterator[Link | Notification]:
    """Links from every file or folder that DVC tracks to the artifacts that manifests declare there."""
    outputs = {text(each, "path"): each for each in release.by_type.get("dvc_output", ())}
    for artifact in release.by_type.get("model_artifact", ()) if outputs else ():
        place = declared_path(artifact)
        while place.strip("/."):
            if place in outputs:
                output = outputs[place]
                yield Link(output.key, "tracks", artifact.key, output.locate(("path",)), artifact.locate(("path",)))
            place = dirname(place)


def _grouped(models: tuple[Resource, ...], *paths: AttributePath) -> Mapping[str, list[tuple[Resource, AttributePath]]]:
    found: dict[str, list[tuple[Resource, AttributePath]]] = {}
    for model in models:
        for path in paths:
            for at, value in texts(model, *path):
                found.setdefault(value.lower(), []).append((model, at))
    return found
