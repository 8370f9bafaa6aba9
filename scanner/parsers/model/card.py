"""Hugging Face model cards: the front matter of a README, and what its sections say."""

import re
from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath
from typing import Any

from scanner.core.location import Location
from scanner.core.resource import SourceFile
from scanner.core.secrets import secret_values
from scanner.core.values import AttributePath
from scanner.parsers.model import sections as markdown
from scanner.parsers.model.documents import written_twice
from scanner.parsers.model.draft import Draft, Manifest, problem
from scanner.parsers.model.facts import named, read_facts
from scanner.parsers.model.reading import entries
from scanner.parsers.model.violations import violations
from scanner.yaml_source import Document, SourceError, load_documents

_FRONT_MATTER = re.compile(r"\ufeff?---[ \t]*\r?\n(?P<yaml>.*?)^---[ \t]*(?:\r?\n|\Z)", re.DOTALL | re.MULTILINE)
_START = re.compile(rb"(?:\xef\xbb\xbf)?---[ \t]*\r?\n")
_END = re.compile(rb"^---[ \t]*\r?$", re.MULTILINE)
_KEY = re.compile(rb"""^["']?([A-Za-z_-]+)["']?[ \t]*:""", re.MULTILINE)
_OF_A_MODEL = frozenset({b"pipeline_tag", b"library_name", b"base_model", b"model-index", b"x-release"})
_OF_SOMETHING_ELSE = frozenset(
    (
        *(b"dataset_info", b"size_categories", b"source_datasets", b"task_categories", b"task_ids", b"configs"),
        *(b"annotations_creators", b"language_creators", b"multilinguality", b"pretty_name", b"viewer"),
        *(b"sdk", b"sdk_version", b"app_file", b"colorFrom", b"colorTo"),
    )
)
"""Data sets and demo pages have a license and tags as well, and a demo page may name the models that it shows."""
_TEXTS = {"license_link": "license_link", "library_name": "library", "last_updated": "date", "date": "date"}
_SAYS_SO = frozenset({b"x-release", b"model-index"})
_TITLE = re.compile(rb"(?:\xef\xbb\xbf)?(?:<!--.*?-->|\s)*#[ \t]+[*_`]*model card\b", re.IGNORECASE | re.DOTALL)


def claims_card(path: str, head: bytes) -> bool:
    """Whether a README, or a file with `model card` in its name, is a model card: by its front matter or its title."""
    name = PurePosixPath(path).name.lower()
    if name != "readme.md" and not re.fullmatch(r".*model.*card.*\.md", name):
        return False
    start = _START.match(head)
    if start is None:
        return _TITLE.match(head) is not None
    end = _END.search(head, start.end())
    keys = set(_KEY.findall(head[start.end() : end.start() if end else len(head)]))
    if keys & _OF_SOMETHING_ELSE:
        return bool(keys & _SAYS_SO)
    return bool(keys & _OF_A_MODEL) or {b"license", b"tags"} <= keys


def read_card(file: SourceFile) -> Manifest:
    """The model that the card describes; where its front matter cannot be read, its sections still are."""
    if not _START.match(file.text[:64].encode()):
        return Manifest((read_plain_card(file),))
    front = _FRONT_MATTER.match(file.text)
    document, notifications = None, []
    if front is None:
        message = "the front matter has no end; close it with a line of three hyphens"
        notifications.append(problem(message, Location(file.path, 1)))
    else:
        try:
            document = _front_matter(front["yaml"], file.path)
        except SourceError as error:
            notifications.append(problem(error.message, error.location))
    draft = Draft(file.path, "model-card", Location(file.path, 1), document.locations if document else {})
    secrets: frozenset[str] = frozenset()
    if document is not None:
        _read_front_matter(draft, document)
        secrets = secret_values(document.value)
    if front is not None:
        _read_sections(draft, file, front.end())
    return Manifest((draft,) if front else (), (*notifications, *draft.notifications), secrets)


def read_plain_card(file: SourceFile) -> Draft:
    """The model that a card without front matter describes: what its sections say is all there is."""
    draft = Draft(file.path, "model-card", Location(file.path, 1), {})
    _read_sections(draft, file, 0)
    return draft


def _front_matter(text: str, path: str) -> Document | None:
    documents = load_documents(text, path, first_line=2)
    if not documents:
        return None
    if len(documents) > 1 or not isinstance(documents[0].value, dict):
        raise SourceError("the front matter is no mapping; write it as keys and values", documents[0].location)
    return documents[0]


def _read_front_matter(draft: Draft, document: Document) -> None:
    front: Mapping[str, Any] = document.value
    draft.notifications.extend(written_twice(document))
    embedded = front.get("x-release")
    if embedded is not None:
        draft.notifications.extend(violations(document, ("x-release",), "embedded"))
        if isinstance(embedded, dict):
            read_facts(draft, embedded, ("x-release",))
    results = list(_results(front))
    for entry, at in entries(front.get("model-index"), ("model-index",)):
        if isinstance(entry.get("name"), str):
            draft.put(("name",), entry["name"], (*at, "name"))
    if isinstance(front.get("pipeline_tag"), str):
        draft.put(("task",), front["pipeline_tag"], ("pipeline_tag",))
    license_key = "license_name" if front.get("license") == "other" and front.get("license_name") else "license"
    if isinstance(front.get(license_key), str | list):
        draft.put(("license",), front[license_key], (license_key,))
    for key, name in _TEXTS.items():
        if isinstance(front.get(key), str):
            draft.put((name,), front[key], (key,))
    _read_base_model(draft, front)
    _read_datasets(draft, front, results)
    _read_metrics(draft, results)
    tags = front.get("tags")
    if isinstance(tags, list):
        draft.put(("tags",), [tag for tag in tags if isinstance(tag, str)], ("tags",))
        if "custom_code" in tags:
            draft.put(("custom_code",), True, ("tags", tags.index("custom_code")))


def _read_base_model(draft: Draft, front: Mapping[str, Any]) -> None:
    written = front.get("base_model")
    names = [name for name in (written if isinstance(written, list) else [written]) if isinstance(name, str) and name]
    relation = front.get("base_model_relation")
    bases = [{"name": name, "relation": relation if isinstance(relation, str) else None} for name in names]
    draft.put(("base_model",), bases[0] if len(bases) == 1 else bases, ("base_model",))
    if len(bases) == 1 and "base_model" in draft.attributes:
        draft.origins.setdefault(("base_model", "relation"), ("base_model_relation",))


def _read_datasets(
    draft: Draft, front: Mapping[str, Any], results: list[tuple[Mapping[str, Any], AttributePath]]
) -> None:
    """The declared data sets; a revision is known where the evaluation results name the same data set with one."""
    revisions: dict[str, tuple[str, AttributePath]] = {}
    for result, at in results:
        used = result.get("dataset")
        if isinstance(used, dict) and isinstance(used.get("revision"), str):
            revisions.setdefault(str(used.get("type")), (used["revision"], (*at, "dataset", "revision")))
    written = front.get("datasets")
    datasets: list[dict[str, Any]] = []
    for entry in written if isinstance(written, list) else [written]:
        dataset = named(entry)
        if not isinstance(dataset.get("name"), str):
            continue
        revision = revisions.get(dataset["name"])
        if revision and "revision" not in dataset:
            draft.origins.setdefault(("datasets", len(datasets), "revision"), revision[1])
            dataset["revision"] = revision[0]
        datasets.append(dataset)
    draft.put(("datasets",), datasets, ("datasets",))


def _read_metrics(draft: Draft, results: list[tuple[Mapping[str, Any], AttributePath]]) -> None:
    metrics: list[dict[str, Any]] = []
    origins: list[AttributePath] = []
    for result, at in results:
        used = result.get("dataset")
        dataset = used.get("name") or used.get("type") if isinstance(used, dict) else None
        for metric, where in entries(result.get("metrics"), (*at, "metrics")):
            metrics.append({"type": metric.get("type"), "value": metric.get("value"), "dataset": dataset})
            origins.append(where)
    if "metrics" not in draft.attributes:
        draft.put(("metrics",), metrics, ("model-index",))
        draft.origins.update({("metrics", index): origin for index, origin in enumerate(origins)})


def _results(front: Mapping[str, Any]) -> Iterator[tuple[Mapping[str, Any], AttributePath]]:
    for entry, at in entries(front.get("model-index"), ("model-index",)):
        yield from entries(entry.get("results"), (*at, "results"))


def _read_sections(draft: Draft, file: SourceFile, start: int) -> None:
    found = markdown.sections(file.text[start:], file.text.count("\n", 0, start) + 1)
    said = {
        "name": markdown.model_name(found),
        "intended_use": markdown.intended_use(found),
        "out_of_scope": markdown.out_of_scope(found),
        "limitations": markdown.limitations(found),
        "fairness": markdown.fairness(found),
    }
    for name, each in said.items():
        if each is not None and name not in draft.attributes:
            draft.attributes[name] = {"statement": each.text} if name == "fairness" else each.text
            draft.places[(name,)] = Location(file.path, each.line)
