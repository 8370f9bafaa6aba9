"""Reads Terraform for the tests of this folder, and shorter ways to look at the result."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from scanner.config import TerraformOptions
from scanner.core.resource import Parsed, Resource, SourceFile
from scanner.core.values import ABSENT, Unresolved, parse_path, reach
from scanner.parsers.interface import ParseContext
from scanner.parsers.terraform import TERRAFORM

FIXTURES = Path(__file__).parents[3] / "fixtures" / "parsers" / "terraform"


@dataclass(frozen=True)
class Reading:
    """What the parser gave back."""

    parsed: Parsed

    def addresses(self, *types: str) -> list[str]:
        return [each.address for each in self.parsed.resources if not types or each.type in types]

    def resource(self, address: str) -> Resource:
        (found,) = [each for each in self.parsed.resources if each.address == address]
        return found

    def value(self, address: str, path: str) -> Any:
        """The one value at `path`, `ABSENT` when it is not written."""
        ((_, found),) = reach(self.resource(address).attributes, parse_path(path))
        return found

    def reason(self, address: str, path: str) -> str:
        """Why the value at `path` is not known."""
        found = self.value(address, path)
        assert isinstance(found, Unresolved), f"{path} is known: {found!r}"
        return found.reason

    def is_absent(self, address: str, path: str) -> bool:
        return self.value(address, path) is ABSENT

    def line(self, address: str, path: str) -> int:
        """The line that is written for exactly this attribute."""
        return self.resource(address).attribute_locations[parse_path(path)].start_line

    def place(self, address: str, path: str) -> str:
        """File and line of the attribute."""
        return str(self.resource(address).attribute_locations[parse_path(path)])

    def links(self) -> set[tuple[str, str, str]]:
        """Source, target and file:line of every link, without the root."""
        return {
            (link.source.partition("::")[2], link.target.partition("::")[2], str(link.evidence))
            for link in self.parsed.links
        }

    def told(self) -> list[tuple[str, str, str]]:
        return [(each.level.value, str(each.location), each.message) for each in self.parsed.notifications]


def files_below(folder: Path) -> Iterator[SourceFile]:
    """The files that discovery would give the parser."""
    for path in sorted(folder.rglob("*")):
        relative = path.relative_to(folder).as_posix()
        is_scanned = not path.is_symlink() and not relative.startswith(".terraform/") and "/.terraform/" not in relative
        if is_scanned and path.is_file() and TERRAFORM.claims(relative, b""):
            yield SourceFile(relative, "terraform", path.read_bytes().decode("utf-8-sig"))


def read(
    folder: Path, time_limit: float = 60.0, root: Path | None = None, options: TerraformOptions | None = None
) -> Reading:
    """The reading of everything below `folder`; `root` is the repository root when that is further up."""
    base = root or folder
    prefix = "" if base == folder else folder.relative_to(base).as_posix() + "/"
    files = [SourceFile(prefix + file.path, file.format, file.text) for file in files_below(folder)]
    context = ParseContext(base, time_limit, terraform=options or TerraformOptions())
    return Reading(TERRAFORM.parse(files, context))


def read_case(name: str, time_limit: float = 60.0) -> Reading:
    """The reading of one fixture."""
    return read(FIXTURES / name, time_limit)


def read_text(folder: Path, text: str, name: str = "main.tf", time_limit: float = 60.0) -> Reading:
    """The reading of one more file with this text."""
    (folder / name).write_bytes(text.encode())
    return read(folder, time_limit)
