"""The Rego engines by name, for worker processes."""

from collections.abc import Callable, Mapping
from typing import Any

from scanner.engines.rego.interface import RegoEngine
from scanner.engines.rego.regorus_engine import RegorusEngine


def maker(engine: Mapping[str, Any]) -> Callable[[], RegoEngine]:
    """What makes an engine as `{name, program, grants}` asks for.

    `program` is the path of the `opa` binary, `grants` the functions that policies may call although they are refused.
    """
    assert engine["name"] == "regorus"  # noqa: S101 - the configuration knows no other
    return RegorusEngine
