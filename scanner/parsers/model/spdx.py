"""SPDX 3 documents: the models of the AI profile, and the data sets, agents and licences that belong to them."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from scanner.core.notification import Notification
from scanner.core.resource import SourceFile
from scanner.core.secrets import secret_values
from scanner.core.values import AttributePath
from scanner.parsers.model.documents import one_mapping, written_twice
from scanner.parsers.model.draft import Draft, Manifest
from scanner.parsers.model.facts import version_of
from scanner.parsers.model.reading import entries
from scanner.yaml_source import Document

_HEADER = re.compile(rb"https?:(?:\\?/){2}spdx\.org(?:\\?/)rdf(?:\\?/)3\.[\d.]+")
_MODEL, _DATASET = "aipackage", "datasetpackage"
_NOTHING = ("noassertion", "none", "")
_WANTED = (
    "suppliedBy",
    "releaseTime",
    "software_downloadLocation",
    "software_packageVersion",
    "software_primaryPurpose",
)
_ALGORITHMS = ("sha256", "sha512", "sha384", "sha3_256", "sha3_512", "blake3", "blake2b256")
_TEXTS = (
    ("intended_use", "ai_informationAboutApplication"),
    ("limitations", "ai_limitation"),
    ("training", "ai_informationAboutTraining"),
    ("safety_risk", "ai_safetyRiskAssessment"),
    ("autonomy", "ai_autonomyType"),
    ("release_time", "releaseTime"),
)
_LISTS = (("domains", "ai_domain"), ("architecture", "ai_typeOfModel"), ("standards", "ai_standardCompliance"))

Element = tuple[Mapping[str, Any], AttributePath]


@dataclass
class _Graph:
    """The elements of one document by their id, and what relationships lead from each to which."""

    elements: dict[str, Element] = field(default_factory=dict)
    models: list[Element] = field(default_factory=list)
    related: dict[tuple[str, str], list[str]] = field(default_factory=dict)

    def to(self, source: str, *kinds: str) -> Iterator[tuple[str, Element]]:
        """The elements that relationships of these kinds lead to, each with the kind."""
        for kind in kinds:
            for identity in self.related.get((source, kind), ()):
                yield kind, self.elements.get(identity, ({"name": identity}, ()))


def claims_spdx(path: str, head: bytes) -> bool:
    """Whether this is an SPDX 3 document in JSON-LD; that it holds models is known only when it is read."""
    return path.lower().endswith((".json", ".jsonld")) and b'"@context"' in head and _HEADER.search(head) is not None


def read_spdx(file: SourceFile) -> Manifest:
    """Every model of the document but those that others descend from; one about software only holds none."""
    document = one_mapping(file, "not one JSON object, which SPDX asks for")
    if isinstance(document, Notification):
        return Manifest((), (document,))
    graph = _graph(document.value)
    if not graph.models:
        return Manifest((), (), secret_values(document.value))
    notifications = written_twice(document)
    bases = {target for (_, kind), targets in graph.related.items() if kind == "descendantOf" for target in targets}
    drafts = [_draft(file, document, each, graph) for each in graph.models if _identity(each[0]) not in bases]
    for draft in drafts:
        notifications += draft.notifications
    return Manifest(tuple(drafts), tuple(notifications), secret_values(document.value))


def _graph(value: Mapping[str, Any]) -> _Graph:
    listed = value.get("@graph")
    entries = enumerate(listed) if isinstance(listed, list) else [(None, value)]
    graph = _Graph()
    relationships: list[Mapping[str, Any]] = []
    for index, entry in entries:
        if not isinstance(entry, dict):
            continue
        at: AttributePath = () if index is None else ("@graph", index)
        kind = _type(entry)
        if identity := _identity(entry):
            graph.elements[identity] = (entry, at)
        if kind == _MODEL:
            graph.models.append((entry, at))
        elif kind.endswith("relationship"):
            relationships.append(entry)
    for each in relationships:
        kind, source = _word(each.get("relationshipType")), _reference(each.get("from"))
        targets = each.get("to") if isinstance(each.get("to"), list) else [each.get("to")]
        for target in filter(None, map(_reference, targets or ())):
            graph.related.setdefault((source, kind), []).append(target)
            if kind == "ancestorOf":  # says of the target what the other one says of the source
                graph.related.setdefault((target, "descendantOf"), []).append(source)
    return graph


def _draft(file: SourceFile, document: Document, model: Element, graph: _Graph) -> Draft:
    element, at = model
    draft = Draft(file.path, "spdx", document.locations.get(at, document.location), document.locations)
    name = _text(element.get("name"))
    if name:
        draft.put(("name",), name, (*at, "name"))
    else:
        draft.error("an AI package without a name; the AI profile asks for one", at)
    draft.put(("version",), version_of(_text(element.get("software_packageVersion"))), (*at, "software_packageVersion"))
    draft.put(("uri",), _text(element.get("software_downloadLocation")), (*at, "software_downloadLocation"))
    digest, digest_at = _digest(element, at)
    draft.put(("digest",), digest, digest_at)
    for key, written in _TEXTS:
        draft.put((key,), _text(element.get(written)), (*at, written))
    for key, written in _LISTS:
        draft.put((key,), _texts(element.get(written)), (*at, written))
    method = ", ".join(_texts(element.get("ai_modelExplainability")))
    draft.put(("explainability", "method"), method, (*at, "ai_modelExplainability"))
    if _word(element.get("ai_useSensitivePersonalInformation")) == "yes":
        draft.put(("data", "personal_data"), True, (*at, "ai_useSensitivePersonalInformation"))
    draft.put(("metrics",), list(_metrics(element)), (*at, "ai_metric"))
    _read_supplier(draft, element, at, graph)
    _read_related(draft, _identity(element), graph)
    missing = [key for key in ("name", *_WANTED) if not element.get(key)]
    draft.attributes["schema_errors"] = [{"path": key, "message": "is missing"} for key in missing]
    draft.origins.update({("schema_errors", index): at for index in range(len(missing))})
    return draft


def _read_related(draft: Draft, identity: str, graph: _Graph) -> None:
    licenses = []
    for _, (element, at) in graph.to(identity, "hasDeclaredLicense", "hasConcludedLicense"):
        named = _text(element.get("simplelicensing_licenseExpression")) or _text(element.get("name"))
        if named and named not in licenses:
            licenses.append(named)
            draft.origins.setdefault(("license",), at)
    draft.put(("license",), licenses[0] if len(licenses) == 1 else licenses, draft.origins.get(("license",), ()))
    datasets: dict[str, dict[str, Any]] = {}
    for kind, (element, at) in graph.to(identity, "trainedOn", "testedOn"):
        key = _identity(element) or str(element.get("name"))
        if key not in datasets:
            prefix: AttributePath = ("datasets", len(datasets))
            draft.origins.update({prefix: at, (*prefix, "revision"): (*at, "software_packageVersion")})
            datasets[key] = {**_package(element, at), "use": []}
        datasets[key]["use"].append("training" if kind == "trainedOn" else "test")
    draft.put(("datasets",), list(datasets.values()), draft.origins.get(("datasets", 0), ()))
    bases = [_package(element, at) for _, (element, at) in graph.to(identity, "descendantOf")]
    places = [at for _, (_, at) in graph.to(identity, "descendantOf")]
    if bases:
        draft.put(("base_model",), bases[0] if len(bases) == 1 else bases, places[0])
    for _, (element, at) in graph.to(identity, "hasDistributionArtifact", "contains", "serializedInArtifact"):
        digest, _ = _digest(element, at)
        where = _text(element.get("software_downloadLocation"))
        if where:
            draft.add_artifact({"uri": where, "digest": digest}, at)
        elif _type(element) == "file" and _text(element.get("name")):
            draft.add_artifact({"path": element["name"], "digest": digest}, at)


def _package(element: Mapping[str, Any], at: AttributePath) -> dict[str, Any]:
    said = {
        "name": _text(element.get("name")),
        "revision": _text(element.get("software_packageVersion")),
        "digest": _digest(element, at)[0],
        "uri": _text(element.get("software_downloadLocation")),
        "confidentiality": _word(element.get("dataset_confidentialityLevel")) or None,
        "sensitive_personal_data": _word(element.get("dataset_hasSensitivePersonalInformation")) or None,
        "known_bias": _texts(element.get("dataset_knownBias")) or None,
    }
    return {key: value for key, value in said.items() if value is not None}


def _read_supplier(draft: Draft, element: Mapping[str, Any], at: AttributePath, graph: _Graph) -> None:
    agent, place = graph.elements.get(_reference(element.get("suppliedBy")), ({}, at))
    draft.put(("owner", "name"), _text(agent.get("name")), (*place, "name"))
    for each, _ in entries(agent.get("externalIdentifier")):
        if _word(each.get("externalIdentifierType")) == "email":
            draft.put(("owner", "email"), _text(each.get("identifier")), (*place, "externalIdentifier"))


def _metrics(element: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    for entry, _ in entries(element.get("ai_metric")):
        yield {"type": _text(entry.get("key")), "value": _text(entry.get("value"))}


def _digest(element: Mapping[str, Any], at: AttributePath) -> tuple[str | None, AttributePath]:
    """The digest that others are most likely to state too, and where it is written."""
    listed = element.get("verifiedUsing")
    found: dict[str, tuple[str, AttributePath]] = {}
    for index, entry in enumerate(listed if isinstance(listed, list) else [listed]):
        if isinstance(entry, dict) and isinstance(entry.get("hashValue"), str):
            algorithm = _word(entry.get("algorithm"))
            value = f"{algorithm.replace('_', '-')}:{entry['hashValue'].strip().lower()}"
            found.setdefault(algorithm, (value, (*at, "verifiedUsing", index, "hashValue")))
    return next((found[name] for name in _ALGORITHMS if name in found), (None, (*at, "verifiedUsing")))


def _type(element: Mapping[str, Any]) -> str:
    """`ai_AIPackage`, `ai:AIPackage` and the IRI of that class are one type: `aipackage`."""
    written = element.get("type", element.get("@type"))
    return _word(written[0] if isinstance(written, list) and written else written).lower()


def _identity(element: Mapping[str, Any]) -> str:
    return _reference(element.get("spdxId") or element.get("@id"))


def _reference(value: Any) -> str:
    """The id that a property refers to, also where the element stands in its place."""
    if isinstance(value, list):
        value = value[0] if value else None
    if isinstance(value, dict):
        value = value.get("spdxId") or value.get("@id")
    return value if isinstance(value, str) else ""


def _word(value: Any) -> str:
    """The last part of a name that may have a prefix or be an IRI."""
    return re.split(r"[/#:]", re.sub(r"^[a-zA-Z]+_(?=[A-Z])", "", value))[-1] if isinstance(value, str) else ""


def _text(value: Any) -> str | None:
    """A text that asserts something: `NOASSERTION` does not, nor does the IRI of that individual."""
    said = value.strip() if isinstance(value, str) else ""
    return None if said.rstrip("/").rpartition("/")[2].lower() in _NOTHING else said


def _texts(value: Any) -> list[str]:
    listed = value if isinstance(value, list) else [value]
    return [each for each in map(_text, listed) if each]
