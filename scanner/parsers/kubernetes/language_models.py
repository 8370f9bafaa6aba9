"""LLMInferenceServices with the configurations that they are based on."""

from collections.abc import Iterator, Mapping
from typing import Any

from scanner.core.values import AttributePath
from scanner.parsers.kubernetes.assembled import Assembled
from scanner.parsers.kubernetes.catalog import Catalog, Lookup
from scanner.parsers.kubernetes.manifests import Manifest
from scanner.parsers.kubernetes.placeholders import of_language_model
from scanner.parsers.kubernetes.reading import at, elements, mapping, word
from scanner.parsers.kubernetes.strategic_merge import Traced, merged, retraced, rewritten, traced, with_value

_KIND = "LLMInferenceServiceConfig"
_SYSTEM_NAMESPACE = "kserve"
_WELL_KNOWN = "kserve-config-llm-"
_OPEN = "an LLMInferenceServiceConfig of the cluster may set it"


def based_on_configurations(manifest: Manifest, catalog: Catalog) -> Assembled:
    """The service over its `baseRefs`, the later over the earlier, and those over the defaults of KServe."""
    names = [word(at(each, "name")) or "" for each in elements(at(manifest.body, "spec", "baseRefs"))]
    bases = [(name, _found(name, manifest, catalog)) for name in names]
    missing = next((_cause(name, found) for name, found in bases if found.manifest is None), "")
    chosen = [found.manifest for _, found in bases if found.manifest is not None]
    together = _merged(manifest, chosen)
    defaults = [_found(name, manifest, catalog) for name in _defaults(mapping(at(together.value, "spec")))]
    well_known = [found.manifest for found in defaults if found.manifest is not None]
    if well_known:
        chosen = [*well_known, *chosen]
        together = _merged(manifest, chosen)
    if not missing and len(well_known) < len(defaults):
        missing = next((each.cause for each in defaults if each.manifest is None and each.cause), _OPEN)
    open_ends: dict[AttributePath, str] = {(): missing} if missing else {}
    if not chosen:
        return Assembled(manifest, open_ends)
    together = rewritten(together, of_language_model(manifest))
    return Assembled(retraced(manifest, together), open_ends, {(): tuple(each.address for each in chosen)})


def configuration(manifest: Manifest, _: Catalog) -> Assembled:
    """A configuration by itself: others, and the service, go on top of it."""
    return Assembled(manifest, {(): _OPEN})


def _merged(manifest: Manifest, bases: list[Manifest]) -> Traced:
    root = traced(manifest)
    specs = [spec for base in bases if (spec := traced(base, True).part("spec")) is not None]
    own = root.part("spec")
    if not specs:
        return root
    together = specs[0]
    for spec in (*specs[1:], *([own] if own is not None else [])):
        together = merged(together, spec)
    return with_value(root, ("spec",), together)


def _found(name: str, manifest: Manifest, catalog: Catalog) -> Lookup:
    """In the namespace of the service, else in that of KServe, which may be called otherwise."""
    for namespace in (manifest.namespace, _SYSTEM_NAMESPACE, None):
        found = catalog.named(_KIND, name, namespace, manifest)
        if found.manifest is not None or found.cause:
            return found
    return Lookup()


def _cause(name: str, found: Lookup) -> str:
    return found.cause or f"the {_KIND} {name}, which is not part of the release, may set it"


def _defaults(spec: Mapping[str, Any]) -> Iterator[str]:
    """The names of the configurations that KServe puts below everything, by the shape of the service."""
    prefill = spec.get("prefill")
    if isinstance(prefill, Mapping):
        yield _WELL_KNOWN + _default(prefill, "prefill-")
        yield _WELL_KNOWN + _default(spec, "decode-")
    else:
        yield _WELL_KNOWN + _default(spec, "")
    if isinstance(at(spec, "router", "scheduler"), Mapping):
        yield f"{_WELL_KNOWN}scheduler"


def _default(spec: Mapping[str, Any], role: str) -> str:
    if not isinstance(spec.get("worker"), Mapping):
        return f"{role}template"
    parallelism = mapping(spec.get("parallelism"))
    by_data = any(parallelism.get(name) for name in ("data", "dataLocal", "dataRPCPort"))
    return f"{role}worker-{'data' if by_data else 'pipeline'}-parallel"
