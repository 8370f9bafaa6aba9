"""Components of the inventory: a model with its card and files, and the data sets that it names."""

import re
from collections.abc import Iterator, Mapping, Sequence
from posixpath import basename
from typing import Any

from scanner.core.resource import Resource
from scanner.reports.inventory.assets import Asset, known

_HASHES = {"sha256": ("SHA-256", 64), "sha512": ("SHA-512", 128), "md5": ("MD5", 32)}
_HUB = re.compile(r"hf://(?P<name>[^/:@]+/[^/:@]+)(?:[:@](?P<revision>[^/]+))?/?")
_STATEMENTS = (
    ("data", "classification"),
    ("deployment", "environment"),
    ("deployment", "pattern"),
    ("eu_ai_act", "role"),
    ("eu_ai_act", "risk_class"),
    ("eu_ai_act", "annex_iii"),
    ("privacy", "ropa_ref"),
    ("privacy", "dpia_ref"),
    ("approval", "by"),
    ("approval", "ticket"),
    ("approval", "date"),
)
"""Written as `releasegate:` properties, which the reader of bills of materials understands."""


class References:
    """The `bom-ref` of every asset: readable, and unique in the document."""

    def __init__(self) -> None:
        self._by_key: dict[str, str] = {}
        self._taken: set[str] = set()

    def of(self, key: str, wanted: str) -> str:
        """The reference of the asset `key`, which is `wanted` if nobody has that yet."""
        if key not in self._by_key:
            name, number = wanted, 2
            while name in self._taken:
                name, number = f"{wanted}#{number}", number + 1
            self._taken.add(name)
            self._by_key[key] = name
        return self._by_key[key]

    def to(self, key: str) -> str:
        """The reference that the asset `key` has got."""
        return self._by_key[key]


def model_component(asset: Asset, references: References) -> dict[str, Any]:
    """A `machine-learning-model` with everything that its manifests say."""
    name = str(asset.fact("name") or basename(asset.leading.location.path.rpartition("/")[0]) or "model")
    version = asset.fact("version")
    reference = references.of(asset.leading.key, f"model:{name}" + (f"@{version}" if version else ""))
    uri = asset.fact("uri")
    component: dict[str, Any] = {
        "type": "machine-learning-model",
        "bom-ref": reference,
        "manufacturer": _owner(asset.fact("owner")),
        "name": name,
        "version": str(version) if version else None,
        "hashes": hashes(asset.fact("digest")),
        "licenses": _licenses(asset.fact("license")),
        "purl": _purl(uri),
        "externalReferences": [{"type": "distribution", "url": uri}] if _is_iri(uri) else None,
        "pedigree": _pedigree(asset.fact("base_model")),
        "components": _files(asset, reference, references),
        "modelCard": _card(asset, references),
        "properties": [*_statements(asset), *written_at(asset.manifests)],
    }
    return without_empty(component)


def dataset_components(assets: Sequence[Asset], references: References) -> list[dict[str, Any]]:
    """Every data set that a model names, once by name and revision."""
    found: dict[str, dict[str, Any]] = {}
    for asset in assets:
        for dataset in datasets_of(asset):
            component = {
                "type": "data",
                "bom-ref": dataset_reference(dataset, references),
                "name": dataset["name"],
                "version": _text(dataset.get("revision")),
                "hashes": hashes(dataset.get("digest")),
                "data": [
                    without_empty(
                        {
                            "type": "dataset",
                            "name": dataset["name"],
                            "classification": _text(dataset.get("classification")),
                        }
                    )
                ],
            }
            found.setdefault(str(component["bom-ref"]), without_empty(component))
    return [found[name] for name in sorted(found)]


def datasets_of(asset: Asset) -> Iterator[Mapping[str, Any]]:
    """The data sets with a name; where manifests say different things of one, the leading manifest's word."""
    seen: set[str] = set()
    for manifest in asset.manifests:
        listed = known(manifest.attributes, "datasets")
        for dataset in listed if isinstance(listed, list) else ():
            name = _text(known(dataset, "name"))
            if name and name not in seen:
                seen.add(name)
                yield {key: value for key, value in dataset.items() if known(dataset, key) is not None}


def dataset_reference(dataset: Mapping[str, Any], references: References) -> str:
    """The same for every model that names this data set at this revision."""
    revision = _text(dataset.get("revision"))
    name = f"dataset:{dataset['name']}" + (f"@{revision}" if revision else "")
    return references.of(name, name)


def file_component(file: Resource, references: References) -> dict[str, Any]:
    """A file of a model as it lies in the repository."""
    path = str(file.attributes["path"])
    facts = {name: file.attributes.get(name) for name in ("format", "size", "pointer")}
    return without_empty(
        {
            "type": "file",
            "bom-ref": references.of(file.key, f"file:{path}"),
            "name": path,
            "hashes": hashes(file.attributes.get("digest")),
            "properties": [said(name, value) for name, value in facts.items() if value is not None],
        }
    )


def hashes(digest: Any) -> list[dict[str, str]] | None:
    """`sha256:…` as CycloneDX writes it, None for what is no such digest."""
    algorithm, _, content = digest.partition(":") if isinstance(digest, str) else ("", "", "")
    name, length = _HASHES.get(algorithm.lower(), ("", 0))
    return (
        [{"alg": name, "content": content.lower()}]
        if re.fullmatch(rf"[0-9a-fA-F]{{{length}}}", content) and name
        else None
    )


def said(name: str, value: Any) -> dict[str, str]:
    """A property of the inventory's own; `releasegate:` ones are statements about a model alone."""
    return {"name": f"inventory:{name}", "value": _word(value)}


def written_at(resources: Sequence[Resource]) -> list[dict[str, str]]:
    """Where each of the resources is written, as properties."""
    return [said("location", f"{each.location.path}:{each.location.start_line}") for each in resources]


def without_empty(component: dict[str, Any]) -> dict[str, Any]:
    """The component without what is not known."""
    return {key: value for key, value in component.items() if value not in (None, "", [], {})}


def _files(asset: Asset, reference: str, references: References) -> list[dict[str, Any]]:
    """The files that are there, and those that are only declared."""
    found = [file_component(file, references) for file in asset.files]
    seen = {component["name"] for component in found}
    digests = {each["content"] for component in found for each in component.get("hashes", ())}
    for artifact in asset.artifacts:
        where = _text(known(artifact.attributes, "path")) or _text(known(artifact.attributes, "uri"))
        digest = hashes(known(artifact.attributes, "digest"))
        is_there = digest is not None and digest[0]["content"] in digests
        if where is None or where in seen or is_there or any(name.endswith(f"/{where}") for name in seen):
            continue
        seen.add(where)
        component = {
            "type": "file",
            "bom-ref": references.of(artifact.key, f"{reference}/{where}"),
            "name": where,
            "hashes": digest,
            "properties": written_at([artifact]),
        }
        found.append(without_empty(component))
    return sorted(found, key=lambda component: str(component["name"]))


def _card(asset: Asset, references: References) -> dict[str, Any]:
    metrics = asset.fact("metrics")
    groups = asset.fact("fairness", "groups")
    named = [{"ref": dataset_reference(dataset, references)} for dataset in datasets_of(asset)]
    card = {
        "modelParameters": without_empty({"task": _text(asset.fact("task")), "datasets": named}),
        "quantitativeAnalysis": {"performanceMetrics": _metrics(metrics)} if _metrics(metrics) else None,
        "considerations": without_empty(
            {
                "useCases": _lines(asset.fact("intended_use")),
                "technicalLimitations": _lines(asset.fact("limitations")),
                "fairnessAssessments": [{"groupAtRisk": group} for group in groups or () if isinstance(group, str)],
            }
        ),
    }
    return without_empty(card)


def _metrics(metrics: Any) -> list[dict[str, str]]:
    return [
        {name: str(value) for name in ("type", "value", "slice") if (value := known(metric, name)) is not None}
        for metric in (metrics if isinstance(metrics, list) else ())
        if known(metric, "type") is not None
    ]


def _lines(text: Any) -> list[str]:
    return [line for each in str(text or "").splitlines() if (line := each.strip().lstrip("-*").strip())]


def _owner(owner: Any) -> dict[str, Any]:
    name, email = _text(known(owner, "name")), _text(known(owner, "email"))
    contact = without_empty({"name": name, "email": email})
    return without_empty({"name": name, "contact": [contact] if email else None})


def _licenses(written: Any) -> list[dict[str, Any]]:
    """By name: whether a word is an SPDX id decides a list that changes, and a wrong id would be invalid."""
    return [{"license": {"name": name}} for name in ([written] if isinstance(written, str) else written or ()) if name]


def _pedigree(bases: Any) -> dict[str, Any]:
    ancestors = [
        without_empty({"type": "machine-learning-model", "name": str(name), "version": _text(known(base, "revision"))})
        for base in ([bases] if isinstance(bases, Mapping) else bases or ())
        if (name := known(base, "name")) is not None
    ]
    return {"ancestors": ancestors} if ancestors else {}


def _statements(asset: Asset) -> Iterator[dict[str, str]]:
    for path in _STATEMENTS:
        value = asset.fact(*path)
        if isinstance(value, str | int | float):
            yield {"name": f"releasegate:{'.'.join(path)}", "value": _word(value)}


def _word(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _purl(uri: Any) -> str | None:
    hub = _HUB.fullmatch(uri) if isinstance(uri, str) else None
    return f"pkg:huggingface/{hub['name']}" + (f"@{hub['revision']}" if hub["revision"] else "") if hub else None


def _is_iri(uri: Any) -> bool:
    return isinstance(uri, str) and re.fullmatch(r"[a-z][a-z0-9+.-]*:[^\s<>\"{}|\\^`]+", uri) is not None


def _text(value: Any) -> str | None:
    return str(value) if isinstance(value, str | int | float) and not isinstance(value, bool) and value != "" else None
