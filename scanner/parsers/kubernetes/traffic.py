"""How an object divides its requests between versions: canaries, tagged revisions, the steps of a rollout."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from scanner.core.values import AttributePath
from scanner.parsers.kubernetes.reading import at, elements, mapping, word

_EVERYTHING = 100


@dataclass(frozen=True)
class Share:
    """What one version gets: `place` is where its percentage is written, or what stands for it."""

    target: str
    percent: Any
    place: AttributePath


def shares(type_: str, body: Mapping[str, Any]) -> list[Share]:
    """The split of an object, empty where it has none. The steps of a rollout come one after the other."""
    finders = {
        "InferenceService": _kserve,
        "SeldonDeployment": _seldon,
        "KnativeService": _knative,
        "Route.serving.knative.dev": _knative,
        "Rollout": _rollout,
    }
    return list(finders[type_](body)) if type_ in finders else []


def traffic(type_: str, body: Mapping[str, Any]) -> tuple[list[dict[str, Any]], dict[AttributePath, AttributePath]]:
    """The attribute `[{target, percent}]`, and where each element is written."""
    found = shares(type_, body)
    routes: dict[AttributePath, AttributePath] = {("traffic", i): share.place for i, share in enumerate(found)}
    return [{"target": share.target, "percent": share.percent} for share in found], routes


def refusals(type_: str, body: Mapping[str, Any]) -> Iterator[tuple[str, AttributePath]]:
    """Why the platform refuses the split, and where: its own admission checks these sums."""
    found = shares(type_, body)
    if not found or not all(isinstance(share.percent, int) for share in found):
        return
    total = sum(share.percent for share in found)
    place = found[0].place
    if type_ in ("KnativeService", "Route.serving.knative.dev") and total != _EVERYTHING:
        yield f"the traffic targets sum to {total} and Knative wants 100", ("spec", "traffic")
    elif type_ == "SeldonDeployment" and (total != _EVERYTHING if len(found) > 1 else 0 < total < _EVERYTHING):
        yield f"the traffic of the predictors sums to {total} and Seldon wants 100", place
    elif type_ in ("InferenceService", "Rollout"):
        for share in found:
            if not 0 <= share.percent <= _EVERYTHING:
                yield f"{share.percent} is no percentage, so that the object is refused", share.place
                return


def _kserve(body: Mapping[str, Any]) -> Iterator[Share]:
    place: AttributePath = ("spec", "predictor", "canaryTrafficPercent")
    percent = at(body, *place)
    if percent is not None:
        yield Share("latest", percent, place)
        yield Share("previous", _rest(percent), place)
        return
    canaries = [
        Share(
            word(at(each, "predictor", "name")) or str(index),
            at(each, "trafficPercent") or 0,
            ("spec", "canary", index, "trafficPercent")
            if at(each, "trafficPercent") is not None
            else ("spec", "canary", index),
        )
        for index, each in enumerate(elements(at(body, "spec", "canary")))
    ]
    if canaries:
        numbers = [each.percent for each in canaries]
        known = all(isinstance(each, int) for each in numbers)
        name = word(at(body, "spec", "predictor", "name")) or "predictor"
        yield Share(name, _EVERYTHING - sum(numbers) if known else None, ("spec", "predictor"))
        yield from canaries
    old: AttributePath = ("spec", "canaryTrafficPercent")
    if isinstance(at(body, "spec", "canary"), Mapping) and at(body, *old) is not None:
        yield Share("default", _rest(at(body, *old)), old)
        yield Share("canary", at(body, *old), old)


def _rest(percent: Any) -> Any:
    return _EVERYTHING - percent if isinstance(percent, int) and not isinstance(percent, bool) else percent


def _seldon(body: Mapping[str, Any]) -> Iterator[Share]:
    predictors = elements(at(body, "spec", "predictors"))
    splitting = [(index, each) for index, each in enumerate(predictors) if at(each, "shadow") is not True]
    if not any(at(each, "traffic") is not None for _, each in splitting):
        return
    for index, each in splitting:
        written = at(each, "traffic")
        holder: AttributePath = ("spec", "predictors", index)
        place = holder if written is None else (*holder, "traffic")
        yield Share(word(at(each, "name")) or str(index), 0 if written is None else written, place)


def _knative(body: Mapping[str, Any]) -> Iterator[Share]:
    for index, each in enumerate(elements(at(body, "spec", "traffic"))):
        revision = word(at(each, "revisionName"))
        target = revision or ("latest" if at(each, "latestRevision") is not False else "")
        written = at(each, "percent")
        holder: AttributePath = ("spec", "traffic", index)
        tag = word(at(each, "tag"))
        yield Share(
            target or tag or "", 0 if written is None else written, holder if written is None else (*holder, "percent")
        )


def _rollout(body: Mapping[str, Any]) -> Iterator[Share]:
    strategy = mapping(at(body, "spec", "strategy"))
    steps: AttributePath = ("spec", "strategy", "canary", "steps")
    for index, each in enumerate(elements(at(body, *steps))):
        weight = at(each, "setWeight")
        if weight is not None:
            yield Share("canary", weight, (*steps, index, "setWeight"))
    colours = mapping(strategy.get("blueGreen"))
    for key, percent in (("activeService", _EVERYTHING), ("previewService", 0)):
        name = word(colours.get(key))
        if name:
            yield Share(name, percent, ("spec", "strategy", "blueGreen", key))
