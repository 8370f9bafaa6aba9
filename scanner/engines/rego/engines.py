"""The Rego engines by name, for worker processes."""

from collections.abc import Callable, Mapping
from typing import Any

from scanner.engines.rego.interface import RegoEngine
from scanner.engines.rego.opa_engine import OpaEngine
from scanner.engines.rego.regorus_engine import RegorusEngine


def maker(engine: Mapping[str, Any]) -> Callable[[], RegoEngine]:
    """What makes an engine as `{name, program, grants, time_limit, lenient}` asks for; the last three may be missing.

    `program` is the path of the `opa` binary, `grants` the functions that policies may call although they are refused,
    `time_limit` the seconds for one policy. A `lenient` engine takes what a built-in cannot do as undefined.
    """
    lenient, grants = engine.get("lenient", False), tuple(engine.get("grants", ()))
    if engine["name"] == "opa":
        time_limit = engine.get("time_limit", 10.0)
        return lambda: OpaEngine(engine["program"], grants, lenient=lenient, time_limit=time_limit)
    return lambda: RegorusEngine(lenient=lenient, grants=grants)
