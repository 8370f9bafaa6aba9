"""The engine for Rego policies."""

from scanner.engines.rego.evaluation import evaluate

__all__ = ["evaluate"]
