"""Which containers serve a model, and with what: told by the image, or by the command."""

import re
from collections.abc import Sequence
from posixpath import basename

from scanner.core.values import Unresolved

# The last part of an image's repository (or the name of a KServe runtime) → the serving runtime.
_IMAGES: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern), runtime)
    for pattern, runtime in (
        (r"text-generation-inference|(^|-)tgi($|-)", "tgi"),
        (r"text-embeddings-inference", "tei"),
        (r"huggingfaceserver|huggingface-server", "huggingfaceserver"),
        (r"sglang", "sglang"),
        (r"tensorrt-?llm|trtllm|trt-llm", "tensorrt-llm"),
        (r"tritonserver", "triton"),
        (r"vllm(?!.*(router|exporter|grafana|operator|controller))", "vllm"),
        (r"^llm-d(-(aws|cpu|cuda|dev|hpu|rocm|xpu))*$", "vllm"),
        (r"ollama(?!.*(webui|ui|operator|exporter|grid))", "ollama"),
        (r"torchserve", "torchserve"),
        (r"mlserver", "mlserver"),
        (r"(sklearn|xgb|lgb|pmml|paddle|art|predictive)server", "kserve"),
        (r"model_server|^ovms", "ovms"),
        (r"tensorflow-serving|^tf-?serving", "tfserving"),
        (r"djl-(serving|inference)", "djl"),
        (r"llama[.-]cpp|llama-server|llamafile", "llama.cpp"),
        (r"local-?ai", "localai"),
        (r"lmdeploy", "lmdeploy"),
        (r"xinference", "xinference"),
        (r"bentoml|bentoserver", "bentoml"),
        (r"^ray-llm|ray-ml-llm", "ray"),
    )
)
_REPOSITORIES = {"tensorflow/serving": "tfserving", "openvino/model_server": "ovms"}
_REPOSITORY_PARTS = {"nim": "nim"}

# A program that does nothing but serve.
_PROGRAMS = {
    "text-generation-launcher": "tgi",
    "text-generation-router": "tgi",
    "text-embeddings-router": "tei",
    "tritonserver": "triton",
    "tensorflow_model_server": "tfserving",
    "llama-server": "llama.cpp",
    "torchserve": "torchserve",
    "trtllm-serve": "tensorrt-llm",
    "xinference-local": "xinference",
    "djl-serving": "djl",
    "ovms": "ovms",
}
# A program that serves when one of these words comes right after it.
_SUBCOMMANDS = {
    "vllm": ({"serve"}, "vllm"),
    "ollama": ({"serve", "run"}, "ollama"),
    "sglang": ({"serve"}, "sglang"),
    "mlserver": ({"start"}, "mlserver"),
    "bentoml": ({"serve", "serve-grpc", "serve-http"}, "bentoml"),
    "lmdeploy": ({"serve"}, "lmdeploy"),
    "serve": ({"run", "deploy"}, "ray"),
    "models": ({"serve"}, "mlflow"),
    "local-ai": ({"run"}, "localai"),
}
# A Python module, after `-m`, by its beginning.
_MODULES = {
    "vllm.entrypoints": "vllm",
    "sglang.launch_server": "sglang",
    "llama_cpp.server": "llama.cpp",
    "huggingfaceserver": "huggingfaceserver",
    "sklearnserver": "kserve",
    "xgbserver": "kserve",
    "lgbserver": "kserve",
    "pmmlserver": "kserve",
    "paddleserver": "kserve",
    "fastchat.serve": "fastchat",
    "mlc_llm.serve": "mlc",
    "djl_python": "djl",
}
FRAMEWORKS = {
    "sklearn": "kserve",
    "xgboost": "kserve",
    "lightgbm": "kserve",
    "pmml": "kserve",
    "paddle": "kserve",
    "mlflow": "mlserver",
    "tensorflow": "tfserving",
    "pytorch": "torchserve",
    "triton": "triton",
    "onnx": "triton",
    "huggingface": "huggingfaceserver",
}
"""The keys with which an InferenceService names its framework, and what serves it by default."""


def runtime_of_image(repository: str) -> str | None:
    """What an image serves models with, None when it is no known model server."""
    repository = repository.lower()
    last = basename(repository)
    for parts, runtime in _REPOSITORIES.items():
        if repository.endswith(parts):
            return runtime
    for part in repository.split("/")[:-1]:
        if part in _REPOSITORY_PARTS:
            return _REPOSITORY_PARTS[part]
    return next((runtime for pattern, runtime in _IMAGES if pattern.search(last)), None)


def runtime_of_command(arguments: Sequence[str | Unresolved]) -> str | None:
    """What a command line serves models with, None when it starts no known model server."""
    found = server_in(arguments)
    return found[0] if found else None


def server_in(arguments: Sequence[str | Unresolved]) -> tuple[str, int] | None:
    """The model server that a command line starts, and at which word its own arguments begin."""
    words = [each if isinstance(each, str) else "" for each in arguments]
    for index, each in enumerate(words):
        before, following = words[index - 1] if index else "", words[index + 1] if index + 1 < len(words) else ""
        program = basename(each)
        if program in _PROGRAMS and not re.match(r"--\w", before):  # `--backend torchserve` starts nothing
            return _PROGRAMS[program], index + 1
        subcommands, runtime = _SUBCOMMANDS.get(program, ((), ""))
        if following in subcommands and (program != "models" or basename(before) == "mlflow"):
            return runtime, index + (3 if words[index + 2 : index + 3] == ["api_server"] else 2)  # `lmdeploy serve`
        if each == "-m":
            found = next((name for name in _MODULES if following == name or following.startswith(f"{name}.")), None)
            if found:
                return _MODULES[found], index + 2
    return None
