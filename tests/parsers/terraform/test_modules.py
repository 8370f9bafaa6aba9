"""Modules: read where they are called, with what they are given there."""

import json
from pathlib import Path

import pytest

from tests.parsers.terraform.reading import Reading, read, read_case, read_text

STORE = 'module.store["models"]'


@pytest.fixture(scope="module")
def modules() -> Reading:
    return read_case("modules")


def test_a_called_directory_is_no_root_of_its_own(modules: Reading) -> None:
    assert {each.origin for each in modules.parsed.resources} == {"."}


def test_addresses(modules: Reading) -> None:
    assert modules.addresses() == [
        "aws_s3_bucket_policy.models",
        'module.store["data"]',
        'module.store["models"]',
        "module.key",
        *(
            f'module.store["{name}"].{inner}'
            for name in ("data", "models")
            for inner in (
                "aws_s3_bucket.this",
                "aws_s3_bucket_server_side_encryption_configuration.this[0]",
                "aws_s3_bucket_versioning.this",
            )
        ),
        "module.key.aws_kms_key.this",
    ]


def test_calls_are_resources_with_their_inputs(modules: Reading) -> None:
    call = modules.resource(STORE)
    assert call.type == "terraform_module"
    assert modules.value(STORE, "source") == "./modules/store"
    assert modules.value(STORE, "name") == "triage-models"
    assert modules.reason(STORE, "key_arn") == "aws_kms_key.this.arn is known only after apply"
    assert modules.place(STORE, "name") == "main.tf:5"
    assert "for_each" not in call.attributes


@pytest.mark.parametrize(
    ("resource", "path", "expected", "place"),
    [
        ("aws_s3_bucket.this", "bucket", "triage-models", "modules/store/main.tf:20"),
        ("aws_s3_bucket.this", "tags.class", "restricted", "modules/store/main.tf:22"),
        (
            "aws_s3_bucket_server_side_encryption_configuration.this[0]",
            "rule[0].apply_server_side_encryption_by_default[0].sse_algorithm",
            "aws:kms",
            "modules/store/main.tf:32",
        ),
        (
            "aws_s3_bucket_versioning.this",
            "versioning_configuration[0].status",
            "Enabled",
            "modules/store/main.tf:42",
        ),
    ],
)
def test_values_and_lines_inside(modules: Reading, resource: str, path: str, expected: str, place: str) -> None:
    assert modules.value(f"{STORE}.{resource}", path) == expected
    assert modules.place(f"{STORE}.{resource}", path) == place


def test_an_output_carries_the_value_and_the_resource_it_comes_from(modules: Reading) -> None:
    assert modules.value("aws_s3_bucket_policy.models", "bucket") == "triage-models"
    assert ("aws_s3_bucket_policy.models", f"{STORE}.aws_s3_bucket.this", "main.tf:21") in modules.links()


def test_an_input_carries_the_resource_it_comes_from(modules: Reading) -> None:
    encryption = f"{STORE}.aws_s3_bucket_server_side_encryption_configuration.this[0]"
    assert (encryption, "module.key.aws_kms_key.this", "modules/store/main.tf:33") in modules.links()
    assert (encryption, f"{STORE}.aws_s3_bucket.this", "modules/store/main.tf:28") in modules.links()


def test_a_module_that_is_called_no_times_is_not_there(modules: Reading) -> None:
    assert not [address for address in modules.addresses() if "module.off" in address]


def test_one_module_of_two_roots_is_read_in_each(tmp_path: Path) -> None:
    for name in ("shared", "one", "two"):
        (tmp_path / name).mkdir()
    (tmp_path / "shared" / "main.tf").write_text(
        'variable "name" {}\nresource "aws_s3_bucket" "b" {\n  bucket = var.name\n}\n'
    )
    for name in ("one", "two"):
        (tmp_path / name / "main.tf").write_text(f'module "m" {{\n  source = "../shared"\n  name   = "{name}"\n}}\n')
    reading = read(tmp_path)
    found = {each.key: each.attributes["bucket"] for each in reading.parsed.resources if each.type == "aws_s3_bucket"}
    assert found == {"one::module.m.aws_s3_bucket.b": "one", "two::module.m.aws_s3_bucket.b": "two"}


def test_a_module_outside_of_the_scanned_folder_but_in_the_repository_is_read(tmp_path: Path) -> None:
    (tmp_path / "shared").mkdir()
    (tmp_path / "infra").mkdir()
    (tmp_path / "shared" / "main.tf").write_text('resource "aws_s3_bucket" "b" {\n  bucket = "shared"\n}\n')
    (tmp_path / "infra" / "main.tf").write_text('module "m" {\n  source = "../shared"\n}\n')
    reading = read(tmp_path / "infra", root=tmp_path)
    assert reading.value("module.m.aws_s3_bucket.b", "bucket") == "shared"
    assert reading.place("module.m.aws_s3_bucket.b", "bucket") == "shared/main.tf:2"
    assert reading.told() == []


def test_modules_that_terraform_init_has_fetched_are_read(tmp_path: Path) -> None:
    fetched = tmp_path / ".terraform" / "modules" / "vpc"
    fetched.mkdir(parents=True)
    (fetched / "main.tf").write_text(
        'variable "cidr" {}\nresource "aws_vpc" "this" {\n  cidr_block = cidrsubnet(var.cidr, 8, 1)\n}\n'
        'output "id" {\n  value = aws_vpc.this.id\n}\n'
    )
    manifest = {"Modules": [{"Key": "", "Dir": "."}, {"Key": "vpc", "Dir": ".terraform/modules/vpc"}]}
    (fetched.parent / "modules.json").write_text(json.dumps(manifest))
    reading = read_text(
        tmp_path, 'module "vpc" {\n  source = "terraform-aws-modules/vpc/aws"\n  cidr   = "10.0.0.0/8"\n}\n'
    )
    assert reading.value("module.vpc.aws_vpc.this", "cidr_block") == "10.1.0.0/16"
    assert reading.place("module.vpc.aws_vpc.this", "cidr_block") == ".terraform/modules/vpc/main.tf:3"
    assert reading.told() == []


def test_a_manifest_that_leads_outside_is_not_followed(tmp_path: Path) -> None:
    outside, root = tmp_path / "outside", tmp_path / "root"
    (root / ".terraform" / "modules").mkdir(parents=True)
    outside.mkdir()
    (outside / "main.tf").write_text('resource "aws_vpc" "this" {}\n')
    manifest = {"Modules": [{"Key": "vpc", "Dir": "../outside"}]}
    (root / ".terraform" / "modules" / "modules.json").write_text(json.dumps(manifest))
    reading = read_text(root, 'module "vpc" {\n  source = "terraform-aws-modules/vpc/aws"\n}\n')
    assert reading.addresses() == ["module.vpc"]
    assert reading.told() == [
        (
            "error",
            "main.tf:2",
            "module.vpc: source terraform-aws-modules/vpc/aws leads outside of the repository; it was not read",
        )
    ]


def test_modules_in_modules(tmp_path: Path) -> None:
    for name, inner in (("a", 'module "b" {\n  source = "../b"\n  name   = "${var.name}-a"\n}\n'), ("b", "")):
        (tmp_path / name).mkdir()
        bucket = 'resource "aws_s3_bucket" "x" {\n  bucket = var.name\n}\n'
        (tmp_path / name / "main.tf").write_text(f'variable "name" {{}}\n{bucket}{inner}')
    reading = read_text(tmp_path, 'module "a" {\n  source = "./a"\n  name   = "top"\n}\n')
    assert reading.value("module.a.aws_s3_bucket.x", "bucket") == "top"
    assert reading.value("module.a.module.b.aws_s3_bucket.x", "bucket") == "top-a"
    assert reading.value("module.a.module.b", "name") == "top-a"


def test_a_variable_that_may_not_be_null_keeps_its_default(tmp_path: Path) -> None:
    (tmp_path / "m").mkdir()
    (tmp_path / "m" / "main.tf").write_text(
        'variable "a" {\n  default  = "kept"\n  nullable = false\n}\nvariable "b" {\n  default = "dropped"\n}\n'
        'resource "x" "y" {\n  a = var.a\n  b = var.b\n}\n'
    )
    reading = read_text(tmp_path, 'module "m" {\n  source = "./m"\n  a = null\n  b = null\n}\n')
    assert reading.resource("module.m.x.y").attributes == {"a": "kept"}


def test_a_source_that_is_put_together(tmp_path: Path) -> None:
    (tmp_path / "small").mkdir()
    (tmp_path / "small" / "main.tf").write_text('resource "aws_s3_bucket" "b" {\n  bucket = "small"\n}\n')
    text = 'locals {\n  size = "small"\n}\nmodule "m" {\n  source = "./${local.size}"\n}\n'
    assert read_text(tmp_path, text).value("module.m.aws_s3_bucket.b", "bucket") == "small"
