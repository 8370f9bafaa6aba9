"""Model servers told by image or by command."""

import pytest

from scanner.core.values import Unresolved
from scanner.parsers.kubernetes.serving import runtime_of_command, runtime_of_image


@pytest.mark.parametrize(
    ("repository", "runtime"),
    [
        ("vllm/vllm-openai", "vllm"),
        ("q9t5s3a7/vllm-cpu-release-repo", "vllm"),
        ("llm-d/llm-d-cuda", "vllm"),
        ("llm-d/llm-d", "vllm"),
        ("llm-d/llm-d-inference-scheduler", None),
        ("vllm-project/vllm-router", None),
        ("huggingface/text-generation-inference", "tgi"),
        ("gcr.io/huggingface-text-generation-inference-cu121", "tgi"),
        ("huggingface/text-embeddings-inference", "tei"),
        ("nvidia/tritonserver", "triton"),
        ("nim/meta/llama-3.1-8b-instruct", "nim"),
        ("ollama/ollama", "ollama"),
        ("open-webui/ollama-webui", None),
        ("lmsysorg/sglang", "sglang"),
        ("kserve/huggingfaceserver", "huggingfaceserver"),
        ("kserve/sklearnserver", "kserve"),
        ("seldonio/mlserver", "mlserver"),
        ("pytorch/torchserve-kfs", "torchserve"),
        ("tensorflow/serving", "tfserving"),
        ("openvino/model_server", "ovms"),
        ("deepjavalibrary/djl-serving", "djl"),
        ("ggml-org/llama.cpp", "llama.cpp"),
        ("rayproject/ray", None),
        ("library/nginx", None),
        ("acme/server", None),
        ("", None),
    ],
)
def test_images(repository: str, runtime: str | None) -> None:
    assert runtime_of_image(repository) == runtime


@pytest.mark.parametrize(
    ("command", "runtime"),
    [
        ("vllm serve acme/m", "vllm"),
        ("/opt/venv/bin/vllm serve", "vllm"),
        ("vllm bench", None),
        ("python3 -m vllm.entrypoints.openai.api_server --model x", "vllm"),
        ("python -m vllm", None),
        ("text-generation-launcher --model-id x", "tgi"),
        ("exec tritonserver --model-repository=/models", "triton"),
        ("deploy --backend tritonserver", None),
        ("ollama serve", "ollama"),
        ("ollama pull x", None),
        ("mlserver start /models", "mlserver"),
        ("torchserve --start", "torchserve"),
        ("mlflow models serve -m models:/x/1", "mlflow"),
        ("acme models serve", None),
        ("serve run app:graph", "ray"),
        ("python -m sglang.launch_server", "sglang"),
        ("llama-server -m x.gguf", "llama.cpp"),
        ("bentoml serve x:y", "bentoml"),
        ("python app.py", None),
        ("", None),
    ],
)
def test_commands(command: str, runtime: str | None) -> None:
    assert runtime_of_command(command.split()) == runtime


def test_unknown_words_decide_nothing() -> None:
    assert runtime_of_command(["vllm", Unresolved("$X", "unknown"), "serve"]) is None
