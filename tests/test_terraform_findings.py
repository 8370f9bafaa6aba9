"""Findings inside of Terraform modules, end to end: their lines, the calls that lead there, and who may accept them."""

import json
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import pytest

from scanner.config import Config
from scanner.core.finding import Finding, Status
from scanner.core.result import ScanResult
from scanner.pipeline import run
from scanner.reports import RENDERERS
from scanner.reports.interface import RenderOptions

WAIVER = 'releasegate:ignore=VER-005 until=2027-01-31 reason="a mirror"'
REGISTRY = """\
resource "aws_ecr_repository" "this" {
  name                 = "triage"
  image_tag_mutability = "MUTABLE"
}
"""


def write(folder: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)


def scan(folder: Path, checks: Sequence[str] = ("VER-005",)) -> ScanResult:
    return run(Config(paths=(folder,), as_of=date(2026, 11, 21), checks=tuple(checks)))


def failure(result: ScanResult) -> Finding:
    (found,) = [finding for finding in result.findings if finding.status is Status.FAIL]
    return found


def test_a_finding_in_a_nested_module_names_its_line_and_every_call_that_leads_to_it(tmp_path: Path) -> None:
    write(
        tmp_path,
        {
            "main.tf": '\nmodule "platform" {\n  source = "./platform"\n}\n',
            "platform/main.tf": 'module "registry" {\n  count  = 1\n  source = "../registry"\n}\n',
            "registry/main.tf": REGISTRY,
        },
    )
    found = failure(scan(tmp_path))
    assert found.resource.address == "module.platform.module.registry[0].aws_ecr_repository.this"
    assert str(found.location) == "registry/main.tf:3"
    assert [(str(each.location), each.message) for each in found.related_locations] == [
        ("platform/main.tf:1", "module.platform.module.registry[0] is called here"),
        ("main.tf:2", "module.platform is called here"),
    ]


@pytest.fixture
def fetched(tmp_path: Path) -> Path:
    """A root whose module `terraform init` has fetched, with a waiver in it that the repository has not written."""
    manifest = {"Modules": [{"Key": "registry", "Source": "acme/registry/aws", "Dir": ".terraform/modules/registry"}]}
    write(
        tmp_path,
        {
            "main.tf": 'module "registry" {\n  source = "acme/registry/aws"\n}\n',
            ".terraform/modules/modules.json": json.dumps(manifest),
            ".terraform/modules/registry/main.tf": f"# {WAIVER}\n{REGISTRY}",
        },
    )
    return tmp_path


def test_the_lines_of_a_fetched_module_are_shown(fetched: Path) -> None:
    result = scan(fetched)
    assert str(failure(result).location) == ".terraform/modules/registry/main.tf:4"
    assert '> 4 │   image_tag_mutability = "MUTABLE"' in RENDERERS["terminal"](result, RenderOptions(100))


def test_a_fetched_module_accepts_nothing_for_the_repository_but_the_caller_may(fetched: Path) -> None:
    assert failure(scan(fetched)).waiver is None
    main = fetched / "main.tf"
    main.write_text(f"# {WAIVER}\n{main.read_text()}")
    accepted = failure(scan(fetched)).waiver
    assert accepted is not None
    assert str(accepted.location) == "main.tf:1"
