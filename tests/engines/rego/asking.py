"""Asks a library of the shipped Rego for a value, through the engine that ships."""

import json
from functools import cache
from pathlib import Path
from typing import Any

import regorus

_LIBRARIES = Path(__file__).parents[3] / "policies" / "lib"


@cache
def _engine(library: str, document: str) -> Any:
    made = regorus.Engine()
    made.add_policy(f"{library}.rego", (_LIBRARIES / f"{library}.rego").read_text(encoding="utf-8"))
    made.set_input_json(document)
    return made


def answer(library: str, expression: str, document: str = "{}") -> Any:
    """What the expression gives where `document` (JSON) is the input, None where it is undefined."""
    found = json.loads(_engine(library, document).eval_query_as_json(f"answer := {expression}"))
    result = found.get("result")
    return result[0]["bindings"]["answer"] if result else None
