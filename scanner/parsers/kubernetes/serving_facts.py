"""The attributes that say how workloads and containers serve: options, downloads, accelerators, scaling and traffic."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from scanner.core.values import AttributePath, Unresolved
from scanner.parsers.kubernetes.accelerators import gpus, resource_claims
from scanner.parsers.kubernetes.arguments import Word
from scanner.parsers.kubernetes.downloads import downloads
from scanner.parsers.kubernetes.ray_serve import serve_options
from scanner.parsers.kubernetes.reading import at, image, word
from scanner.parsers.kubernetes.scaling import autoscaling
from scanner.parsers.kubernetes.serving import FRAMEWORKS
from scanner.parsers.kubernetes.serving_options import ARGUMENT, FILE, VARIABLE, Launch
from scanner.parsers.kubernetes.storage_uris import parse_storage
from scanner.parsers.kubernetes.traffic import traffic

Fact = tuple[str, Any, Mapping[AttributePath, AttributePath]]
"""An attribute, its value, and the places of its parts."""


def container_facts(
    body: Mapping[str, Any], words: Sequence[tuple[Word, AttributePath]], launch: Launch | None
) -> Iterator[Fact]:
    """The facts of a container, with places as paths that start at it; `launch` is None for one that does not serve."""
    yield from _present("gpus", *gpus(body))
    claims = resource_claims(body)
    if claims:
        yield "resource_claims", claims, {("resource_claims",): ("resources", "claims")}
    yield from _present("downloads", *downloads(words, None if "command" in body else _repository(body)))
    settings = launch.settings if launch is not None else {}
    if not settings:
        return
    routes: dict[AttributePath, AttributePath] = {}
    for name, setting in settings.items():
        if setting.place is not None:
            routes["serving_options", name] = routes["serving_option_sources", name] = setting.place
    yield "serving_options", {name: setting.value for name, setting in settings.items()}, routes
    sources = {
        name: {"by": setting.by, "name": setting.name} if setting.name else {"by": setting.by}
        for name, setting in settings.items()
    }
    yield "serving_option_sources", sources, {}


def workload_facts(
    type_: str, body: Mapping[str, Any], component: str, spec: AttributePath, pod: AttributePath
) -> Iterator[Fact]:
    """The facts of a workload, with places as paths in its object."""
    yield from _present("autoscaling", *autoscaling(type_, body, component, spec, pod))
    if component.partition("-")[0] not in ("transformer", "explainer"):
        yield from _present("traffic", *traffic(type_, body))
    if type_ == "RayService" and component == "head":
        options = serve_options(at(body, "spec", "serveConfigV2"))
        if options is not None:
            yield "serving_options", options, {("serving_options",): ("spec", "serveConfigV2")}


def storage_fact(
    attributes: Mapping[str, Any],
    written: Mapping[AttributePath, AttributePath],
    launches: Sequence[tuple[AttributePath, Launch]],
    more: Iterable[tuple[Any, AttributePath]] = (),
) -> Iterator[Fact]:
    """`storage`: every place that the workload's models come from, by its manifest or by its servers' options.

    `written` are the places of the attributes, `more` URIs that are none of them.
    """
    found: list[dict[str, Any]] = []
    routes: dict[AttributePath, AttributePath] = {}

    def put(uri: Any, place: AttributePath | None, revision: Any = None) -> None:
        parts = parse_storage(uri, revision)
        if parts and parts not in found:
            if place is not None:
                routes["storage", len(found)] = place
            found.append(parts)

    uris, holder = attributes.get("storage_uris"), written.get(("storage_uris",))
    for index, uri in enumerate(uris if isinstance(uris, list) else ()):
        put(uri, None if holder is None else (*holder, index))
    if attributes.get("storage_uri") is not None:
        put(attributes["storage_uri"], written.get(("storage_uri",)))
    for uri, place in more:
        put(uri, place)
    for path, launch in launches:
        settings = launch.settings
        revision = settings["revision"].value if "revision" in settings else None
        for name in ("model", "model_repository"):
            setting = settings.get(name)
            if setting is None or setting.by not in (ARGUMENT, VARIABLE, FILE) or setting.place is None:
                continue
            for value in setting.value if isinstance(setting.value, list) else [setting.value]:
                put(value, (*path, *setting.place), revision if name == "model" else None)
    yield from _present("storage", found, routes)


def runtime_of_options(detected: str | None, type_: str, model_format: Any, has_image: bool) -> str | None:
    """Whose options a serving container takes, None where only its operator is known.

    `detected` is what its command or image say. Without an image it is what KServe runs for the format of the model.
    """
    if detected is not None or has_image:
        return detected
    if type_.startswith("LLMInferenceService"):
        return "vllm"
    return FRAMEWORKS.get(model_format) if isinstance(model_format, str) else None


def cause_of(unknown: Unresolved | None) -> str | None:
    """Why something is not known."""
    return unknown.reason if unknown is not None else None


def _repository(body: Mapping[str, Any]) -> str | None:
    found = image(word(body.get("image")) or "").get("repository")
    return found if isinstance(found, str) else None


def _present(name: str, value: Any, routes: Mapping[AttributePath, AttributePath]) -> Iterator[Fact]:
    if value:
        yield name, value, routes
