"""Which objects take their pods from others, and how each kind does it: one table."""

from collections.abc import Callable

from scanner.core.values import AttributePath
from scanner.parsers.kubernetes.assembled import Assembled
from scanner.parsers.kubernetes.catalog import Catalog
from scanner.parsers.kubernetes.language_models import based_on_configurations, configuration
from scanner.parsers.kubernetes.manifests import Manifest
from scanner.parsers.kubernetes.reading import at, elements, word
from scanner.parsers.kubernetes.runtimes import with_runtimes
from scanner.parsers.kubernetes.strategic_merge import merged, retraced, traced, with_value
from scanner.parsers.kubernetes.training import with_training_runtime
from scanner.parsers.kubernetes.workflows import WORKFLOWS, with_pods


def _with_server_config(manifest: Manifest, catalog: Catalog) -> Assembled:
    """A Seldon Server, whose pod spec goes over that of its ServerConfig."""
    name = word(at(manifest.body, "spec", "serverConfig")) or ""
    found = catalog.named("ServerConfig", name, None, manifest)
    base = traced(found.manifest, True).at("spec", "podSpec") if found.manifest is not None else None
    if found.manifest is None or base is None:
        cause = found.cause or "the ServerConfig, which is not part of the release, may set it"
        return Assembled(manifest, {(): cause})
    root = traced(manifest)
    own = root.at("spec", "podSpec")
    root = with_value(root, ("spec", "podSpec"), base if own is None else merged(base, own))
    return Assembled(retraced(manifest, root), {}, {(): (found.manifest.address,)})


def _with_servers(manifest: Manifest, _: Catalog) -> Assembled:
    """A SeldonDeployment, whose predictors run servers of Seldon where they name no containers of their own."""
    predictors = elements(at(manifest.body, "spec", "predictors"))
    cause = "the configuration of Seldon in the cluster may set it"
    open_ends: dict[AttributePath, str] = {
        ("spec", "predictors", index): cause
        for index, predictor in enumerate(predictors)
        if not at(predictor, "componentSpecs")
    }
    return Assembled(manifest, open_ends)


_ASSEMBLERS: dict[str, Callable[[Manifest, Catalog], Assembled]] = {
    "InferenceService": with_runtimes,
    "LLMInferenceService": based_on_configurations,
    "LLMInferenceServiceConfig": configuration,
    "TrainJob": with_training_runtime,
    "SeldonDeployment": _with_servers,
    "Server": _with_server_config,
    **dict.fromkeys(WORKFLOWS, with_pods),
}


def assembled(manifest: Manifest, catalog: Catalog) -> Assembled:
    """The object with what it takes over from templates of the release."""
    assembler = _ASSEMBLERS.get(manifest.type)
    if assembler is None or (manifest.type in WORKFLOWS and manifest.group != "argoproj.io"):
        return Assembled(manifest)
    return assembler(manifest, catalog)
