"""Options for how Rego is evaluated, and the program that may do it."""

from collections.abc import Sequence
from typing import Annotated, Any

import typer

from scanner.cli.build_options import on_path
from scanner.config import UsageError
from scanner.core.suggestions import closest
from scanner.engines.rego.checks import REFUSED
from scanner.engines.rego.opa_program import OpaError, check_version

_ENGINES = ("regorus", "opa")

RegoEngineOption = Annotated[
    str | None,
    typer.Option(
        "--rego-engine",
        envvar="RELEASEGATE_REGO_ENGINE",
        help="What evaluates Rego: regorus, which is built in, or opa, the program on PATH [regorus].",
    ),
]
GrantOption = Annotated[
    list[str] | None,
    typer.Option(
        "--grant", help="Function that Rego may call although it is refused, such as time.now_ns; repeatable."
    ),
]


def rego(engine: str | None, grants: Sequence[str] | None) -> dict[str, Any]:
    """The options by the names of `RegoOptions`.

    Raises `UsageError` for an engine or a function that means nothing, and for a program that is missing or too old.
    """
    for name in grants or ():
        if name not in REFUSED:
            raise UsageError(f"--grant {name}: expected {', '.join(REFUSED)}{closest([name], REFUSED)}")
    found: dict[str, Any] = {"engine": engine, "grants": tuple(grants or ())}
    if engine is None:
        return found
    if engine not in _ENGINES:
        raise UsageError(f"unknown Rego engine {engine!r}: expected {', '.join(_ENGINES)}{closest([engine], _ENGINES)}")
    if engine == "opa":
        program = on_path("opa")
        if program is None:
            raise UsageError("--rego-engine opa needs the program opa on PATH; https://www.openpolicyagent.org has it")
        try:
            check_version(str(program))
        except OpaError as error:
            raise UsageError(f"--rego-engine opa: {error}") from None
        found["opa"] = program
    return found
