"""The tool's own trouble, as SARIF calls it: what could not be read, judged or finished."""

from dataclasses import dataclass
from enum import StrEnum

from scanner.core.location import Location


class Level(StrEnum):
    """An `error` makes the scan incomplete; a `warning` or `note` does not."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


@dataclass(frozen=True)
class Notification:
    """One message about the tool's own work.

    `component` names the stage (`scan`, `discovery`, `parser`, `linking`, `bundle`, `engine`), `message` says
    what happened and what to do about it, in one line and without secrets.
    """

    level: Level
    message: str
    component: str
    location: Location | None = None

    @property
    def sort_key(self) -> tuple[str, int, str, str]:
        where = (self.location.path, self.location.start_line) if self.location else ("", 0)
        return (*where, self.component, self.message)
