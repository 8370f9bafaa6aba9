"""CycloneDX bills of materials: their machine-learning models, with the model card that a component may carry."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from scanner.core.location import Location
from scanner.core.resource import SourceFile
from scanner.core.secrets import secret_values
from scanner.core.values import AttributePath
from scanner.parsers.model.draft import Draft, Manifest, nearest, problem
from scanner.parsers.model.facts import STATEMENTS, version_of
from scanner.yaml_source import SourceError, load_documents

_MODEL = "machine-learning-model"
_HEADER = re.compile(rb'"bomFormat"\s*:\s*"CycloneDX"')
_HUB = re.compile(r"pkg:huggingface/([^@?#]+)(?:@([^?#]+))?")
_ALGORITHMS = {"SHA-256": "sha256", "SHA-512": "sha512"}
_PROPERTY_PREFIX = "releasegate:"

Component = tuple[dict[str, Any], AttributePath]


def claims_bom(path: str, head: bytes) -> bool:
    """Whether this is a CycloneDX document; that it holds models is known only when it is read."""
    return path.lower().endswith(".json") and _HEADER.search(head) is not None


def read_bom(file: SourceFile) -> Manifest:
    """Every model of the bill of materials; one that lists software only holds none, which is no error."""
    try:
        documents = load_documents(file.text, file.path)
    except SourceError as error:
        return Manifest((), (problem(error.message, error.location),))
    document = documents[0] if len(documents) == 1 else None
    if document is None or not isinstance(document.value, dict):
        return Manifest((), (problem("not one JSON object, which CycloneDX asks for", Location(file.path, 1)),))
    bom: dict[str, Any] = document.value
    components, misshapen = _components(bom)
    notifications = [
        problem("components must be a list of objects", nearest(document.locations, path, document.location))
        for path in misshapen
    ]
    models = [each for each in components if each[0].get("type") == _MODEL]
    data = [each for each in components if each[0].get("type") == "data"]
    by_reference = {str(each["bom-ref"]): (each, at) for each, at in components if "bom-ref" in each}
    drafts = []
    for component, at in models:
        draft = Draft(file.path, "ml-bom", document.locations.get(at, document.location), document.locations)
        _read_component(draft, component, at)
        card = component.get("modelCard")
        _read_card(draft, card if isinstance(card, dict) else {}, (*at, "modelCard"))
        _read_datasets(draft, (component, at), by_reference, data if len(models) == 1 else [])
        notifications.extend(draft.notifications)
        drafts.append(draft)
    return Manifest(tuple(drafts), tuple(notifications), secret_values(bom))


def _components(bom: Mapping[str, Any]) -> tuple[list[Component], list[AttributePath]]:
    """Every component, also inside others, each once; and where a list of components is none."""
    found: list[Component] = []
    misshapen: list[AttributePath] = []
    references: set[str] = set()
    metadata = bom.get("metadata")
    first = metadata.get("component") if isinstance(metadata, dict) else None
    waiting: list[tuple[Any, AttributePath]] = [(bom.get("components"), ("components",))]
    if first is not None:
        waiting.append(([first], ("metadata", "component")))
    while waiting:
        listed, at = waiting.pop()
        if listed is None:
            continue
        if not isinstance(listed, list):
            misshapen.append(at)
            continue
        for index, component in enumerate(listed):
            path = at if at == ("metadata", "component") else (*at, index)
            if not isinstance(component, dict):
                misshapen.append(path)
                continue
            reference = component.get("bom-ref")
            if isinstance(reference, str) and reference in references:
                continue
            references.update([reference] if isinstance(reference, str) else [])
            found.append((component, path))
            waiting.append((component.get("components"), (*path, "components")))
    return found, misshapen


def _read_component(draft: Draft, component: Mapping[str, Any], at: AttributePath) -> None:
    if isinstance(component.get("name"), str) and component["name"]:
        draft.put(("name",), component["name"], (*at, "name"))
    else:
        draft.error("a machine-learning model without a name; CycloneDX asks for one", at)
    draft.put(("version",), version_of(component.get("version")), (*at, "version"))
    digest, where = _digest(component, at)
    draft.put(("digest",), digest, where)
    _read_files(draft, component, at)
    hub = _HUB.match(str(component.get("purl", "")))
    if hub:
        draft.put(("uri",), f"hf://{hub[1]}" + (f":{hub[2]}" if hub[2] else ""), (*at, "purl"))
    if not draft.artifacts and "uri" in draft.attributes:
        draft.add_artifact({"uri": draft.attributes["uri"], "digest": digest}, at)
    _read_license(draft, component, at)
    _read_owner(draft, component, at)
    pedigree = component.get("pedigree")
    ancestors = pedigree.get("ancestors") if isinstance(pedigree, dict) else None
    _read_base_model(draft, list(_objects(ancestors, (*at, "pedigree", "ancestors"))))
    _read_properties(draft, component, at)


def _read_base_model(draft: Draft, ancestors: Sequence[Component]) -> None:
    shapes = []
    for index, (base, path) in enumerate(ancestors):
        prefix: AttributePath = ("base_model",) if len(ancestors) == 1 else ("base_model", index)
        origins = {prefix: path, (*prefix, "name"): (*path, "name"), (*prefix, "revision"): (*path, "version")}
        draft.origins.update(origins)
        shapes.append({"name": _text(base.get("name")), "revision": _text(base.get("version"))})
    if ancestors:
        draft.put(("base_model",), shapes[0] if len(shapes) == 1 else shapes, ancestors[0][1])


def _read_files(draft: Draft, component: Mapping[str, Any], at: AttributePath) -> None:
    """The places from which the model is distributed, and the files listed inside it."""
    for reference, path in _objects(component.get("externalReferences"), (*at, "externalReferences")):
        if reference.get("type") == "distribution" and isinstance(reference.get("url"), str):
            draft.put(("uri",), reference["url"], (*path, "url"))
            draft.add_artifact({"uri": reference["url"], "digest": _digest(reference, path)[0]}, path)
    for part, path in _objects(component.get("components"), (*at, "components")):
        if part.get("type") == "file" and isinstance(part.get("name"), str):
            draft.add_artifact({"path": part["name"], "digest": _digest(part, path)[0]}, path)


def _read_license(draft: Draft, component: Mapping[str, Any], at: AttributePath) -> None:
    names = []
    for choice, _ in _objects(component.get("licenses"), ()):
        license_ = choice.get("license")
        inner = license_.get("id") or license_.get("name") if isinstance(license_, dict) else choice.get("expression")
        if isinstance(inner, str):
            names.append(inner)
    draft.put(("license",), names[0] if len(names) == 1 else names, (*at, "licenses"))


def _read_owner(draft: Draft, component: Mapping[str, Any], at: AttributePath) -> None:
    for role in ("manufacturer", "supplier"):
        entity = component.get(role)
        if not isinstance(entity, dict):
            continue
        for contact, path in _objects(entity.get("contact"), (*at, role, "contact")):
            draft.put(("owner", "name"), _text(contact.get("name")), (*path, "name"))
            draft.put(("owner", "email"), _text(contact.get("email")), (*path, "email"))
        draft.put(("owner", "name"), _text(entity.get("name")), (*at, role, "name"))


def _read_properties(draft: Draft, holder: Mapping[str, Any], at: AttributePath) -> None:
    """`{"name": "releasegate:eu_ai_act.role", "value": "provider"}` is a statement of the organisation."""
    for entry, path in _objects(holder.get("properties"), (*at, "properties")):
        name, value = str(entry.get("name", "")), entry.get("value")
        if name.startswith(_PROPERTY_PREFIX) and isinstance(value, str):
            steps = tuple(name.removeprefix(_PROPERTY_PREFIX).split("."))
            if len(steps) > 1 and steps[0] in ("owner", *STATEMENTS):
                draft.put(steps, {"true": True, "false": False}.get(value, value), (*path, "value"))
            else:
                draft.error(f"{name[:60]} is no statement of a model release such as releasegate:owner.email", path)


def _read_card(draft: Draft, card: Mapping[str, Any], at: AttributePath) -> None:
    parameters = card.get("modelParameters")
    if isinstance(parameters, dict) and isinstance(parameters.get("task"), str):
        draft.put(("task",), parameters["task"], (*at, "modelParameters", "task"))
    analysis = card.get("quantitativeAnalysis")
    measured = analysis.get("performanceMetrics") if isinstance(analysis, dict) else None
    metrics = list(_objects(measured, (*at, "quantitativeAnalysis", "performanceMetrics")))
    shown = [{key: metric[key] for key in ("type", "value", "slice") if key in metric} for metric, _ in metrics]
    draft.put(("metrics",), shown, (*at, "quantitativeAnalysis", "performanceMetrics"))
    draft.origins.update({("metrics", index): path for index, (_, path) in enumerate(metrics)})
    considerations = card.get("considerations")
    if isinstance(considerations, dict):
        where = (*at, "considerations")
        for name, key in (("intended_use", "useCases"), ("limitations", "technicalLimitations")):
            lines = considerations.get(key)
            texts = [line for line in (lines if isinstance(lines, list) else []) if isinstance(line, str)]
            draft.put((name,), "\n".join(texts).strip(), (*where, key))
        assessed = _objects(considerations.get("fairnessAssessments"), ())
        groups = [entry["groupAtRisk"] for entry, _ in assessed if isinstance(entry.get("groupAtRisk"), str)]
        draft.put(("fairness",), {"groups": groups} if groups else None, (*where, "fairnessAssessments"))
    _read_properties(draft, card, at)


def _read_datasets(
    draft: Draft, model: Component, by_reference: Mapping[str, Component], others: Sequence[Component]
) -> None:
    """The data sets the model card names or refers to; in a document about one model, all of the document's."""
    component, at = model
    card = component.get("modelCard")
    parameters = card.get("modelParameters") if isinstance(card, dict) else None
    listed = parameters.get("datasets") if isinstance(parameters, dict) else None
    found: list[Component] = []
    for entry, path in _objects(listed, (*at, "modelCard", "modelParameters", "datasets")):
        found.append(
            by_reference.get(entry["ref"], (entry, path)) if isinstance(entry.get("ref"), str) else (entry, path)
        )
    seen = {path for _, path in found}
    datasets: list[dict[str, Any]] = []
    for entry, path in [*found, *(other for other in others if other[1] not in seen)]:
        inner = [(entry, path), *_objects(entry.get("data"), (*path, "data"))]
        kept = next(((each, where) for each, where in inner if isinstance(each.get("classification"), str)), None)
        dataset = {"name": _text(entry.get("name")) or _text(entry.get("ref")), "revision": _text(entry.get("version"))}
        if kept:
            dataset["classification"] = kept[0]["classification"]
            draft.origins[("datasets", len(datasets), "classification")] = (*kept[1], "classification")
        draft.origins[("datasets", len(datasets))] = path
        draft.origins[("datasets", len(datasets), "revision")] = (*path, "version")
        datasets.append(dataset)
    draft.put(("datasets",), datasets, at)


def _digest(holder: Mapping[str, Any], at: AttributePath) -> tuple[str | None, AttributePath]:
    """The strongest usual digest among the hashes, and where it is written."""
    found = {
        entry["alg"]: (f"{_ALGORITHMS[entry['alg']]}:{entry['content'].lower()}", (*path, "content"))
        for entry, path in _objects(holder.get("hashes"), (*at, "hashes"))
        if str(entry.get("alg")) in _ALGORITHMS and isinstance(entry.get("content"), str)
    }
    return next((found[name] for name in _ALGORITHMS if name in found), (None, at))


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) else None


def _objects(value: Any, at: AttributePath) -> Iterator[Component]:
    """The objects in a list, each with its path."""
    for index, entry in enumerate(value if isinstance(value, list) else ()):
        if isinstance(entry, dict):
            yield entry, (*at, index)
