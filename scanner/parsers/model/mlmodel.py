"""MLflow's `MLmodel` files: what a packaged model is loaded with, and which files it consists of."""

from collections.abc import Mapping
from pathlib import PurePosixPath
from typing import Any

from scanner.core.location import Location
from scanner.core.resource import SourceFile
from scanner.core.secrets import secret_values
from scanner.core.values import AttributePath
from scanner.parsers.model.draft import Draft, Manifest, problem
from scanner.parsers.model.facts import read_facts, version_of
from scanner.parsers.model.violations import violations
from scanner.yaml_source import Document, SourceError, load_documents

_FILE_KEYS = ("python_model", "pickled_model", "model_binary", "model_data", "model_path", "saved_model_dir", "data")
_PICKLED_BY = ("pickle", "cloudpickle", "joblib")


def claims_mlmodel(path: str, _: bytes) -> bool:
    """Whether this is an `MLmodel` file, which only its name says."""
    return PurePosixPath(path).name == "MLmodel"


def read_mlmodel(file: SourceFile) -> Manifest:
    """The packaged model."""
    try:
        documents = load_documents(file.text, file.path)
    except SourceError as error:
        return Manifest((), (problem(error.message, error.location),))
    document = documents[0] if documents else None
    if document is None or not isinstance(document.value, dict) or not isinstance(document.value.get("flavors"), dict):
        message = "no MLmodel file: there are no flavors in it; write the model again with MLflow"
        return Manifest((), (problem(message, document.location if document else Location(file.path, 1)),))
    draft = Draft(file.path, "mlmodel", document.location, document.locations)
    for name, place in document.duplicate_keys:
        draft.notifications.append(problem(f"{name} is written twice; only the later one counts", place))
    _read_metadata(draft, document)
    _read_flavors(draft, document.value["flavors"])
    return Manifest((draft,), tuple(draft.notifications), secret_values(document.value))


def _read_metadata(draft: Draft, document: Document) -> None:
    """MLflow keeps anything under `metadata`: the organisation's own statements, under `x-release` or outright."""
    metadata = document.value.get("metadata")
    if not isinstance(metadata, dict):
        return
    if "x-release" in metadata:
        draft.notifications.extend(violations(document, ("metadata", "x-release"), "embedded"))
        if isinstance(metadata["x-release"], dict):
            read_facts(draft, metadata["x-release"], ("metadata", "x-release"))
    read_facts(draft, metadata, ("metadata",))
    if isinstance(metadata.get("name"), str):
        draft.put(("name",), metadata["name"], ("metadata", "name"))
    draft.put(("version",), version_of(metadata.get("version")), ("metadata", "version"))
    if isinstance(metadata.get("license"), str | list):
        draft.put(("license",), metadata["license"], ("metadata", "license"))


def _read_flavors(draft: Draft, flavors: Mapping[str, Any]) -> None:
    """`python_function` is the flavor by which servers load the model; the others add what they know."""
    code: tuple[bool, AttributePath] | None = None
    for name, flavor in flavors.items():
        if not isinstance(flavor, dict):
            draft.error(f"the flavor {name[:40]} is no mapping; write the model again with MLflow", ("flavors", name))
            continue
        at = ("flavors", name)
        if name == "python_function":
            written = next((key for key in ("model_code_path", "code") if flavor.get(key)), None)
            code = (written is not None, (*at, written or "code"))
            if isinstance(flavor.get("loader_module"), str):
                draft.put(("loader_module",), flavor["loader_module"], (*at, "loader_module"))
        for key, path in (("task", ("task",)), ("source_model_name", ("base_model", "name"))):
            if isinstance(flavor.get(key), str):
                draft.put(path, flavor[key], (*at, key))
        if isinstance(flavor.get("source_model_revision"), str) and isinstance(flavor.get("source_model_name"), str):
            draft.put(("base_model", "revision"), flavor["source_model_revision"], (*at, "source_model_revision"))
        _read_files(draft, flavor, at)
    if code is not None:
        draft.put(("custom_code",), code[0], code[1])


def _read_files(draft: Draft, flavor: Mapping[str, Any], at: AttributePath) -> None:
    pickled = flavor.get("serialization_format") in _PICKLED_BY
    for key in _FILE_KEYS:
        if isinstance(flavor.get(key), str):
            draft.add_artifact({"path": flavor[key], "format": "pickle" if pickled else None}, (*at, key))
    artifacts = flavor.get("artifacts")
    for name, artifact in artifacts.items() if isinstance(artifacts, dict) else ():
        if isinstance(artifact, dict) and isinstance(artifact.get("path"), str):
            draft.add_artifact({"path": artifact["path"], "uri": artifact.get("uri")}, (*at, "artifacts", name))
