"""`init model`: a valid model-release.yaml with what was found, and nothing that nobody has said."""

from pathlib import Path

import yaml
from typer.testing import CliRunner

from scanner.cli import app

ROOT = Path(__file__).resolve().parents[2]
CARD = """\
---
license: apache-2.0
pipeline_tag: text-classification
base_model: acme/base
datasets: [acme/claims]
x-release: {owner: {name: Claims, email: claims@acme.example}, classification: phi}
---
# Model Card for claims
## Uses
### Direct Use
Sorts claims.
"""


def _init(*arguments: str) -> tuple[int, str, str]:
    result = CliRunner().invoke(app, ["init", "model", *arguments])
    return result.exit_code, result.stdout, result.stderr


def test_what_the_card_says_is_filled_in_with_its_line(tmp_path: Path) -> None:
    (tmp_path / "README.md").write_text(CARD)
    code, text, _ = _init(str(tmp_path), "-o", "-")
    assert code == 0
    written = yaml.safe_load(text)
    assert written["model"] == {
        "id": "claims",
        "task": "text-classification",
        "license": "apache-2.0",
        "base_model": {"name": "acme/base"},
        "datasets": [{"name": "acme/claims"}],
    }
    assert written["owner"] == {"name": "Claims", "email": "claims@acme.example"}
    assert written["data"] == {"classification": "phi"}
    assert "approval" not in written
    assert "  license: apache-2.0  # README.md:2\n" in text
    assert "# approval:\n" in text


def test_the_file_is_read_without_complaint(tmp_path: Path) -> None:
    (tmp_path / "README.md").write_text(CARD)
    assert _init(str(tmp_path))[0] == 0
    result = CliRunner().invoke(app, ["inventory", str(tmp_path)])
    assert result.exit_code == 0, result.stderr
    assert "model-release.yaml:3" in result.stdout


def test_a_filled_in_manifest_comes_out_as_it_was(tmp_path: Path) -> None:
    original = ROOT / "fixtures" / "projects" / "triage-model-fixed" / "model" / "triage-risk" / "model-release.yaml"
    code, text, _ = _init(str(original), "-o", "-")
    assert code == 0
    written = yaml.load(text, yaml.BaseLoader)  # noqa: S506 - makes nothing but texts
    for artifact in written["model"]["artifacts"]:
        assert artifact.pop("format") == "onnx"  # what its name says
    assert written == yaml.load(original.read_text(), yaml.BaseLoader)  # noqa: S506 - see above


def test_a_model_without_a_name_is_called_like_its_folder(tmp_path: Path) -> None:
    folder = tmp_path / "claims-triage"
    folder.mkdir()
    (folder / "README.md").write_text(CARD.replace("# Model Card for claims\n", ""))
    code, text, _ = _init(str(folder), "-o", "-")
    assert code == 0
    assert "  id: claims-triage  # stated nowhere; the folder is called so\n" in text


def test_the_format_of_a_git_lfs_pointer_is_that_of_its_file(tmp_path: Path) -> None:
    (tmp_path / "README.md").write_text(CARD)
    digest = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
    pointer = f"version https://git-lfs.github.com/spec/v1\noid sha256:{digest}\nsize 4096\n"
    (tmp_path / "model.safetensors").write_text(pointer)
    _, text, _ = _init(str(tmp_path), "-o", "-")
    (artifact,) = yaml.safe_load(text)["model"]["artifacts"]
    assert artifact == {
        "path": "model.safetensors",
        "digest": f"sha256:{digest}",
        "format": "safetensors",
        "size": 4096,
    }


def test_a_file_that_is_there_is_not_overwritten(tmp_path: Path) -> None:
    (tmp_path / "README.md").write_text(CARD)
    (tmp_path / "model-release.yaml").write_text("apiVersion: releasegate/v1\nkind: ModelRelease\nmodel: {id: mine}\n")
    code, _, said = _init(str(tmp_path), "--model", "mine")
    assert code != 0
    assert (tmp_path / "model-release.yaml").read_text().endswith("{id: mine}\n")
    assert "--force" in said or "--force" in str(CliRunner().invoke(app, ["init", "model", str(tmp_path)]).exception)


def test_without_a_model_nothing_is_written(tmp_path: Path) -> None:
    code, _, _ = _init(str(tmp_path))
    assert code != 0
    assert not (tmp_path / "model-release.yaml").exists()
