"""The statements of a `ModelRelease`, wherever they are embedded: in its own file, a model card or an MLmodel file."""

from collections.abc import Mapping
from typing import Any

from scanner.core.values import AttributePath, Unresolved
from scanner.parsers.model.draft import Draft

STATEMENTS = (
    "data",
    "deployment",
    "eu_ai_act",
    "privacy",
    "hipaa",
    "approval",
    "human_oversight",
    "explainability",
    "fairness",
    "transparency",
    "monitoring",
    "security_testing",
    "rollback",
    "agent",
    "incident",
    "retirement",
    "review",
)
_TEXTS = ("intended_use", "out_of_scope", "limitations")
_ARTIFACT_KEYS = ("path", "uri", "format", "size")
_MODEL_TEXTS = ("digest", "uri", "kind", "task")


def read_facts(draft: Draft, facts: Mapping[str, Any], at: AttributePath) -> None:
    """Take every statement in `facts`, which is written at `at`; what has another type than it must is left out."""
    model = facts.get("model")
    if isinstance(model, dict):
        _read_model(draft, model, (*at, "model"))
    owner = facts.get("owner")
    if isinstance(owner, dict):
        draft.put(("owner",), owner, (*at, "owner"))
    put_owner(draft, owner, (*at, "owner"))
    classification = facts.get("classification")
    if isinstance(classification, str):
        draft.put(("data", "classification"), classification, (*at, "classification"))
    for name in STATEMENTS:
        if isinstance(facts.get(name), dict):
            draft.put((name,), facts[name], (*at, name))
    if isinstance(facts.get("metrics"), list):
        draft.put(("metrics",), facts["metrics"], (*at, "metrics"))
    for name in _TEXTS:
        if isinstance(facts.get(name), str):
            draft.put((name,), facts[name].strip(), (*at, name))


def put_owner(draft: Draft, owner: Any, at: AttributePath) -> None:
    """The owner where it is a text, as an address of mail or as a name."""
    if isinstance(owner, str):
        draft.put(("owner", "email" if "@" in owner else "name"), owner, at)


def version_of(written: Any) -> Any:
    """A version as text; YAML has read 7.10 as the number 7.1, so that a number with a point is not known."""
    if isinstance(written, float):
        return Unresolved(str(written), f"version {written} is written as a number; put it in quotes")
    return str(written) if isinstance(written, str | int) and not isinstance(written, bool) else None


def named(entry: Any) -> dict[str, Any]:
    """A base model or data set as a mapping, also where only its name is written."""
    return dict(entry) if isinstance(entry, dict) else {"name": entry}


def digest_of(written: Any) -> str | None:
    """A digest in the spelling that joins use."""
    return written.lower() if isinstance(written, str) else None


def _read_model(draft: Draft, model: Mapping[str, Any], at: AttributePath) -> None:
    name = model.get("id")
    if isinstance(name, str | int) and not isinstance(name, bool):
        draft.put(("name",), str(name), (*at, "id"))
    draft.put(("version",), version_of(model.get("version")), (*at, "version"))
    for key in _MODEL_TEXTS:
        if isinstance(model.get(key), str):
            value = model[key].lower() if key == "digest" else model[key]
            draft.put((key,), value, (*at, key))
    for key, types in (("license", str | list), ("base_model", dict | list), ("custom_code", bool)):
        if isinstance(model.get(key), types):
            draft.put((key,), model[key], (*at, key))
    if isinstance(model.get("datasets"), list):
        draft.put(("datasets",), model["datasets"], (*at, "datasets"))
    artifacts = model.get("artifacts")
    for index, artifact in enumerate(artifacts if isinstance(artifacts, list) else ()):
        if isinstance(artifact, dict):
            known = {key: artifact[key] for key in _ARTIFACT_KEYS if key in artifact}
            draft.add_artifact({**known, "digest": digest_of(artifact.get("digest"))}, (*at, "artifacts", index))
    if not draft.artifacts and isinstance(model.get("uri"), str):
        draft.add_artifact({"uri": model["uri"], "digest": digest_of(model.get("digest"))}, at)
