"""Reading of manifests for the tests of this folder."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from scanner.core.resource import Parsed, Resource, SourceFile
from scanner.core.values import parse_path
from scanner.parsers.interface import ParseContext
from scanner.parsers.kubernetes import KUBERNETES

FIXTURES = Path(__file__).parents[3] / "fixtures" / "parsers" / "kubernetes"


@dataclass(frozen=True)
class Reading:
    """What the parser gave back, with shorter ways to look at it."""

    parsed: Parsed

    def resource(self, address: str) -> Resource:
        (found,) = [each for each in self.parsed.resources if each.address == address]
        return found

    def addresses(self, *types: str) -> list[str]:
        return [each.address for each in self.parsed.resources if not types or each.type in types]

    def line(self, address: str, attribute: str) -> int:
        return self.resource(address).locate(parse_path(attribute)).start_line

    def told(self) -> list[tuple[str, int, str]]:
        return [
            (each.level.value, each.location.start_line if each.location else 0, each.message)
            for each in self.parsed.notifications
        ]


Read = Callable[..., Reading]


@pytest.fixture(name="read")
def fixture_read() -> Read:
    """Reads texts by path, as keyword-free pairs or as one text."""

    def read(text: str | dict[str, str], path: str = "app.yaml") -> Reading:
        texts = text if isinstance(text, dict) else {path: text}
        files = [SourceFile(name, "kubernetes", content) for name, content in texts.items()]
        return Reading(KUBERNETES.parse(files, ParseContext(FIXTURES)))

    return read


@pytest.fixture(name="read_fixture")
def fixture_read_fixture(read: Read) -> Callable[[str], Reading]:
    """Reads a file, or every file of a folder, of fixtures/parsers/kubernetes."""

    def read_fixture(name: str) -> Reading:
        start = FIXTURES / name
        paths = sorted(path for path in start.rglob("*.yaml")) if start.is_dir() else [start]
        return read({path.relative_to(FIXTURES).as_posix(): path.read_text() for path in paths})

    return read_fixture
