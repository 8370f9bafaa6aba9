"""Modules that are not part of the repository: where they are found, and what is said of those that are not."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from scanner.config import TerraformOptions
from tests.parsers.terraform.reading import Reading, read
from tests.parsers.terraform.remote.repositories import Repository
from tests.parsers.terraform.remote.serving import Server, serving

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


@pytest.fixture
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", "/dev/null")
    with serving(tmp_path / "served") as running:
        yield running


def test_a_module_is_fetched_only_when_that_is_allowed(tmp_path: Path, server: Server) -> None:
    repository = Repository(tmp_path / "served" / "store")
    commit = repository.commit({"modules/store/main.tf": BUCKET})
    source = f"git::{server.url}/git/store/.git//modules/store?ref={commit}"
    write(tmp_path / "scanned", {"main.tf": f'module "store" {{\n  source = "{source}"\n  name   = "models"\n}}\n'})
    ((level, place, message),) = scan(tmp_path / "scanned").told()
    assert (level, place) == ("error", "main.tf:2")
    assert "or allow --download-modules" in message
    assert server.seen == []

    reading = scan(tmp_path / "scanned", download_to=tmp_path / "cache" / "modules")
    assert reading.told() == []
    assert reading.value("module.store.aws_s3_bucket.this", "bucket") == "models"
    place = reading.place("module.store.aws_s3_bucket.this", "bucket")
    assert place.startswith(".releasegate/modules/127.0.0.1")
    assert place.endswith(f"/{commit}/modules/store/main.tf:3")


def test_a_module_that_cannot_be_fetched_is_named_with_the_reason(tmp_path: Path, server: Server) -> None:
    write(tmp_path / "scanned", {"main.tf": f'module "store" {{\n  source = "git::{server.url}/git/none/.git"\n}}\n'})
    ((level, place, message),) = scan(tmp_path / "scanned", download_to=tmp_path / "cache").told()
    assert (level, place) == ("error", "main.tf:2")
    assert message.startswith(f"module.store: module git::{server.url}/git/none/.git was not fetched: ")


def test_the_folder_for_fetched_modules_is_not_in_the_repository(tmp_path: Path) -> None:
    write(tmp_path, {"main.tf": 'module "store" {\n  source = "git::https://git.example.com/store.git"\n}\n'})
    ((_, _, message),) = scan(tmp_path, download_to=tmp_path / "cache").told()
    assert "lies in the repository, where anybody could fill it" in message


def test_a_secret_in_a_source_is_not_shown(tmp_path: Path) -> None:
    source = "git::https://user:hunter2hunter2@git.example.com/acme/store.git"
    write(tmp_path, {"main.tf": f'module "store" {{\n  source = "{source}"\n}}\n'})
    reading = scan(tmp_path)
    assert "hunter2hunter2" not in str(reading.told())
    assert "hunter2hunter2" in reading.parsed.secrets
