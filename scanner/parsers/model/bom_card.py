"""The model card of a CycloneDX component: task, metrics, considerations, and the data sets with who governs them."""

from collections.abc import Mapping, Sequence
from typing import Any

from scanner.core.values import AttributePath
from scanner.parsers.model.bom_component import Component, digest_of, licenses, read_properties
from scanner.parsers.model.draft import Draft
from scanner.parsers.model.reading import entries, text, texts

_PARAMETERS = (("task", "task"), ("architecture", "modelArchitecture"), ("architecture", "architectureFamily"))
_LISTS = (
    ("users", "users"),
    ("performance_tradeoffs", "performanceTradeoffs"),
)
_ROLES = ("owners", "stewards", "custodians")


def read_card(draft: Draft, card: Mapping[str, Any], at: AttributePath) -> None:
    """What the card says; what has another type than it must is left out."""
    parameters = card.get("modelParameters")
    if isinstance(parameters, dict):
        for name, key in _PARAMETERS:
            draft.put((name,), text(parameters.get(key)), (*at, "modelParameters", key))
    analysis = card.get("quantitativeAnalysis")
    measured = analysis.get("performanceMetrics") if isinstance(analysis, dict) else None
    metrics = list(entries(measured, (*at, "quantitativeAnalysis", "performanceMetrics")))
    shown = [{key: metric[key] for key in ("type", "value", "slice") if key in metric} for metric, _ in metrics]
    draft.put(("metrics",), shown, (*at, "quantitativeAnalysis", "performanceMetrics"))
    draft.origins.update({("metrics", index): path for index, (_, path) in enumerate(metrics)})
    considerations = card.get("considerations")
    if isinstance(considerations, dict):
        _read_considerations(draft, considerations, (*at, "considerations"))
    read_properties(draft, card, at)


def _read_considerations(draft: Draft, considerations: Mapping[str, Any], at: AttributePath) -> None:
    for name, key in (("intended_use", "useCases"), ("limitations", "technicalLimitations")):
        draft.put((name,), "\n".join(texts(considerations.get(key))).strip(), (*at, key))
    for name, key in _LISTS:
        draft.put((name,), texts(considerations.get(key)), (*at, key))
    risks = [
        {"name": text(risk.get("name")), "mitigation": text(risk.get("mitigationStrategy"))}
        for risk, _ in entries(considerations.get("ethicalConsiderations"), ())
    ]
    draft.put(("ethical_considerations",), risks, (*at, "ethicalConsiderations"))
    assessed = entries(considerations.get("fairnessAssessments"), ())
    groups = [entry["groupAtRisk"] for entry, _ in assessed if isinstance(entry.get("groupAtRisk"), str)]
    draft.put(("fairness",), {"groups": groups} if groups else None, (*at, "fairnessAssessments"))


def read_datasets(
    draft: Draft, model: Component, by_reference: Mapping[str, Component], others: Sequence[Component]
) -> None:
    """The data sets the model card names or refers to; in a document about one model, all of the document's."""
    component, at = model
    card = component.get("modelCard")
    parameters = card.get("modelParameters") if isinstance(card, dict) else None
    listed = parameters.get("datasets") if isinstance(parameters, dict) else None
    found: list[Component] = []
    for entry, path in entries(listed, (*at, "modelCard", "modelParameters", "datasets")):
        found.append(
            by_reference.get(entry["ref"], (entry, path)) if isinstance(entry.get("ref"), str) else (entry, path)
        )
    seen = {path for _, path in found}
    datasets: list[dict[str, Any]] = []
    for each in [*found, *(other for other in others if other[1] not in seen)]:
        datasets.append(_dataset(draft, each, ("datasets", len(datasets))))
    draft.put(("datasets",), datasets, at)


def _dataset(draft: Draft, component: Component, prefix: AttributePath) -> dict[str, Any]:
    """One data set; its contents may be described in `data` below it, and the first that says a thing counts."""
    entry, path = component
    inner = [component, *entries(entry.get("data"), (*path, "data"))]
    digest, digest_at = digest_of(entry, path)
    names = licenses(entry)
    dataset: dict[str, Any] = {
        "name": text(entry.get("name")) or text(entry.get("ref")),
        "revision": text(entry.get("version")),
        "digest": digest,
        "license": names[0] if len(names) == 1 else names or None,
    }
    draft.origins.update({prefix: path, (*prefix, "revision"): (*path, "version"), (*prefix, "digest"): digest_at})
    for each, at in inner:
        contents = each.get("contents")
        said = {
            "classification": (text(each.get("classification")), (*at, "classification")),
            "sensitive": (texts(each.get("sensitiveData")), (*at, "sensitiveData")),
            "uri": (text(contents.get("url")) if isinstance(contents, dict) else None, (*at, "contents", "url")),
            "governance": (_governance(each.get("governance")), (*at, "governance")),
        }
        for key, (value, where) in said.items():
            if value and key not in dataset:
                dataset[key] = value
                draft.origins[(*prefix, key)] = where
    return dataset


def _governance(written: Any) -> dict[str, list[str]]:
    """Who answers for the data, by role; each an organisation or a person, by name."""
    found: dict[str, list[str]] = {}
    for role in _ROLES if isinstance(written, dict) else ():
        for party, _ in entries(written.get(role), ()):
            named = [party[kind] for kind in ("organization", "contact") if isinstance(party.get(kind), dict)]
            names = [name for each in named if (name := text(each.get("name")) or text(each.get("email")))]
            found.setdefault(role, []).extend(names[:1])
    return {role: names for role, names in found.items() if names}
