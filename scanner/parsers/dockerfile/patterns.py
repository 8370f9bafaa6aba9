"""The patterns of `${name#pattern}`, `${name%pattern}` and `${name/pattern/text}`, as the builder reads them."""


class PatternError(Exception):
    """A pattern that the builder refuses."""


def without(value: str, pattern: str, operator: str, twice: bool, replacement: str) -> str:
    """`value` without its front (`#`) or its end (`%`), or with the first match replaced (`/`).

    `twice` says that the operator is doubled: the longest match instead of the shortest, every match instead of one.
    Raises `PatternError`.
    """
    import re2  # noqa: PLC0415 - few Dockerfiles need patterns

    try:
        if operator == "/":
            expression = "".join(_expressions(pattern, greedy=True))
            return str(re2.sub(expression, lambda _: replacement, value, count=0 if twice else 1))
        parts = [*_expressions(pattern, greedy=twice)]
        if operator == "#":
            found = re2.match("".join(parts), value)
            return value[found.end() :] if found else value
        # Only the match nearest to the front can be had the shortest, so both are turned round.
        found = re2.match("".join(reversed(parts)), value[::-1])
    except re2.error as error:
        raise PatternError from error
    return value[: len(value) - found.end()] if found else value


def _expressions(pattern: str, greedy: bool) -> list[str]:
    """A shell pattern of `*`, `?` and escapes as pieces of a regular expression; it has no classes of characters."""
    import re2  # noqa: PLC0415 - few Dockerfiles need patterns

    result: list[str] = []
    characters = iter(pattern)
    for character in characters:
        if character == "*":
            result.append(".*" if greedy else ".*?")
        elif character == "?":
            result.append(".")
        elif character == "\\":
            following = next(characters, "")
            if following not in ("}", "/", "*", "?", "\\"):
                raise PatternError
            result.append(re2.escape(following))
        else:
            result.append(re2.escape(character))
    return result
