"""Overlays in a folder of their own, read by the Kubernetes parser with the programs that are there."""

import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from scanner.config import KubernetesOptions
from scanner.core.notification import Level
from scanner.core.resource import Parsed, Resource, SourceFile
from scanner.core.values import parse_path, reach
from scanner.parsers.interface import ParseContext
from scanner.parsers.kubernetes import KUBERNETES

OVERLAYS = Path(__file__).parents[4] / "fixtures" / "parsers" / "kubernetes" / "overlays"
PROGRAMS = ("kustomize", "kubectl")


@dataclass(frozen=True)
class Read:
    """What the parser gave back for a folder."""

    parsed: Parsed

    def resource(self, address: str, origin: str) -> Resource:
        (found,) = [each for each in self.parsed.resources if (each.address, each.origin) == (address, origin)]
        return found

    @staticmethod
    def value(resource: Resource, attribute: str) -> Any:
        ((_, found),) = reach(resource.attributes, parse_path(attribute))
        return found

    def addresses(self, origin: str, *types: str) -> list[str]:
        found = [each for each in self.parsed.resources if each.origin == origin and (not types or each.type in types)]
        return sorted(each.address for each in found)

    def origins(self) -> list[str]:
        return sorted({each.origin for each in self.parsed.resources})

    def place(self, address: str, origin: str, attribute: str) -> str:
        return str(self.resource(address, origin).locate(parse_path(attribute)))

    def errors(self) -> list[tuple[str, str]]:
        """Place and message of what makes the scan incomplete."""
        return [(str(each.location), each.message) for each in self.parsed.notifications if each.level is Level.ERROR]


def program(name: str) -> KubernetesOptions:
    """The options with this program; skips the test where it is not installed."""
    path = shutil.which(name)
    if path is None:
        pytest.skip(f"{name} is not on PATH")
    found = Path(path)
    return KubernetesOptions(kustomize=found) if name == "kustomize" else KubernetesOptions(kubectl=found)


def any_program() -> KubernetesOptions:
    """The options with the first program that is there; skips the test where none is."""
    name = next((each for each in PROGRAMS if shutil.which(each)), None)
    if name is None:
        pytest.skip("neither kustomize nor kubectl is on PATH")
    return program(name)


def read(root: Path, options: KubernetesOptions, below: str = ".", time_limit: float = 60.0) -> Read:
    """The release of the claimed files below a folder of `root`, the repository; links are not followed."""
    files = []
    for path in sorted((root / below).rglob("*")):
        if path.is_file() and not path.is_symlink():
            name = path.relative_to(root).as_posix()
            if KUBERNETES.claims(name, path.read_bytes()):
                files.append(SourceFile(name, "kubernetes", path.read_text()))
    return Read(KUBERNETES.parse(files, ParseContext(root, time_limit, workers=2, kubernetes=options)))


def write(root: Path, files: Mapping[str, str]) -> Path:
    """The folder with these files in it."""
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    return root
