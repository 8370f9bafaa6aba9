"""What Checkov is given of Terraform: roots with their modules and variables, and plans."""

import json
from pathlib import Path

import pytest

from scanner.config import TerraformFolder, TerraformOptions
from tests.engines.checkov.units.divided import FIXTURES, addresses, copied, divided, write

BUCKET = 'resource "aws_s3_bucket" "this" {}\n'
MANIFEST = ".terraform/modules/modules.json"


def call(name: str, source: str, more: str = "") -> str:
    return f'module "{name}" {{\n  source = "{source}"\n{more}}}\n'


def test_each_root_has_what_it_reaches_and_nothing_beside_it(tmp_path: Path) -> None:
    write(
        tmp_path,
        {
            "prod/main.tf": call("a", "../modules/a"),
            "prod/README.md": "not for Terraform",
            "prod/.hidden.tf": BUCKET,
            "dev/main.tf": call("b", "../modules/b"),
            "modules/a/main.tf": call("b", "../b") + BUCKET,
            "modules/a/terraform.tfvars": "x = 1\n",
            "modules/b/main.tf": BUCKET,
            "modules/b/outputs.tf": "",
            "modules/c/main.tf": BUCKET,
        },
    )
    units = divided(tmp_path)
    assert {name: sorted(unit.files) for name, unit in units.items()} == {
        "the Terraform root dev": ["dev/main.tf", "modules/b/main.tf", "modules/b/outputs.tf"],
        "the Terraform root modules/c": ["modules/c/main.tf"],
        "the Terraform root prod": [
            "modules/a/main.tf",
            "modules/b/main.tf",
            "modules/b/outputs.tf",
            "prod/main.tf",
        ],
    }
    assert sorted(addresses(units["the Terraform root prod"])) == [
        "module.a",
        "module.a.aws_s3_bucket.this",
        "module.a.module.b",
        "module.a.module.b.aws_s3_bucket.this",
    ]


def test_a_module_is_reached_without_an_instance_and_without_a_resource_but_not_in_a_comment(tmp_path: Path) -> None:
    write(
        tmp_path,
        {
            "root/main.tf": BUCKET
            + call("never", "../never", "  count = 0\n")
            + call("values", "../values")
            + 'module "short" { source = "../short" }\n'
            + '# module "old" { source = "../old" }\n//   source = "../old"\n',
            "root/more.tf.json": json.dumps({"module": {"json": {"source": "../of_json"}}}),
            "never/main.tf": BUCKET,
            "values/main.tf": 'output "x" {\n  value = 1\n}\n',
            "short/main.tf": BUCKET,
            "of_json/main.tf": BUCKET,
            "old/main.tf": BUCKET,
        },
    )
    files = divided(tmp_path)["the Terraform root root"].files
    reached = {path.partition("/")[0] for path in files}
    assert reached == {"root", "never", "values", "short", "of_json"}


def test_modules_that_call_one_another_come_to_an_end(tmp_path: Path) -> None:
    write(tmp_path, {"a/main.tf": call("b", "../b") + BUCKET, "b/main.tf": call("a", "../a") + BUCKET})
    assert [sorted(unit.files) for unit in divided(tmp_path).values()] == [["a/main.tf", "b/main.tf"]]


def test_the_root_of_the_repository_and_files_of_opentofu(tmp_path: Path) -> None:
    write(tmp_path, {"main.tofu": BUCKET, "main.tf": call("m", "./m"), "m/a.tofu.json": "{}", "m/b.tf": BUCKET})
    unit = divided(tmp_path)["the Terraform root"]
    assert unit.path == "main.tf"
    assert sorted(unit.files) == ["m/a.tofu.tf.json", "m/b.tf", "main.tf", "main.tofu.tf"]
    assert unit.paths == {"main.tofu.tf": "main.tofu", "m/a.tofu.tf.json": "m/a.tofu.json"}
    assert unit.path_of("/main.tofu.tf") == "main.tofu"


def test_values_of_variables_come_in_the_order_in_which_terraform_takes_them(tmp_path: Path) -> None:
    write(
        tmp_path,
        {
            "repository/app/main.tf": 'variable "a" {}\nvariable "flag" {}\nvariable "version" {}\n' + BUCKET,
            "repository/app/terraform.tfvars": "a = 1\n",
            "repository/app/b.auto.tfvars": "a = 2\n",
            "repository/app/a.auto.tfvars.json": '{"a": 3}',
            "repository/app/prod.tfvars": "a = 4\n",
            "outside/first.tfvars": "a = 5\n",
            "outside/second.tfvars.json": '{"a": 6}',
        },
    )
    named = (tmp_path / "outside/first.tfvars", tmp_path / "outside/second.tfvars.json", tmp_path / "missing.tfvars")
    loaded = ["app/a.auto.tfvars.json", "app/b.auto.tfvars", "app/main.tf", "app/terraform.tfvars"]

    alone = divided(tmp_path / "repository")["the Terraform root app"]
    assert sorted(alone.files) == loaded
    assert alone.variable_files == ()

    options = TerraformOptions(var_files=named)
    unit = divided(tmp_path / "repository", options)["the Terraform root app"]
    assert unit.variable_files == (".releasegate-staged/variables.tfvars", ".releasegate-staged/variables.tfvars.json")
    assert [unit.files[path] for path in unit.variable_files] == [b"a = 5\n", b'{"a": 6}']
    assert sorted(unit.files) == [*sorted(unit.variable_files), *loaded]
    assert [unit.path_of(f"/{path}") for path in unit.variable_files] == ["first.tfvars", "second.tfvars.json"]


def test_the_environment_is_the_weakest_of_all_values(tmp_path: Path) -> None:
    write(
        tmp_path,
        {
            "main.tf": 'variable "flag" {}\nvariable "release" {}\nvariable "zones" {}\n' + BUCKET,
            "terraform.tfvars": "flag = false\n",
            "x.auto.tfvars": "",
        },
    )
    given = {"flag": "true", "release": "1.2", "zones": '["a"]', "of_another_root": "secret"}
    unit = divided(tmp_path, TerraformOptions(environment=given))["the Terraform root"]
    environment, *rest = unit.variable_files
    assert json.loads(unit.files[environment]) == {"flag": True, "release": "1.2", "zones": ["a"]}
    assert rest == ["terraform.tfvars", "x.auto.tfvars"]


def test_a_folder_may_have_files_of_variables_of_its_own(tmp_path: Path) -> None:
    write(tmp_path, {"repository/a/main.tf": BUCKET, "repository/b/main.tf": BUCKET, "a.tfvars": "x = 1\n"})
    options = TerraformOptions(folders=(TerraformFolder("a", (tmp_path / "a.tfvars",)),))
    units = divided(tmp_path / "repository", options)
    assert {name: len(unit.variable_files) for name, unit in units.items()} == {
        "the Terraform root a": 1,
        "the Terraform root b": 0,
    }


@pytest.mark.parametrize("place", ["installed", "vendored", "vendored outside"])
def test_a_remote_module_is_found_where_it_was_read(tmp_path: Path, place: str) -> None:
    repository = tmp_path / "repository"
    source = "git.example.com/acme/queue/aws"
    folders = {
        "installed": repository / "infra/.terraform/modules/queue",
        "vendored": repository / "vendor/git.example.com/acme/queue/aws/2.1.0",
        "vendored outside": tmp_path / "elsewhere/git.example.com/acme/queue/aws/2.1.0",
    }
    (repository / ".git").mkdir(parents=True)
    write(repository, {"infra/main.tf": call("queue", source, '  version = "~> 2.0"\n') + BUCKET})
    write(folders[place], {"main.tf": call("inner", "./inner") + BUCKET, "inner/main.tf": BUCKET})
    options = TerraformOptions()
    if place == "installed":
        row = {"Key": "queue", "Source": source, "Version": "2.1.0", "Dir": ".terraform/modules/queue"}
        write(folders[place].parent, {"modules.json": json.dumps({"Modules": [row]})})
    else:
        options = TerraformOptions(module_directories=(folders[place].parents[4],))
    unit = divided(repository / "infra", options)["the Terraform root infra"]
    (row,) = json.loads(unit.files[MANIFEST])["Modules"]
    # Checkov looks for what the call says, and from the top of the folder that it is given.
    assert (row["Source"], row["Version"]) == (source, "~> 2.0")
    assert sorted(unit.files) == sorted(
        [MANIFEST, "infra/main.tf", f"{row['Dir']}/main.tf", f"{row['Dir']}/inner/main.tf"]
    )
    assert "module.queue.module.inner.aws_s3_bucket.this" in addresses(unit)


def test_a_root_of_local_modules_needs_no_manifest(tmp_path: Path) -> None:
    write(tmp_path, {"main.tf": call("a", "./a"), "a/main.tf": BUCKET})
    assert MANIFEST not in divided(tmp_path)["the Terraform root"].files


def test_what_is_planned_is_judged_by_the_plan_and_the_rest_by_the_configuration(tmp_path: Path) -> None:
    units = divided(copied("parsers/terraform/plan/iam", tmp_path))
    plan, root = units["the plan plan.json"], units["the Terraform root"]
    assert plan.framework == "terraform_plan"
    assert [*plan.files] == ["plan.json"]
    assert {each.type for each in root.resources} == {"data.aws_caller_identity", "data.aws_iam_policy_document"}
    assert {"aws_iam_policy", "iam_statement", "terraform_provider"} <= {each.type for each in plan.resources}
    assert not {each.key for each in plan.resources} & {each.key for each in root.resources}


def test_every_plan_that_was_read_has_a_unit_and_a_state_has_none() -> None:
    units = divided(FIXTURES / "parsers/terraform/plan").values()
    plans = {Path(unit.path).parent.name for unit in units if unit.framework == "terraform_plan"}
    folders = {each.parent.name for each in (FIXTURES / "parsers/terraform/plan").glob("*/plan.json")}
    assert len(folders) > 10
    assert folders - plans == {"destroy"}  # of which nothing will be left
    assert all("state" not in unit.path for unit in units if unit.framework == "terraform_plan")


def test_a_block_that_a_plan_has_as_an_empty_list_is_not_there(tmp_path: Path) -> None:
    """Checkov takes `logging: []` for a bucket whose access is logged."""
    units = divided(copied("parsers/terraform/plan/changes", tmp_path)).values()
    (text,) = (content for unit in units if "plan" in unit.framework for content in unit.files.values())
    plan = json.loads(text)
    values = [each["change"]["after"] for each in plan["resource_changes"] if each["change"].get("after")]
    assert any("bucket" in each for each in values)
    assert [name for each in values for name, value in each.items() if value is None or value == []] == []


def test_a_plan_of_something_else_speaks_for_nothing(tmp_path: Path) -> None:
    folder = copied("parsers/terraform/plan/basic", tmp_path)
    text = (folder / "main.tf").read_text().replace('resource "aws_s3_bucket" "', 'resource "aws_s3_bucket" "other_')
    assert text != (folder / "main.tf").read_text()
    (folder / "main.tf").write_text(text)
    units = divided(folder)
    owners = {each.key: name for name, unit in units.items() for each in unit.resources}
    of_plan = [each for unit in units.values() if "plan" in unit.framework for each in unit.resources]
    assert all(each.location.path == "plan.json" for each in of_plan)
    assert len(owners) == sum(len(unit.resources) for unit in units.values())


def test_a_plan_is_of_the_root_that_it_was_read_with(tmp_path: Path) -> None:
    """Also where another root would have the same values."""
    plan = FIXTURES / "parsers/terraform/plan/basic"
    texts = {name: (plan / name).read_text() for name in ("main.tf", "plan.json")}
    write(tmp_path, {"a/main.tf": texts["main.tf"], "b/main.tf": texts["main.tf"], "b/out/p.json": texts["plan.json"]})
    units = divided(tmp_path)
    assert {name: {each.origin for each in unit.resources} for name, unit in units.items()} == {
        "the Terraform root a": {"a"},
        "the plan b/out/p.json": {"b"},
    }


def test_a_plan_without_its_configuration_under_another_name(tmp_path: Path) -> None:
    plan = (FIXTURES / "parsers/terraform/plan/basic/plan.json").read_text()
    units = divided(write(tmp_path, {"out/tsconfig.json": plan, "out/prod.tfplan": plan}))
    assert sorted(units) == ["the plan out/prod.tfplan", "the plan out/tsconfig.json"]
    for unit in units.values():
        ((seen, own),) = unit.paths.items()
        assert seen == f"{own}.json" == f"{unit.path}.json"
        assert {each.location.path for each in unit.resources} == {own}
