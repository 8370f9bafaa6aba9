"""What a workload says about the model that it serves: a digest, a URI, a label or just its name."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from scanner.core.location import Location
from scanner.core.resource import Release, Resource
from scanner.core.values import AttributePath, leaves
from scanner.linking.mentions import containers_of, loads_models, words_of
from scanner.linking.reading import mapping, text, texts
from scanner.linking.uris import Place, hub_model, place_of, uris_in

# The strongest first: a digest is the model itself, a name may be a coincidence.
KINDS_OF_CLAIM = ("digest", "uri", "label", "name")

_DIGEST = re.compile(r"sha256:[0-9a-f]+", re.IGNORECASE)
_MODEL_LABEL = "model-id"
_MODEL_FLAGS = frozenset({"--model", "--model-id", "--model_id", "--model-path", "--model_path"})
_MODEL_VARIABLES = ("MODEL_ID", "HF_MODEL_ID")
_REVISION_VARIABLES = ("REVISION", "HF_REVISION")
_NAMED_AFTER_MODEL = frozenset({"InferenceService", "LLMInferenceService"})


@dataclass(frozen=True)
class Claim:
    """One statement: `by` is one of `KINDS_OF_CLAIM`, `place` is set for a URI, `evidence` is its line."""

    by: str
    value: str
    evidence: Location
    place: Place | None = None


def claims_of(release: Release, workload: Resource) -> Iterator[Claim]:
    """Everything that the workload and its containers say about their model."""
    yield from _digests(workload, (("storage_uri",), ("storage_uris",), ("annotations",), ("volumes",)))
    for attribute in ("storage_uri", "storage_uris"):
        yield from _uris(workload, texts(workload, attribute))
    for container in containers_of(release, workload):
        yield from _digests(container, (("image", "digest"), ("env_values",), ("arguments",)))
        if loads_models(container, workload):
            words = ((at, uri) for at, word in words_of(container) for uri in uris_in(word))
            yield from _uris(container, words)
            yield from _hub_models(container)
    for attribute in ("labels", "object_labels"):
        label = mapping(workload, attribute).get(_MODEL_LABEL)
        if isinstance(label, str) and label:
            yield Claim("label", label, workload.locate((attribute, _MODEL_LABEL)))
    if text(workload, "kind") in _NAMED_AFTER_MODEL:
        yield Claim("name", text(workload, "name"), workload.locate(("name",)))


def _digests(holder: Resource, paths: Sequence[AttributePath]) -> Iterator[Claim]:
    for path in paths:
        value = holder.attributes.get(str(path[0]))
        if len(path) > 1:
            value = mapping(holder, path[0]).get(str(path[1]))
        for at, leaf in leaves(value, path):
            if isinstance(leaf, str):
                for match in _DIGEST.finditer(leaf):
                    yield Claim("digest", match.group().lower(), holder.locate(at))


def _uris(holder: Resource, found: Iterator[tuple[AttributePath, str]]) -> Iterator[Claim]:
    for at, uri in found:
        place = place_of(uri)
        if place is not None:
            yield Claim("uri", place.full, holder.locate(at), place)


def _hub_models(container: Resource) -> Iterator[Claim]:
    """The `owner/model` that a server loads from the hub, at the revision given beside it."""
    variables = mapping(container, "env_values")
    arguments = list(texts(container, "arguments"))
    named: list[tuple[AttributePath, Any]] = [
        (("env_values", name), variables[name]) for name in _MODEL_VARIABLES if name in variables
    ]
    revisions = [variables[name] for name in _REVISION_VARIABLES if name in variables]
    for position, (at, word) in enumerate(arguments):
        flag, assigned, value = word.partition("=")
        following = arguments[position + 1] if position + 1 < len(arguments) else (at, "")
        given = (at, value) if assigned else following
        if flag in _MODEL_FLAGS or word == "serve":
            named.append(given)
        elif flag == "--revision":
            revisions.append(given[1])
    revision = next((each for each in revisions if isinstance(each, str)), "")
    for at, reference in named:
        place = hub_model(reference, revision) if isinstance(reference, str) else None
        if place is not None:
            yield Claim("uri", place.full, container.locate(at), place)
