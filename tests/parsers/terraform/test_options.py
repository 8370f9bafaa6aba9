"""What `terraform plan` would be told: files of variables, the environment, the workspace."""

from pathlib import Path

import pytest

from scanner.config import TerraformFolder, TerraformOptions
from scanner.core.resource import SourceFile
from scanner.parsers.interface import ParseContext
from scanner.parsers.terraform import TERRAFORM
from tests.parsers.terraform.reading import Reading, read

MAIN = """\
variable "region" { default = "default" }
variable "size" { type = number }
variable "names" { type = list(string) }
variable "password" { default = "" }
resource "aws_ebs_volume" "data" {
  region    = var.region
  size      = var.size
  names     = var.names
  workspace = terraform.workspace
  password  = var.password
}
"""
VOLUME = "aws_ebs_volume.data"


def scan(folder: Path, **options: object) -> Reading:
    (folder / "main.tf").write_text(MAIN)
    return read(folder, options=TerraformOptions(**options))  # type: ignore[arg-type]


def write(path: Path, text: str) -> Path:
    path.parent.mkdir(exist_ok=True)
    path.write_text(text)
    return path


def test_a_given_file_wins_over_what_terraform_loads_by_itself_and_a_later_one_over_an_earlier(tmp_path: Path) -> None:
    write(tmp_path / "terraform.tfvars", 'region = "tfvars"\nsize = 1\n')
    write(tmp_path / "z.auto.tfvars", 'region = "auto"\n')
    first = write(tmp_path / "envs" / "prod.tfvars", 'region = "first"\nnames = ["a"]\n')
    second = write(tmp_path / "envs" / "more.tfvars.json", '{"region": "second"}')
    read_both = scan(tmp_path, var_files=(first, second))
    assert read_both.value(VOLUME, "region") == "second"
    assert read_both.value(VOLUME, "size") == 1
    assert read_both.value(VOLUME, "names") == ["a"]
    assert scan(tmp_path, var_files=(second, first)).value(VOLUME, "region") == "first"
    assert scan(tmp_path).value(VOLUME, "region") == "auto"


def test_the_environment_gives_text_or_an_expression_by_the_type_and_every_file_wins(tmp_path: Path) -> None:
    environment = {"region": "from-env", "size": "20", "names": '["a", "b"]', "of_nobody": "x"}
    given = scan(tmp_path, environment=environment)
    assert given.value(VOLUME, "region") == "from-env"
    assert given.value(VOLUME, "size") == 20
    assert given.value(VOLUME, "names") == ["a", "b"]
    write(tmp_path / "terraform.tfvars", 'region = "tfvars"\n')
    assert scan(tmp_path, environment=environment).value(VOLUME, "region") == "tfvars"


def test_an_environment_that_the_type_does_not_take_is_unknown_with_its_cause(tmp_path: Path) -> None:
    reading = scan(tmp_path, environment={"size": "many", "names": "["})
    assert reading.reason(VOLUME, "size") == "var.size is given a value that its type does not take"
    assert "cannot be evaluated" in reading.reason(VOLUME, "names")


def test_the_workspace_is_unknown_unless_it_is_given(tmp_path: Path) -> None:
    assert scan(tmp_path).reason(VOLUME, "workspace") == "terraform.workspace is chosen when Terraform runs"
    assert scan(tmp_path, workspace="prod").value(VOLUME, "workspace") == "prod"


def test_a_variable_that_no_root_declares_is_told_with_its_line(tmp_path: Path) -> None:
    file = write(tmp_path / "prod.tfvars", 'region = "eu"\nregoin = "eu"\n')
    assert ("warning", "prod.tfvars:2", "no scanned Terraform root declares the variable regoin") in scan(
        tmp_path, var_files=(file,)
    ).told()


def test_a_given_file_outside_of_the_repository_goes_by_its_name(tmp_path: Path) -> None:
    outside = write(tmp_path / "elsewhere" / "prod.tfvars", 'region = "eu"\nsize = {\n')
    (tmp_path / "repository").mkdir()
    reading = scan(tmp_path / "repository", var_files=(outside,))
    (error,) = [each for each in reading.told() if each[0] == "error"]
    assert error[1].startswith("prod.tfvars:")


def test_secrets_of_given_files_are_kept_and_not_shown(tmp_path: Path) -> None:
    file = write(tmp_path / "prod.tfvars", 'password = "Winter-2026-pw"\n')
    assert "Winter-2026-pw" in scan(tmp_path, var_files=(file,)).parsed.secrets
    assert "From-env-pw-1" in scan(tmp_path, environment={"password": "From-env-pw-1"}).parsed.secrets


def test_the_default_of_a_sensitive_variable_is_a_secret_whatever_value_is_given(tmp_path: Path) -> None:
    """It stands in the file, beside whatever an excerpt shows."""
    (tmp_path / "pin.tf").write_text('variable "pin" {\n  sensitive = true\n  default   = "Default-pin-7"\n}\n')
    file = write(tmp_path / "prod.tfvars", 'pin = "Given-pin-8"\n')
    assert scan(tmp_path, var_files=(file,)).parsed.secrets >= {"Default-pin-7", "Given-pin-8"}


@pytest.mark.parametrize("content", [b"\xff\xfe\x00", None])
def test_a_given_file_that_cannot_be_read_is_an_error(tmp_path: Path, content: bytes | None) -> None:
    file = tmp_path / "bad.tfvars"
    if content is not None:
        file.write_bytes(content)
    (tmp_path / "repository").mkdir()
    told = scan(tmp_path / "repository", var_files=(file,)).told()
    assert ("error", "bad.tfvars:1", "this file of variables cannot be read as UTF-8 text") in told


def test_several_roots_give_the_same_in_one_worker_and_in_several(tmp_path: Path) -> None:
    text = 'resource "aws_s3_bucket" "b" {\n  bucket = "x"\n}\n' + "# filler\n" * 4000
    files = []
    for number in range(12):
        write(tmp_path / f"root{number}" / "main.tf", text if number != 7 else text + "resource {\n")
        path = f"root{number}/main.tf"
        files.append(SourceFile(path, "terraform", (tmp_path / path).read_text()))
    one, three = (TERRAFORM.parse(files, ParseContext(tmp_path, workers=workers)) for workers in (1, 3))
    assert one == three
    assert len(one.resources) == 12
    assert [str(note.location) for note in one.notifications][:1] == ["root7/main.tf:4004"]


def test_a_folder_has_files_and_a_workspace_of_its_own(tmp_path: Path) -> None:
    text = 'variable "region" {}\noutput "where" { value = "${var.region}-${terraform.workspace}" }\n'
    volume = 'resource "aws_ebs_volume" "data" {\n  region = "${var.region}-${terraform.workspace}"\n}\n'
    for name in ("a", "ab"):
        write(tmp_path / name / "main.tf", text + volume)
    everywhere = write(tmp_path / "all.tfvars", 'region = "all"\nonly_in_a = 1\n')
    own = write(tmp_path / "a" / "own.tfvars", 'region = "own"\nof_nobody = 1\n')
    folder = TerraformFolder("a", (everywhere, own), "prod")
    reading = read(tmp_path, options=TerraformOptions(var_files=(everywhere,), workspace="dev", folders=(folder,)))
    values = {
        each.origin: each.attributes["region"] for each in reading.parsed.resources if each.type == "aws_ebs_volume"
    }
    assert values == {"a": "own-prod", "ab": "all-dev"}
    assert reading.told() == [
        ("warning", "all.tfvars:2", "no scanned Terraform root declares the variable only_in_a"),
        ("warning", "a/own.tfvars:2", "no scanned Terraform root declares the variable of_nobody"),
    ]
