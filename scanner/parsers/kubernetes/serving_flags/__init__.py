"""Model servers by the name of their runtime: their options, the ways to set them, and their defaults."""

from collections.abc import Mapping

from scanner.parsers.kubernetes.serving_flags.interface import Option, Server
from scanner.parsers.kubernetes.serving_flags.language_models import (
    HUGGINGFACE,
    LLAMA_CPP,
    LMDEPLOY,
    NIM,
    OLLAMA,
    SGLANG,
    TEI,
    TGI,
    VLLM,
)
from scanner.parsers.kubernetes.serving_flags.model_servers import (
    BENTOML,
    DJL,
    KSERVE,
    MLFLOW,
    MLSERVER,
    OVMS,
    TF_SERVING,
    TORCHSERVE,
    TRITON,
)

__all__ = ["SERVERS", "Option", "Server"]

SERVERS: Mapping[str, Server] = {
    "bentoml": BENTOML,
    "djl": DJL,
    "huggingfaceserver": HUGGINGFACE,
    "kserve": KSERVE,
    "llama.cpp": LLAMA_CPP,
    "lmdeploy": LMDEPLOY,
    "mlflow": MLFLOW,
    "mlserver": MLSERVER,
    "nim": NIM,
    "ollama": OLLAMA,
    "ovms": OVMS,
    "sglang": SGLANG,
    "tei": TEI,
    "tfserving": TF_SERVING,
    "tgi": TGI,
    "torchserve": TORCHSERVE,
    "triton": TRITON,
    "vllm": VLLM,
}
"""Runtime, as `serving.py` tells it, to its server."""
