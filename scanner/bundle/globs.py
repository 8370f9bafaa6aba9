"""Patterns of paths as OPA has them in `file_rego_versions`: `*` and `?` match `/` too."""

import re
from functools import cache
from typing import Any


def glob_matches(pattern: str, path: str) -> bool:
    """Whether the whole path matches. What cannot be a pattern is matched as it is written."""
    expression = _compiled(pattern)
    return path == pattern if expression is None else bool(expression.fullmatch(path))


@cache
def _compiled(pattern: str) -> Any:
    import re2  # noqa: PLC0415 - few manifests have patterns; matching takes linear time, whoever wrote them

    try:
        return re2.compile(f"(?s:{_translated(pattern)})")
    except (re2.error, ValueError):
        return None


def _translated(pattern: str) -> str:
    """Raises `ValueError` for a bracket without its other half."""
    result, depth, position = "", 0, 0
    while position < len(pattern):
        character = pattern[position]
        position += 1
        if character == "\\" and position < len(pattern):
            result += re.escape(pattern[position])
            position += 1
        elif character == "[":
            end = pattern.index("]", position + 1)
            body = pattern[position:end].replace("\\", "\\\\")
            result += f"[^{body[1:]}]" if body.startswith("!") else f"[{body}]"
            position = end + 1
        elif character == "{":
            result, depth = f"{result}(?:", depth + 1
        elif character == "}" and depth:
            result, depth = f"{result})", depth - 1
        elif character == "," and depth:
            result += "|"
        else:
            result += {"*": ".*", "?": "."}.get(character) or re.escape(character)
    if depth:
        raise ValueError(pattern)
    return result


def literal(path: str) -> str:
    """The pattern that matches this path alone."""
    return "".join(f"\\{character}" if character in "\\*?[]{},!" else character for character in path)
