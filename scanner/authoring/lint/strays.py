"""Says of a path in a policy that no resource it can be about has such an attribute."""

from collections.abc import Iterable, Sequence

from scanner.authoring.input_schemas import InputSchemas, Step, Stray
from scanner.authoring.lint.interface import LintProblem
from scanner.core.location import Location
from scanner.core.notification import Level
from scanner.core.suggestions import closest
from scanner.core.values import format_path

CODE = "unknown-path"
_MOST_TYPES = 3


def unknown_path(
    types: Iterable[str], path: Sequence[Step], where: Location, schemas: InputSchemas
) -> LintProblem | None:
    """The problem, or None where one of the types has the attribute, or no schema.

    Without types the path may be of any resource.
    """
    types = [each for each in dict.fromkeys(types) if each]
    if not types:
        if schemas.is_anywhere(path):
            return None
        return LintProblem(CODE, Level.ERROR, f"{path_text(path)}: no type of resource has such an attribute", where)
    known = [schemas.types[each] for each in types if each in schemas.types]
    if not known or len(known) < len(types):
        return None
    strays: list[tuple[str, Stray]] = []
    for schema in known:
        stray = schema.stray(path)
        if stray is None:
            return None
        strays.append((schema.type, stray))
    return LintProblem(CODE, Level.ERROR, _message(path, strays), where)


def path_text(path: Sequence[Step]) -> str:
    """The path as people write it; `[*]` is any element."""
    text = ""
    for step in path:
        part = "[*]" if step is None else format_path((step,))
        text += part if not text or part.startswith("[") else f".{part}"
    return text


def _message(path: Sequence[Step], strays: Sequence[tuple[str, Stray]]) -> str:
    furthest = max(stray.position for _, stray in strays)
    at = [(type_, stray) for type_, stray in strays if stray.position == furthest]
    step, before = path[furthest], path_text(path[:furthest])
    names = dict.fromkeys(name for _, stray in at for name in stray.known)
    types = [type_ for type_, _ in strays]
    shown = ", ".join(types[:_MOST_TYPES]) + (f" and {len(types) - _MOST_TYPES} more" if types[_MOST_TYPES:] else "")
    if not names:
        return f"{path_text(path)}: {before} of {shown} has no parts"
    within = f"{before} of {shown}" if before else shown
    return f"{path_text(path)}: {within} has no {step}{closest([step], names)}"
