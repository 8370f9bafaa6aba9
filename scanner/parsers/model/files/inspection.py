"""Looks into the files of models in a supervised worker: a hostile one costs its own inspection, never the scan."""

from collections.abc import Mapping
from types import TracebackType
from typing import Any, Self

from scanner.core.location import Location
from scanner.core.notification import Level, Notification
from scanner.core.values import Unresolved
from scanner.isolation import JobRefusedError, Worker, WorkerError
from scanner.parsers.interface import ParseContext
from scanner.parsers.model.files.places import Place

INSPECTORS: Mapping[str, str] = {}
"""By format, the function that a worker runs: it gets the file's absolute path and gives back a mapping of plain JSON
values, which become attributes of the `model_file`. Bad input is told in it (`problems`); `ValueError` refuses it."""


class Inspection:
    """The inspections of one scan, in a worker that is started when the first file needs it."""

    def __init__(self, context: ParseContext) -> None:
        self._worker = Worker(context.memory_limit)
        self._time_limit = context.time_limit

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._worker.stop()

    def facts(self, place: Place, attributes: Mapping[str, Any]) -> tuple[dict[str, Any], list[Notification]]:
        """What is in the file; `contents` is an `Unresolved` where that is not known."""
        function = INSPECTORS.get(str(attributes["format"]))
        if function is None:
            return {}, []
        try:
            found: dict[str, Any] = self._worker.call(function, str(place.file), self._time_limit)
        except JobRefusedError as error:
            message = f"this file cannot be read: {error}"
        except WorkerError as error:
            message = f"this file was not looked into: {error}"
        else:
            return found, []
        return {"contents": Unresolved(place.path, message)}, [
            Notification(Level.ERROR, message, "parser", Location(place.path, 1))
        ]
