"""MLflow's `MLmodel` files: what a packaged model is loaded with, and which files it consists of."""

from collections.abc import Mapping
from pathlib import PurePosixPath
from posixpath import basename, dirname
from typing import Any

from scanner.core.location import Location
from scanner.core.resource import SourceFile
from scanner.core.secrets import secret_values
from scanner.core.values import AttributePath
from scanner.parsers.interface import ParseContext
from scanner.parsers.model.beside import below, inside, is_there
from scanner.parsers.model.documents import written_twice
from scanner.parsers.model.draft import Draft, Manifest, problem
from scanner.parsers.model.facts import read_facts, version_of
from scanner.parsers.model.mlflow.environment import environment_of, not_known
from scanner.parsers.model.violations import violations
from scanner.yaml_source import Document, SourceError, load_documents

_FILE_KEYS = ("python_model", "pickled_model", "model_binary", "model_data", "model_path", "saved_model_dir", "data")
_PICKLED_BY = ("pickle", "cloudpickle", "joblib")
_TEXTS = ("run_id", "mlflow_version", "model_uuid", "utc_time_created")
_MOST_FILES = 500


def claims_mlmodel(path: str, _: bytes) -> bool:
    """Whether this is an `MLmodel` file, which only its name says."""
    return PurePosixPath(path).name == "MLmodel"


def read_mlmodel(file: SourceFile, context: ParseContext) -> Manifest:
    """The packaged model of one file, with what it is served with and the Python files that it brings along."""
    try:
        documents = load_documents(file.text, file.path)
    except SourceError as error:
        return Manifest((), (problem(error.message, error.location),))
    document = documents[0] if documents else None
    if document is None or not isinstance(document.value, dict) or not isinstance(document.value.get("flavors"), dict):
        message = "no MLmodel file: there are no flavors in it; write the model again with MLflow"
        return Manifest((), (problem(message, document.location if document else Location(file.path, 1)),))
    draft = Draft(file.path, "mlmodel", document.location, document.locations)
    draft.notifications.extend(written_twice(document))
    _read_metadata(draft, document)
    flavors = document.value["flavors"]
    _read_flavors(draft, flavors)
    for key in _TEXTS:
        if isinstance(document.value.get(key), str):
            draft.put((key,), document.value[key], (key,))
    code = _read_code(draft, flavors, context)
    read = _read_environment(draft, flavors, context)
    secrets = secret_values(document.value)
    return Manifest((draft,), tuple(draft.notifications), secrets, files=frozenset(code), source_files=read)


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
    formats: list[dict[str, Any]] = []
    for name, flavor in flavors.items():
        if not isinstance(flavor, dict):
            draft.error(f"the flavor {name[:40]} is no mapping; write the model again with MLflow", ("flavors", name))
            continue
        at = ("flavors", name)
        written = next((key for key in ("model_code_path", "code") if flavor.get(key)), None)
        if written is not None and not (code and code[0]):
            code = (True, (*at, written))
        elif name == "python_function" and code is None:
            code = (False, (*at, "code"))
        if name == "python_function" and isinstance(flavor.get("loader_module"), str):
            draft.put(("loader_module",), flavor["loader_module"], (*at, "loader_module"))
        if isinstance(flavor.get("serialization_format"), str):
            draft.origins[("serialization", len(formats))] = (*at, "serialization_format")
            formats.append({"flavor": name, "format": flavor["serialization_format"]})
        elif isinstance(flavor.get("python_model"), str):
            draft.origins[("serialization", len(formats))] = (*at, "python_model")
            formats.append({"flavor": name, "format": "cloudpickle"})
        for key, path in (("task", ("task",)), ("source_model_name", ("base_model", "name"))):
            if isinstance(flavor.get(key), str):
                draft.put(path, flavor[key], (*at, key))
        if isinstance(flavor.get("source_model_revision"), str) and isinstance(flavor.get("source_model_name"), str):
            draft.put(("base_model", "revision"), flavor["source_model_revision"], (*at, "source_model_revision"))
        _read_files(draft, flavor, at)
    if code is not None:
        draft.put(("custom_code",), code[0], code[1])
    draft.put(("serialization",), formats, ("flavors",))


def _read_code(draft: Draft, flavors: Mapping[str, Any], context: ParseContext) -> set[str]:
    """The Python files that come with the model, as paths relative to the repository root.

    `code` is a folder that is put on the path before the model is loaded, `model_code_path` the file that makes the
    model; MLflow looks for the latter beside the MLmodel file by its name alone, whatever folder is written.
    """
    found: set[str] = set()
    shown: list[dict[str, Any]] = []
    folder = dirname(draft.path)
    for name, flavor in flavors.items():
        for key in ("code", "model_code_path") if isinstance(flavor, dict) else ():
            written = flavor.get(key)
            if not isinstance(written, str) or not written:
                continue
            path = inside(folder, basename(written.replace("\\", "/")) if key == "model_code_path" else written)
            inner = below(path, sorted(context.listing))[:_MOST_FILES]
            files = [path] if key == "model_code_path" else [each for each in inner if each.endswith(".py")]
            if any(each["path"] == path for each in shown):
                continue
            draft.origins[("code", len(shown))] = ("flavors", name, key)
            is_present = is_there(path, context.root) if key == "model_code_path" else bool(inner)
            shown.append({"kind": key, "path": path, "is_present": is_present, "files": files if is_present else []})
            found.update(files if is_present else ())
    draft.put(("code",), shown, ("flavors",))
    return found


def _read_environment(draft: Draft, flavors: Mapping[str, Any], context: ParseContext) -> tuple[SourceFile, ...]:
    """The packages that a server installs before it loads the model."""
    served = flavors.get("python_function")
    if not isinstance(served, dict) or not served.get("env"):
        return ()
    environment = environment_of(draft.path, served["env"], context.root)
    draft.notifications.extend(environment.notifications)
    if not environment.files:
        draft.put(("requirements",), not_known(draft.path), ("flavors", "python_function", "env"))
    elif environment.requirements:
        draft.attributes["requirements"] = [each.attributes() for each in environment.requirements]
        draft.places[("requirements",)] = Location(environment.files[0].path, 1)
        draft.places |= {("requirements", index): each.location for index, each in enumerate(environment.requirements)}
    return tuple(environment.files)


def _read_files(draft: Draft, flavor: Mapping[str, Any], at: AttributePath) -> None:
    pickled = flavor.get("serialization_format") in _PICKLED_BY
    for key in _FILE_KEYS:
        if isinstance(flavor.get(key), str):
            draft.add_artifact({"path": flavor[key], "format": "pickle" if pickled else None}, (*at, key))
    artifacts = flavor.get("artifacts")
    for name, artifact in artifacts.items() if isinstance(artifacts, dict) else ():
        if isinstance(artifact, dict) and isinstance(artifact.get("path"), str):
            draft.add_artifact({"path": artifact["path"], "uri": artifact.get("uri")}, (*at, "artifacts", name))
