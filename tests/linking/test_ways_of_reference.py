"""A sidecar finds what it completes whatever way its reference takes, in real HCL read by the real parser."""

from pathlib import Path

import pytest

from scanner.linking import link
from tests.linking.real import read, tied, warned

# Names that are known only after apply, so that nothing but the reference can tell which bucket is meant.
BUCKETS = """\
variable "unknown" {}

resource "aws_s3_bucket" "one" {
  bucket_prefix = "one-"
}

resource "aws_s3_bucket" "two" {
  bucket_prefix = "two-"
}

resource "aws_s3_bucket" "each" {
  for_each      = toset(["a", "b"])
  bucket_prefix = "${each.key}-"
}

resource "aws_s3_bucket" "counted" {
  count         = 2
  bucket_prefix = "counted-"
}

module "store" {
  source = "./store"
}

module "stores" {
  source   = "./store"
  for_each = toset(["a", "b"])
}
"""
STORE = """\
resource "aws_s3_bucket" "this" {
  bucket_prefix = "this-"
}

output "id" {
  value = aws_s3_bucket.this.id
}

output "all" {
  value = { bucket = aws_s3_bucket.this.id, arn = aws_s3_bucket.this.arn }
}
"""
HARDENING = """\
variable "bucket" {}

locals {
  name = var.bucket
}

resource "aws_s3_bucket_versioning" "v" {
  bucket = local.name
}
"""
ONE = ("aws_s3_bucket_versioning.v", "aws_s3_bucket.one")


def files(written: str) -> dict[str, str]:
    return {"main.tf": BUCKETS + written, "store/main.tf": STORE, "hardening/main.tf": HARDENING}


def versioning(expression: str, *, repeat: str = "") -> str:
    return f'resource "aws_s3_bucket_versioning" "v" {{\n{repeat}\n  bucket = {expression}\n}}\n'


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        (versioning("aws_s3_bucket.one.id"), {ONE}),
        (versioning("aws_s3_bucket.one.bucket"), {ONE}),
        (versioning('split(":::", aws_s3_bucket.one.arn)[1]'), {ONE}),
        (versioning("try(aws_s3_bucket.one.id, null)"), {ONE}),
        (versioning("coalesce(aws_s3_bucket.one.id, null)"), {ONE}),
        (versioning("local.name") + "locals {\n  name = aws_s3_bucket.one.id\n}\n", {ONE}),
        (
            versioning('local.stores["x"].name')
            + "locals {\n  stores = { x = { name = aws_s3_bucket.one.id }, y = { name = aws_s3_bucket.two.id } }\n}\n",
            {ONE},
        ),
        (
            versioning("each.value", repeat="for_each = { x = aws_s3_bucket.one.id, y = aws_s3_bucket.two.id }"),
            {
                ('aws_s3_bucket_versioning.v["x"]', "aws_s3_bucket.one"),
                ('aws_s3_bucket_versioning.v["y"]', "aws_s3_bucket.two"),
            },
        ),
        (versioning('aws_s3_bucket.each["a"].id'), {("aws_s3_bucket_versioning.v", 'aws_s3_bucket.each["a"]')}),
        (
            versioning("each.value.id", repeat="for_each = aws_s3_bucket.each"),
            {(f'aws_s3_bucket_versioning.v["{key}"]', f'aws_s3_bucket.each["{key}"]') for key in "ab"},
        ),
        (
            versioning("aws_s3_bucket.each[each.key].id", repeat='for_each = toset(["a", "b"])'),
            {(f'aws_s3_bucket_versioning.v["{key}"]', f'aws_s3_bucket.each["{key}"]') for key in "ab"},
        ),
        (
            versioning("aws_s3_bucket.counted[count.index].id", repeat="count = 2"),
            {(f"aws_s3_bucket_versioning.v[{number}]", f"aws_s3_bucket.counted[{number}]") for number in (0, 1)},
        ),
        (
            versioning("element(aws_s3_bucket.counted[*].id, count.index)", repeat="count = 2"),
            {(f"aws_s3_bucket_versioning.v[{number}]", f"aws_s3_bucket.counted[{number}]") for number in (0, 1)},
        ),
        (versioning("module.store.id"), {("aws_s3_bucket_versioning.v", "module.store.aws_s3_bucket.this")}),
        (versioning("module.store.all.bucket"), {("aws_s3_bucket_versioning.v", "module.store.aws_s3_bucket.this")}),
        (
            versioning("each.value.id", repeat="for_each = module.stores"),
            {(f'aws_s3_bucket_versioning.v["{key}"]', f'module.stores["{key}"].aws_s3_bucket.this') for key in "ab"},
        ),
        (
            versioning('var.unknown == "" ? aws_s3_bucket.one.id : var.unknown'),
            {ONE},
        ),
    ],
)
def test_within_a_module(tmp_path: Path, written: str, expected: set[tuple[str, str]]) -> None:
    assert tied(tmp_path, files(written), "configures") == expected
    assert warned(tmp_path, files(written)) == []


@pytest.mark.parametrize(
    ("given", "target"),
    [
        ("aws_s3_bucket.one.id", "aws_s3_bucket.one"),
        ("module.store.id", "module.store.aws_s3_bucket.this"),
        ('aws_s3_bucket.each["b"].id', 'aws_s3_bucket.each["b"]'),
        ('module.stores["b"].all.bucket', 'module.stores["b"].aws_s3_bucket.this'),
    ],
)
def test_into_a_module(tmp_path: Path, given: str, target: str) -> None:
    call = f'module "hardening" {{\n  source = "./hardening"\n  bucket = {given}\n}}\n'
    assert tied(tmp_path, files(call), "configures") == {("module.hardening.aws_s3_bucket_versioning.v", target)}


def test_instance_of_a_module_to_instance_of_a_module(tmp_path: Path) -> None:
    call = 'module "hardening" {\n  source = "./hardening"\n  for_each = module.stores\n  bucket = each.value.id\n}\n'
    assert tied(tmp_path, files(call), "configures") == {
        (f'module.hardening["{key}"].aws_s3_bucket_versioning.v', f'module.stores["{key}"].aws_s3_bucket.this')
        for key in "ab"
    }


def test_in_nested_and_generated_blocks(tmp_path: Path) -> None:
    written = """\
resource "aws_sagemaker_model" "one" {
  execution_role_arn = "arn:aws:iam::1:role/x"
}

resource "aws_sagemaker_model" "two" {
  execution_role_arn = "arn:aws:iam::1:role/x"
}

resource "aws_sagemaker_endpoint_configuration" "c" {
  dynamic "production_variants" {
    for_each = { a = aws_sagemaker_model.one.name, b = aws_sagemaker_model.two.name }
    content {
      variant_name = production_variants.key
      model_name   = production_variants.value
    }
  }
}
"""
    assert tied(tmp_path, {"main.tf": written}, "uses") == {
        ("aws_sagemaker_endpoint_configuration.c", "aws_sagemaker_model.one"),
        ("aws_sagemaker_endpoint_configuration.c", "aws_sagemaker_model.two"),
    }


def test_in_the_json_syntax(tmp_path: Path) -> None:
    written = """\
{"resource": {
  "aws_s3_bucket": {"one": {"bucket_prefix": "a"}, "two": {"bucket_prefix": "b"}},
  "aws_s3_bucket_versioning": {"v": {"bucket": "${aws_s3_bucket.one.id}"}},
  "aws_s3_bucket_logging": {"l": {"bucket": "${aws_s3_bucket.one.id}", "target_bucket": "${aws_s3_bucket.two.id}"}}
}}
"""
    given = {"main.tf.json": written}
    assert tied(tmp_path, given, "configures") == {
        ("aws_s3_bucket_versioning.v", "aws_s3_bucket.one"),
        ("aws_s3_bucket_logging.l", "aws_s3_bucket.one"),
    }
    assert tied(tmp_path, given, "uses") == {("aws_s3_bucket_logging.l", "aws_s3_bucket.two")}


def test_a_reference_for_the_number_of_instances_is_no_reference_of_the_attribute(tmp_path: Path) -> None:
    written = versioning('"theirs"', repeat="count = length(aws_s3_bucket.counted)")
    assert tied(tmp_path, files(written), "configures") == set()


def test_one_of_an_unknown_number_of_instances_is_not_guessed(tmp_path: Path) -> None:
    written = versioning("aws_s3_bucket.each[each.key].id", repeat="for_each = toset(var.unknown)")
    assert tied(tmp_path, files(written), "configures") == set()
    (message,) = warned(tmp_path, files(written))
    assert "fits more than one resource" in message


def test_both_ends_of_the_link_have_their_line(tmp_path: Path) -> None:
    call = 'module "hardening" {\n  source = "./hardening"\n  bucket = module.store.id\n}\n'
    release = read(tmp_path, files(call))
    (found,) = [each for each in link(release)[0] if each.kind == "configures"]
    assert (str(found.evidence), str(found.target_evidence)) == ("hardening/main.tf:8", "store/main.tf:1")
