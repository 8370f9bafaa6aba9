"""Documents that a manifest names by a path: which statements are paths, and what is there."""

from pathlib import Path
from typing import Any

import pytest

from scanner.core.resource import Resource, SourceFile
from scanner.core.values import parse_path
from scanner.parsers.interface import ParseContext
from scanner.parsers.model import MODEL

HEAD = "apiVersion: releasegate/v1\nkind: ModelRelease\nmodel: {id: claims-triage}\n"


def model(root: Path, text: str, path: str = "release/model-release.yaml") -> Resource:
    parsed = MODEL.parse([SourceFile(path, "model", text)], ParseContext(root))
    return parsed.resources[0]


def named(root: Path, reference: str) -> dict[str, Any] | None:
    """What is found of a reference to a runbook."""
    found = model(root, f"{HEAD}incident:\n  runbook: {reference}\n").attributes.get("named_files")
    return found[0] if found else None


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A repository with two documents and a folder, and a document beside the repository."""
    root = tmp_path / "repository"
    for name, text in {
        "release/docs/runbook.md": "Call.\n",
        "docs/annex-iv/1.md": "General.\n",
        "docs/empty.md": "",
        "DPIA/77/index": "Assessment.\n",
    }.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, encoding="utf-8")
    (tmp_path / "outside.md").write_text("Not of this repository.\n", encoding="utf-8")
    return root


@pytest.mark.parametrize(
    ("reference", "path", "size"),
    [
        ("docs/runbook.md", "release/docs/runbook.md", 6),
        ("./docs/runbook.md#first-steps", "release/docs/runbook.md", 6),
        ("../docs/annex-iv/1.md", "docs/annex-iv/1.md", 9),
        ("docs/annex-iv/1.md", "docs/annex-iv/1.md", 9),
        ("/docs/annex-iv/1.md", "docs/annex-iv/1.md", 9),
        ("/docs/empty.md", "docs/empty.md", 0),
    ],
)
def test_a_document_that_is_there(root: Path, reference: str, path: str, size: int) -> None:
    """Relative to the manifest, else to the root of the repository."""
    assert named(root, reference) == {"attribute": "incident.runbook", "path": path, "exists": True, "size": size}


def test_a_folder_that_is_there(root: Path) -> None:
    assert named(root, "../docs/annex-iv") == {"attribute": "incident.runbook", "path": "docs/annex-iv", "exists": True}


@pytest.mark.parametrize(
    ("reference", "path"),
    [
        ("docs/call.md", "release/docs/call.md"),
        ("runbook.pdf", "release/runbook.pdf"),
        ("./runbook", "release/runbook"),
        ("v1.2/runbook.md", "release/v1.2/runbook.md"),
    ],
)
def test_a_document_that_is_missing(root: Path, reference: str, path: str) -> None:
    assert named(root, reference) == {"attribute": "incident.runbook", "path": path, "exists": False}


@pytest.mark.parametrize(
    "reference",
    [
        "https://wiki.acme.example/runbook.md",
        "wiki.acme.example/claims/runbook.md",
        "mailto:oncall@acme.example",
        "oncall@acme.example",
        "RB-2026-112",
        "DPIA/2026-77",
        "page 4711 of the wiki",
        "${DOCS}/runbook.md",
        "'{{ docs }}/runbook.md'",
    ],
)
def test_what_is_no_path(root: Path, reference: str) -> None:
    assert named(root, reference) is None


def test_a_number_of_a_registry_that_is_a_folder_too_counts_as_the_folder(root: Path) -> None:
    assert named(root, "DPIA/77") == {"attribute": "incident.runbook", "path": "DPIA/77", "exists": True}


def test_nothing_outside_of_the_repository_is_looked_at(root: Path) -> None:
    (root / "release" / "link.md").symlink_to(root.parent / "outside.md")
    for reference in ("../../outside.md", "link.md", "../.."):
        found = named(root, reference)
        assert found is not None
        assert found["exists"] is False
        assert "leads out of the repository" in found["reason"]


def test_the_index_of_annex_iv_with_lines(root: Path) -> None:
    text = HEAD + 'eu_ai_act:\n  annex_iv:\n    "1": docs/annex-iv/1.md\n    "2": docs/annex-iv/2.md\n'
    found = model(root, text)
    assert found.attributes["named_files"] == [
        {"attribute": "eu_ai_act.annex_iv.1", "path": "docs/annex-iv/1.md", "exists": True, "size": 9},
        {"attribute": "eu_ai_act.annex_iv.2", "path": "release/docs/annex-iv/2.md", "exists": False},
    ]
    assert [found.locate(parse_path(f"named_files[{index}]")).start_line for index in (0, 1)] == [6, 7]


def test_statements_embedded_in_a_model_card(root: Path) -> None:
    text = (
        "---\nlibrary_name: onnx\nx-release:\n  fairness:\n    report: docs/runbook.md\n---\n# Model Card for triage\n"
    )
    card = model(root, text, "release/README.md")
    assert card.attributes["named_files"] == [
        {"attribute": "fairness.report", "path": "release/docs/runbook.md", "exists": True, "size": 6}
    ]
    assert card.locate(parse_path("named_files[0]")).start_line == 5
