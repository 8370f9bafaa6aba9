"""How an inspection tells what it found: plain mappings that can leave the worker."""

from typing import Any

MOST_LISTED = 100
_LONGEST = 200


class Problems:
    """Defects of one file, in the order in which they are found; of many only the first are kept, with their number."""

    def __init__(self) -> None:
        self._found: list[dict[str, str]] = []
        self._count = 0

    def add(self, kind: str, message: str) -> None:
        """Tell one defect: `kind` is a word for policies, `message` says it to people."""
        self._count += 1
        if self._count <= MOST_LISTED:
            self._found.append({"kind": kind, "message": message})

    def facts(self) -> dict[str, Any]:
        """The attribute `problems`, where there are any."""
        if not self._found:
            return {}
        left = self._count - len(self._found)
        more = [{"kind": "more", "message": f"{left} more of these"}] if left else []
        return {"problems": [*self._found, *more]}


def shown(text: object) -> str:
    """A name from a hostile file, as it may stand in a message: short, printable, on one line."""
    plain = "".join(each if each.isprintable() else "?" for each in str(text)[: _LONGEST + 1])
    return plain if len(plain) <= _LONGEST else f"{plain[:_LONGEST]}…"
