"""An object as its operator sees it: with what it takes over from others, and where it stays open."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from scanner.core.values import AttributePath, Unresolved
from scanner.parsers.kubernetes.manifests import Manifest


@dataclass(frozen=True)
class Assembled:
    """`manifest` has the values of its templates in place, each with the line where it is written.

    `open_ends` says why what is not written at or below a path may be set elsewhere, `templates` which objects the
    values at or below a path come from (their addresses).
    """

    manifest: Manifest
    open_ends: Mapping[AttributePath, str] = field(default_factory=dict)
    templates: Mapping[AttributePath, tuple[str, ...]] = field(default_factory=dict)

    def open_end(self, path: AttributePath) -> Unresolved | None:
        """Why something that is not written at this path may be set all the same."""
        for length in range(len(path), -1, -1):
            if path[:length] in self.open_ends:
                return Unresolved("template", self.open_ends[path[:length]])
        return None

    def templates_of(self, path: AttributePath) -> tuple[str, ...]:
        """The addresses of the objects that values at this path come from."""
        return next(
            (self.templates[path[:length]] for length in range(len(path), -1, -1) if path[:length] in self.templates),
            (),
        )
