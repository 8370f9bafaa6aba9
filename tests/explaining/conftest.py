"""The releases of fixtures/explain/ read once, and what is needed to trace a value in them."""

import shutil
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from scanner.config import Config
from scanner.core.finding import Finding, Status
from scanner.core.resource import Release, Resource
from scanner.core.values import parse_path
from scanner.discovery import repository_root
from scanner.explaining.steps import Way
from scanner.explaining.trace import Tracer
from scanner.parsers.interface import ParseContext
from scanner.pipeline import read
from tests.builders import policy

FIXTURES = Path(__file__).parents[2] / "fixtures" / "explain"
AS_OF = date(2026, 11, 22)

Line = tuple[str, str, str]


def config_for(*paths: Path) -> Config:
    """A scan of the paths with whatever renders on this machine."""
    config = Config(paths=paths, as_of=AS_OF)
    programs = {name: Path(found) for name in ("helm", "kustomize") if (found := shutil.which(name))}
    return replace(config, kubernetes=replace(config.kubernetes, **programs))  # type: ignore[arg-type]


def traced(config: Config) -> Tracer:
    """What traces values in the files of a configuration."""
    context = ParseContext(
        repository_root(config.paths),
        terraform=config.terraform,
        kubernetes=config.kubernetes,
        dockerfile=config.dockerfile,
    )
    return Tracer(read(config), context)


def resource_of(release: Release, address: str, type_: str = "") -> Resource:
    found = [each for each in release.resources if each.address == address and type_ in ("", each.type)]
    assert found, [each.address for each in release.resources]
    return found[0]


def way_of(tracer: Tracer, address: str, attribute: str, type_: str = "") -> Way:
    """The way of an attribute, as if a policy had failed because of it."""
    resource = resource_of(tracer.release, address, type_)
    location = resource.locate(parse_path(attribute))
    return tracer.way(Finding(policy(), resource, Status.FAIL, "wrong", location, attribute=attribute))


def lines(way: Way, below: Path = FIXTURES) -> list[Line]:
    """Each step by its kind, its file and line below the fixtures, and its words."""
    prefix = f"{below.relative_to(repository_root([below])).as_posix()}/"
    return [
        (each.kind, str(each.location or "").removeprefix(prefix), each.message.replace(prefix, ""))
        for each in way.steps
    ]


def places(way: Way, below: Path = FIXTURES) -> Sequence[tuple[str, str]]:
    return [(kind, where) for kind, where, _ in lines(way, below)]


@pytest.fixture(scope="session")
def terraform() -> Tracer:
    return traced(config_for(FIXTURES / "terraform"))


@pytest.fixture(scope="session")
def image() -> Tracer:
    return traced(config_for(FIXTURES / "image"))


@pytest.fixture
def written(tmp_path: Path) -> Callable[..., Tracer]:
    """A release written by hand: file names to texts, with more options for the configuration."""

    def write(files: dict[str, str], change: Callable[[Config], Config] = lambda config: config) -> Tracer:
        (tmp_path / ".git").mkdir(exist_ok=True)
        for name, text in files.items():
            file = tmp_path / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text)
        return traced(change(config_for(tmp_path)))

    return write
