"""Modules that are not part of the repository: where they are found, and what is said of those that are not."""

from pathlib import Path

import pytest

from scanner.config import TerraformOptions
from tests.parsers.terraform.reading import Reading, read

BUCKET = """\
variable "name" {}
resource "aws_s3_bucket" "this" {
  bucket = var.name
}
output "id" {
  value = aws_s3_bucket.this.id
}
"""
CALL = 'module "store" {\n  source  = "acme/store/aws"\n  version = "~> 1.2"\n  name    = "models"\n}\n'


def write(folder: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    return folder


def scan(folder: Path, **options: object) -> Reading:
    return read(folder, options=TerraformOptions(**options))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "place", ["acme/store/aws/1.2.5", "registry.terraform.io/acme/store/aws/1.2.5", "acme/store/aws"]
)
def test_a_copy_in_a_folder_of_the_repository_is_read_where_it_is_called_and_not_on_its_own(
    tmp_path: Path, place: str
) -> None:
    write(tmp_path, {"main.tf": CALL, f"vendor/{place}/main.tf": BUCKET})
    reading = scan(tmp_path, module_directories=(tmp_path / "vendor",))
    assert reading.addresses("aws_s3_bucket") == ["module.store.aws_s3_bucket.this"]
    assert reading.value("module.store.aws_s3_bucket.this", "bucket") == "models"
    assert reading.place("module.store.aws_s3_bucket.this", "bucket") == f"vendor/{place}/main.tf:3"
    assert reading.told() == []


def test_a_copy_outside_of_the_repository_has_a_path_of_its_own(tmp_path: Path) -> None:
    write(tmp_path / "copies", {"acme/store/aws/1.2.5/main.tf": BUCKET, "acme/store/aws/2.0.0/main.tf": ""})
    write(tmp_path / "repository", {"main.tf": CALL})
    reading = scan(tmp_path / "repository", module_directories=(tmp_path / "copies",))
    path = ".releasegate/copies/acme/store/aws/1.2.5/main.tf"
    assert reading.place("module.store.aws_s3_bucket.this", "bucket") == f"{path}:3"
    assert [file.path for file in reading.parsed.source_files] == [path]


def test_a_module_elsewhere_does_not_lead_back_into_the_repository(tmp_path: Path) -> None:
    inside = 'module "up" {\n  source = "../../../../../secret"\n}\n'
    write(tmp_path / "copies", {"acme/store/aws/main.tf": inside})
    write(tmp_path / "repository", {"main.tf": CALL, "secret/main.tf": BUCKET})
    ((level, _, message),) = scan(tmp_path / "repository", module_directories=(tmp_path / "copies",)).told()
    assert (level, message.partition(";")[0]) == (
        "error",
        "module.store.module.up: source ../../../../../secret leads out of the folder of its package",
    )


def test_no_version_fits(tmp_path: Path) -> None:
    write(tmp_path, {"main.tf": CALL, "vendor/acme/store/aws/2.0.0/main.tf": BUCKET})
    ((level, place, message), *_) = scan(tmp_path, module_directories=(tmp_path / "vendor",)).told()
    assert (level, place) == ("error", "main.tf:2")
    assert "module.store: source acme/store/aws is not on disk" in message


@pytest.mark.parametrize(
    ("pattern", "level"), [("acme/*", "warning"), ("*", "warning"), ("acme", "error"), ("other/*", "error")]
)
def test_a_module_that_is_not_read_is_an_error_unless_it_is_accepted(tmp_path: Path, pattern: str, level: str) -> None:
    write(tmp_path, {"main.tf": CALL + 'output "id" {\n  value = module.store.id\n}\n'})
    ((found, place, message),) = scan(tmp_path, accepted_modules=(pattern,)).told()
    assert (found, place) == (level, "main.tf:2")
    assert message.endswith("; the configuration accepts that") is (level == "warning")


def test_a_secret_in_a_source_is_not_shown(tmp_path: Path) -> None:
    source = "git::https://user:hunter2hunter2@git.example.com/acme/store.git"
    write(tmp_path, {"main.tf": f'module "store" {{\n  source = "{source}"\n}}\n'})
    reading = scan(tmp_path)
    assert "hunter2hunter2" not in str(reading.told())
    assert "hunter2hunter2" in reading.parsed.secrets
