"""`serves` and `describes`: workload → the model it serves, and model card or BOM → the manifest that leads it."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from posixpath import dirname

from scanner.core.notification import Notification
from scanner.core.resource import Link, Release, Resource
from scanner.linking.interface import ambiguous, named, warning
from scanner.linking.objects import nearest
from scanner.linking.reading import mapping, text, texts
from scanner.linking.served import KINDS_OF_CLAIM, Claim, claims_of
from scanner.linking.uris import Place, hub_model, place_of

# Names of revisions that say nothing about which revision it is.
_MOVING = frozenset({"HEAD", "latest", "main", "master"})
_VERSION_LABELS = ("model-version", "version", "app.kubernetes.io/version")
# Without a model-release the manifest of a folder that the others there describe: the first of these that there is.
_LEADING = ("model-card", "ml-bom", "mlmodel", "hugging-face", "kitfile")
# The model's attribute that a claim meets.
_MET_AT = {"digest": "digest", "uri": "uri", "label": "name", "name": "name"}

Found = tuple[Claim, tuple[Resource, ...]]


@dataclass(frozen=True)
class _Registry:
    """The release's models by everything that a workload can call them.

    `groups` tells which manifests are about the same model: by the key of its model-release, or by the name of the one
    that leads them.
    """

    by_digest: Mapping[str, Sequence[Resource]]
    by_name: Mapping[str, Sequence[Resource]]
    by_place: Mapping[tuple[str, str, str], Sequence[tuple[Resource, frozenset[str]]]]
    groups: Mapping[str, str]

    def found(self, claim: Claim) -> tuple[Resource, ...]:
        """Every manifest that fits the claim."""
        if claim.place is not None:
            return self._at(claim.place)
        return tuple((self.by_digest if claim.by == "digest" else self.by_name).get(claim.value, ()))

    def groups_of(self, models: Sequence[Resource]) -> frozenset[str]:
        """The models that these manifests are about."""
        return frozenset(self.groups[model.key] for model in models)

    def _at(self, place: Place) -> tuple[Resource, ...]:
        """Manifests at the same place and revision, else those where one side states no revision."""
        there = self.by_place.get((place.service, place.name, place.path), ())
        wanted = place.revisions - _MOVING
        same = [model for model, stated in there if stated - _MOVING == wanted or (stated - _MOVING) & wanted]
        open_ended = [model for model, stated in there if not stated - _MOVING or not wanted]
        return tuple({model.key: model for model in same or open_ended}.values())


def serves(release: Release) -> Iterator[Link | Notification]:
    """Links from every workload to the manifests of its model, found by the strongest of its claims."""
    registry = _registry(release)
    if not registry.groups:
        return
    for workload in release.by_type.get("workload", ()):
        fitting: dict[str, list[Found]] = {}
        for claim in claims_of(release, workload):
            models = registry.found(claim)
            if models:
                fitting.setdefault(claim.by, []).append((claim, models))
        ranked = [fitting[by] for by in KINDS_OF_CLAIM if by in fitting]
        if ranked:
            yield from _settled(workload, ranked[0], [each for weaker in ranked[1:] for each in weaker], registry)


def describes(release: Release) -> Iterator[Link | Notification]:
    """Links from every other manifest of a model to its model-release, without one to the leading one of the folder."""
    models = release.by_type.get("model", ())
    alone = _alone_in_their_file(models)
    led: set[str] = set()
    for found in _of_releases(models, alone):
        if isinstance(found, Link):
            led.add(found.source)
        yield found
    by_directory = _grouped(
        (dirname(model.location.path), model)
        for model in models
        if model.key in alone and model.key not in led and not _is_release(model)
    )
    for manifests in by_directory.values():
        leading = _leading(manifests)
        for model in manifests:
            if leading is not None and model is not leading:
                yield Link(model.key, "describes", leading.key, model.location, leading.location)


def _of_releases(models: Sequence[Resource], alone: Collection[str]) -> Iterator[Link | Notification]:
    releases = [model for model in models if _is_release(model)]
    by_digest = _grouped((digest, model) for model in releases for digest in _digests(model))
    by_name = _grouped((text(model, "name"), model) for model in releases)
    by_directory = _grouped((dirname(model.location.path), model) for model in releases)
    for model in models if releases else ():
        if _is_release(model):
            continue
        same_name = _same_version(by_name.get(text(model, "name"), ()) if text(model, "name") else (), model)
        beside = by_directory.get(dirname(model.location.path), ()) if model.key in alone else ()
        yield from _described(model, _same_digest(model, by_digest), same_name, beside)


def _alone_in_their_file(models: Sequence[Resource]) -> Collection[str]:
    """A bill of materials lists many models: being in a directory says nothing about each of them."""
    in_file: dict[tuple[str, str], list[str]] = {}
    for model in models:
        in_file.setdefault((model.location.path, text(model, "source")), []).append(model.key)
    return {keys[0] for keys in in_file.values() if len(keys) == 1}


def _leading(manifests: Sequence[Resource]) -> Resource | None:
    """The one that the others describe; None where two of the same kind may each be about another model."""
    for source in _LEADING:
        found = [model for model in manifests if text(model, "source") == source]
        if found:
            return found[0] if len(found) == 1 else None
    return None


def _settled(
    workload: Resource, strongest: Sequence[Found], weaker: Sequence[Found], registry: _Registry
) -> Iterator[Link | Notification]:
    linked: dict[str, Resource] = {}
    decided: frozenset[str] = frozenset()
    for claim, models in strongest:
        groups = _narrowed(workload, models, weaker, registry)
        if len(groups) > 1:
            yield ambiguous(f"{workload.address}: model {claim.value}", models, claim.evidence)
            continue
        decided |= groups
        for model in models:
            if registry.groups[model.key] in groups:
                linked[model.key] = model
                target_evidence = model.locate((_MET_AT[claim.by],))
                yield Link(workload.key, "serves", model.key, claim.evidence, target_evidence)
    for claim, models in weaker if decided else ():
        if not decided & registry.groups_of(models):
            by = strongest[0][0].by
            yield warning(
                f"{workload.address}: its {claim.by} {claim.value} means {named(models)}, but by its {by} it serves"
                f" {named(tuple(linked.values()))}; only the latter is linked",
                claim.evidence,
            )


def _narrowed(
    workload: Resource, models: Sequence[Resource], weaker: Sequence[Found], registry: _Registry
) -> frozenset[str]:
    """Of the models that fit alike those with a model-release, claimed twice, or of the version on the label."""
    groups = registry.groups_of(models)
    version = next((v for label in _VERSION_LABELS if isinstance(v := mapping(workload, "labels").get(label), str)), "")
    narrower = [
        registry.groups_of([model for model in models if _is_release(model)]),
        *(registry.groups_of(others) for _, others in weaker),
        registry.groups_of([model for model in models if version and text(model, "version") == version]),
    ]
    for fewer in narrower:
        if len(groups) > 1 and groups & fewer:
            groups &= fewer
    return groups


def _described(
    model: Resource, same_digest: Sequence[Resource], same_name: Sequence[Resource], beside: Sequence[Resource]
) -> Iterator[Link | Notification]:
    for attribute, candidates in (("digest", same_digest), ("name", same_name)):
        found = nearest(candidates, model)
        evidence = model.locate((attribute if attribute in model.attributes else "artifact_digests",))
        if len(found) > 1:
            yield ambiguous(f"{model.address}: its {attribute}", found, evidence)
            return
        if found:
            yield Link(model.key, "describes", found[0].key, evidence, found[0].locate((attribute,)))
            if same_name and found[0].key not in {each.key for each in same_name}:
                yield warning(
                    f"{model.address}: its name means {named(same_name)}, but its digest means {named(found)};"
                    " only the latter is linked",
                    evidence,
                )
            return
    if len(beside) == 1:
        yield Link(model.key, "describes", beside[0].key, model.location, beside[0].location)


def _registry(release: Release) -> _Registry:
    models = release.by_type.get("model", ())
    of_release = {found.source: found.target for found in describes(release) if isinstance(found, Link)}
    groups = {}
    for model in models:
        leading = release.by_key[of_release.get(model.key, model.key)]
        groups[model.key] = leading.key if _is_release(leading) else text(leading, "name") or leading.key
    places: dict[tuple[str, str, str], list[tuple[Resource, frozenset[str]]]] = {}
    for model in models:
        for place in _places(release, model):
            places.setdefault((place.service, place.name, place.path), []).append((model, place.revisions))
    return _Registry(
        _grouped((text(model, "digest").lower(), model) for model in models if text(model, "digest")),
        _grouped((text(model, "name"), model) for model in models if text(model, "name")),
        places,
        groups,
    )


def _places(release: Release, model: Resource) -> Iterator[Place]:
    artifacts = [each for each in release.children.get(model.key, ()) if each.type == "model_artifact"]
    uris = [uri for each in (model, *artifacts) for _, uri in texts(each, "uri")]
    yield from (place for place in map(place_of, uris) if place is not None)
    on_hub = None if text(model, "uri") else hub_model(text(model, "name"))
    if on_hub is not None:
        yield on_hub


def _is_release(model: Resource) -> bool:
    return model.attributes.get("source") == "model-release"


def _digests(model: Resource) -> tuple[str, ...]:
    return tuple(digest.lower() for name in ("digest", "artifact_digests") for _, digest in texts(model, name))


def _same_digest(model: Resource, by_digest: Mapping[str, Sequence[Resource]]) -> Sequence[Resource]:
    """The releases whose own digest this manifest states, or that list its digest.

    Two models may share a file such as the tokenizer, so that an artifact in both lists says nothing.
    """
    own = text(model, "digest").lower()
    found = {
        each.key: each
        for digest in _digests(model)
        for each in by_digest.get(digest, ())
        if digest == own or digest == text(each, "digest").lower()
    }
    return tuple(found.values())


def _same_version(releases: Sequence[Resource], model: Resource) -> Sequence[Resource]:
    version = text(model, "version")
    return [each for each in releases if version and text(each, "version") == version] or releases


def _grouped(pairs: Iterator[tuple[str, Resource]]) -> dict[str, list[Resource]]:
    grouped: dict[str, list[Resource]] = {}
    for key, model in pairs:
        grouped.setdefault(key, []).append(model)
    return grouped
