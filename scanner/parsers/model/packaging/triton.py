"""NVIDIA Triton's `config.pbtxt`: how the server runs one model, which versions of it, and what it checks before."""

from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath
from posixpath import basename, dirname
from typing import Any

from scanner.core.location import Location
from scanner.core.resource import SourceFile
from scanner.core.secrets import secret_values
from scanner.core.values import AttributePath
from scanner.parsers.interface import ParseContext
from scanner.parsers.model.draft import Draft, Manifest, problem
from scanner.parsers.model.packaging.protobuf_text import Shape, TextFormatError, read_message

# Of `inference.ModelConfig` and everything inside, in the words of its description.
_REPEATED = """
agents batch_input batch_output bool_false_true buckets control control_input cpu_execution_accelerator dim dims
fp32_false_true gpu_execution_accelerator gpus graph_spec initial_state input instance_group int32_false_true
metric_control model_warmup op_library_filename output preferred_batch_size profile resources secondary_devices shape
source_input state step target_name versions
"""
_MAPS = "cc_model_filenames input_map inputs metric_tags output_map parameters priority_queue_policy"
_SHAPE = Shape(frozenset(_REPEATED.split()), frozenset(_MAPS.split()))
# What the server loads where `default_model_filename` does not say another name.
_FILES = {
    "onnxruntime": "model.onnx",
    "onnxruntime_onnx": "model.onnx",
    "openvino": "model.xml",
    "python": "model.py",
    "pytorch": "model.pt",
    "pytorch_libtorch": "model.pt",
    "tensorflow_graphdef": "model.graphdef",
    "tensorflow_savedmodel": "model.savedmodel",
    "tensorrt": "model.plan",
    "tensorrt_plan": "model.plan",
    "vllm": "model.json",
}
_CHECKSUM = "MD5:"


def claims_triton(path: str, _: bytes) -> bool:
    """Whether this is a model's configuration: a `config.pbtxt`, or one of those for a kind of machine."""
    pure = PurePosixPath(path)
    return pure.suffix == ".pbtxt" and (pure.name == "config.pbtxt" or pure.parent.name == "configs")


def read_triton(file: SourceFile, context: ParseContext) -> Manifest:
    """The model, with its whole configuration under `configuration`, and the files of the versions that are served."""
    try:
        message = read_message(file.text, file.path, _SHAPE)
    except TextFormatError as error:
        before = file.text[: error.offset]
        where = Location(file.path, before.count("\n") + 1, error.offset - (before.rfind("\n") + 1) + 1)
        return Manifest((), (problem(f"this configuration cannot be read: {error}", where),))
    written = message.value
    draft = Draft(file.path, "triton", Location(file.path, 1), message.locations)
    folder = dirname(file.path)
    folder = dirname(folder) if basename(folder) == "configs" else folder
    name = written.get("name")
    draft.put(("name",), name if isinstance(name, str) and name else basename(folder), ("name",))
    for key in ("backend", "platform", "runtime", "default_model_filename", "max_batch_size"):
        if isinstance(written.get(key), str | int):
            draft.put((key,), written[key], (key,))
    if isinstance(written.get("version_policy"), dict):
        draft.put(("version_policy",), {**written["version_policy"], "kind": _kind(written)}, ("version_policy",))
    draft.put(("configuration",), written, ())
    if _backend(written) == "python":
        draft.put(("custom_code",), True, ("backend",))
    found = sorted(set(_versions(folder, context.listing)))
    draft.put(("versions_found",), found, ())
    agents = list(_agents(written))
    draft.put(("integrity_agents",), [name for name, _, _ in agents], ("model_repository_agents",))
    digests = {
        path: (f"md5:{digest.lower()}", (*at, "parameters", f"{_CHECKSUM}{path}"))
        for _, checks, at in agents
        for path, digest in _checksums(checks).items()
    }
    for path in _files(written, found, folder, context.listing):
        digest, at = digests.pop(path, (None, ("default_model_filename",)))
        draft.add_artifact({"path": path, "digest": digest}, at)
    for path, (digest, at) in digests.items():
        draft.add_artifact({"path": path, "digest": digest}, at)
    return Manifest((draft,), tuple(draft.notifications), secret_values(written))


def _kind(written: Mapping[str, Any]) -> str:
    """The one policy that is chosen; the server's own is to serve the latest version."""
    policy = written["version_policy"]
    return next((kind for kind in ("specific", "all", "latest") if kind in policy), "latest")


def _backend(written: Mapping[str, Any]) -> str:
    backend, platform = written.get("backend"), written.get("platform")
    return str(backend or platform or "")


def _versions(folder: str, listing: Mapping[str, int]) -> Iterator[int]:
    """The numbers of the folders beside the configuration that hold a file."""
    prefix = f"{folder}/" if folder else ""
    for path in listing:
        if path.startswith(prefix):
            first, slash, _ = path[len(prefix) :].partition("/")
            if slash and first.isdigit() and len(first) < 19 and (first == "0" or first[0] != "0"):
                yield int(first)


def _files(written: Mapping[str, Any], found: list[int], folder: str, listing: Mapping[str, int]) -> Iterator[str]:
    """The files that the server would load: of the versions that the policy chooses among those that are there."""
    name = written.get("default_model_filename") or _FILES.get(_backend(written))
    if not isinstance(name, str):
        return
    policy = written.get("version_policy")
    chosen = found[-1:]
    if isinstance(policy, dict) and "all" in policy:
        chosen = found
    elif isinstance(policy, dict) and isinstance(policy.get("specific"), dict):
        versions = policy["specific"].get("versions")
        chosen = [each for each in versions if isinstance(each, int)] if isinstance(versions, list) else []
    elif isinstance(policy, dict) and isinstance(policy.get("latest"), dict):
        count = policy["latest"].get("num_versions")
        chosen = found[-count:] if isinstance(count, int) and count > 0 else found[-1:]
    for version in chosen:
        path = f"{version}/{name}"
        # A version of which nothing is here (a bucket has it) is declared all the same.
        if f"{folder}/{path}".lstrip("/") in listing or version not in found:
            yield path


def _agents(written: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any], AttributePath]]:
    holder = written.get("model_repository_agents")
    agents = holder.get("agents") if isinstance(holder, dict) else None
    for index, agent in enumerate(agents if isinstance(agents, list) else ()):
        if isinstance(agent, dict) and isinstance(agent.get("name"), str):
            parameters = agent.get("parameters")
            at: AttributePath = ("model_repository_agents", "agents", index)
            yield agent["name"], parameters if isinstance(parameters, dict) else {}, at


def _checksums(parameters: Mapping[str, Any]) -> dict[str, str]:
    """What the checksum agent compares: `MD5:<path>` and its value."""
    return {
        key.removeprefix(_CHECKSUM): value
        for key, value in parameters.items()
        if key.startswith(_CHECKSUM) and isinstance(value, str)
    }
