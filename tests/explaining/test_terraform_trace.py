"""Where a Terraform value comes from: every step by file and line."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from scanner.config import Config
from scanner.explaining.steps import EndKind
from scanner.explaining.trace import Tracer
from tests.explaining.conftest import lines, places, way_of

MODULE = "terraform/modules/database/main.tf"
MAIN = "terraform/main.tf"
Write = Callable[..., Tracer]


def test_a_value_is_followed_through_module_for_each_loop_and_merge_to_its_file_of_variables(terraform: Tracer) -> None:
    way = way_of(terraform, 'module.database["features"].aws_db_instance.this', "storage_encrypted")
    assert places(way) == [
        ("attribute", f"{MODULE}:23"),
        ("local", f"{MODULE}:15"),
        ("value", f"{MODULE}:16"),
        ("variable", f"{MODULE}:4"),
        ("argument", f"{MAIN}:13"),
        ("iteration", f"{MAIN}:11"),
        ("local", f"{MAIN}:6"),
        ("loop", f"{MAIN}:6"),
        ("choice", f"{MAIN}:6"),
        ("iteration", f"{MAIN}:6"),
        ("variable", "terraform/variables.tf:1"),
        ("tfvars", "terraform/terraform.tfvars:2"),
        ("value", "terraform/terraform.tfvars:3"),
    ]
    assert way.origin is not None
    assert (way.origin.name, str(way.origin.location)) == (
        "databases.features.encrypted",
        "fixtures/explain/terraform/terraform.tfvars:3",
    )


def test_what_a_merge_takes_from_its_first_map_ends_there(terraform: Tracer) -> None:
    way = way_of(terraform, 'module.database["outcomes"].aws_db_instance.this', "storage_encrypted")
    assert places(way)[-3:] == [("choice", f"{MAIN}:6"), ("local", f"{MAIN}:2"), ("value", f"{MAIN}:3")]
    assert way.origin is not None
    assert way.origin.name == "local.defaults.encrypted"


def test_the_output_of_a_module_is_followed_into_it_and_out_again(terraform: Tracer) -> None:
    way = way_of(terraform, "aws_db_instance.copy", "storage_encrypted")
    assert places(way) == [
        ("attribute", f"{MAIN}:51"),
        ("call", f"{MAIN}:17"),
        ("output", f"{MODULE}:28"),
        ("local", f"{MODULE}:15"),
        ("value", f"{MODULE}:16"),
        ("variable", f"{MODULE}:4"),
        ("argument", f"{MAIN}:20"),
    ]


def test_a_default_of_a_module_can_be_set_where_the_module_is_called(terraform: Tracer) -> None:
    way = way_of(terraform, "module.reports.aws_db_instance.this", "deletion_protection")
    assert places(way) == [
        ("attribute", f"{MODULE}:24"),
        ("variable", f"{MODULE}:9"),
        ("default", f"{MODULE}:11"),
        ("call", f"{MAIN}:17"),
    ]
    assert way.origin is not None
    assert way.origin.gap is not None
    assert str(way.origin.place) == f"fixtures/explain/{MAIN}:17"


def test_a_condition_is_followed_to_what_decides_it(terraform: Tracer) -> None:
    way = way_of(terraform, "aws_cloudwatch_log_group.decisions", "retention_in_days")
    assert lines(way) == [
        ("attribute", f"{MAIN}:26", "retention_in_days of aws_cloudwatch_log_group.decisions"),
        ("condition", f"{MAIN}:26", 'var.stage == "prod" does not hold, so 7 is taken'),
        ("variable", "terraform/variables.tf:9", "the variable stage is declared"),
        ("tfvars", "terraform/stage.auto.tfvars:1", "terraform/stage.auto.tfvars gives stage"),
    ]
    switch = way.ends[-1].switch
    assert switch is not None
    assert (switch.condition, switch.holds, switch.otherwise) == ('var.stage == "prod"', False, 400)


def test_lookup_says_that_it_takes_its_default(terraform: Tracer) -> None:
    way = way_of(terraform, "aws_cloudwatch_log_group.audit", "retention_in_days")
    assert lines(way)[-1] == ("choice", f"{MAIN}:31", "lookup() finds no audit and takes its default")


def test_an_element_of_a_dynamic_block_is_followed_to_its_collection(terraform: Tracer) -> None:
    way = way_of(terraform, "aws_security_group.nodes", "ingress[1].cidr_blocks[0]")
    assert places(way) == [
        ("attribute", f"{MAIN}:45"),
        ("iteration", f"{MAIN}:40"),
        ("variable", "terraform/variables.tf:21"),
        ("default", "terraform/variables.tf:22"),
        ("value", "terraform/variables.tf:24"),
    ]
    assert way.origin is not None
    assert way.origin.name == "world in the default of open_to"


def test_an_unknown_ends_where_nothing_is_said_and_says_what_would_settle_it(terraform: Tracer) -> None:
    way = way_of(terraform, "aws_rds_cluster.outcomes", "storage_encrypted")
    assert places(way)[-1] == ("unknown", "terraform/variables.tf:17")
    (end,) = way.ends
    assert (end.kind, end.name) == (EndKind.UNKNOWN, "var.outcomes_encrypted")
    assert any("--var-file" in each for each in end.settled_by)


def test_what_is_not_written_ends_at_the_block_and_its_call(terraform: Tracer) -> None:
    way = way_of(terraform, "module.reports.aws_db_instance.this", "backup_retention_period")
    assert places(way) == [("block", f"{MODULE}:20"), ("call", f"{MAIN}:17")]
    assert way.origin is None


def test_count_splat_concat_try_and_optional_defaults(written: Write) -> None:
    tracer = written(
        {
            "main.tf": (
                'variable "s" {\n  type = object({\n    on = optional(bool, false)\n    sizes = list(number)\n  })\n}\n'
                'resource "a_b" "c" {\n  count = 2\n  on = var.s.on\n  size = var.s.sizes[count.index]\n'
                '  list = concat(["x"], local.more)\n  first = try(local.none.x, local.more[0])\n'
                '  name = "n-${local.suffix}"\n}\n'
                'locals {\n  more = ["y", "z"]\n  none = {}\n  suffix = upper(terraform.workspace)\n}\n'
            ),
            "terraform.tfvars": "s = {\n  sizes = [\n    1,\n    2,\n  ]\n}\n",
        }
    )

    def steps_of(attribute: str) -> list[tuple[str, str]]:
        way = way_of(tracer, "a_b.c[1]", attribute)
        return [(each.kind, str(each.location or "")) for each in way.steps]

    assert steps_of("on")[-2:] == [("tfvars", "terraform.tfvars:1"), ("default", "main.tf:3")]
    assert steps_of("size")[-2:] == [("value", "terraform.tfvars:2"), ("value", "terraform.tfvars:4")]
    assert steps_of("list[2]")[-2:] == [("choice", "main.tf:11"), ("local", "main.tf:16")]
    assert steps_of("first")[-2:] == [("choice", "main.tf:12"), ("local", "main.tf:16")]
    name = way_of(tracer, "a_b.c[1]", "name")
    assert [each.kind for each in name.steps] == ["attribute", "local", "function", "unknown"]
    assert name.ends[0].settled_by == ("--workspace NAME",)


def test_the_environment_is_named_and_its_value_never_shown(written: Write) -> None:
    def with_environment(config: Config) -> Config:
        return replace(config, terraform=replace(config.terraform, environment={"on": "false-but-secret"}))

    files = {"main.tf": 'variable "on" {}\nresource "a_b" "c" {\n  on = var.on\n}\n'}
    way = way_of(written(files, with_environment), "a_b.c", "on")
    assert [(each.kind, each.location is None) for each in way.steps][-1] == ("environment", True)
    assert "TF_VAR_on" in way.steps[-1].message
    assert not any("secret" in each.message for each in way.steps)


def test_a_file_given_by_hand_wins_over_those_beside_the_root(written: Write, tmp_path: Path) -> None:
    def with_file(config: Config) -> Config:
        return replace(config, terraform=replace(config.terraform, var_files=(tmp_path / "prod.tfvars",)))

    files = {
        "main.tf": 'variable "on" {}\nresource "a_b" "c" {\n  on = var.on\n}\n',
        "terraform.tfvars": "on = true\n",
        "prod.tfvars": "\non = false\n",
    }
    way = way_of(written(files, with_file), "a_b.c", "on")
    assert [str(each.location) for each in way.steps][-1] == "prod.tfvars:2"


def test_a_circle_ends(written: Write) -> None:
    files = {"main.tf": 'locals {\n  a = local.b\n  b = local.a\n}\nresource "a_b" "c" {\n  on = local.a\n}\n'}
    way = way_of(written(files), "a_b.c", "on")
    assert [each.kind for each in way.steps] == ["attribute", "local", "local"]


def test_a_plan_is_traced_in_the_configuration_behind_it(written: Write) -> None:
    address = "aws_db_instance.a"
    plan = {
        "format_version": "1.2",
        "terraform_version": "1.11.4",
        "variables": {"on": {"value": False}},
        "resource_changes": [
            {
                "address": address,
                "mode": "managed",
                "type": "aws_db_instance",
                "name": "a",
                "change": {"actions": ["create"], "after": {"storage_encrypted": False}, "after_unknown": {}},
            }
        ],
        "configuration": {
            "root_module": {
                "resources": [
                    {
                        "address": address,
                        "mode": "managed",
                        "type": "aws_db_instance",
                        "name": "a",
                        "expressions": {"storage_encrypted": {"references": ["var.on"]}},
                    }
                ],
                "variables": {"on": {}},
            }
        },
    }
    files = {
        "main.tf": 'variable "on" {}\nresource "aws_db_instance" "a" {\n  storage_encrypted = var.on\n}\n',
        "plan.json": json.dumps(plan, indent=1),
    }
    line = files["plan.json"].split("\n").index('  "on": {') + 1
    way = way_of(written(files), address, "storage_encrypted")
    assert [(each.kind, str(each.location)) for each in way.steps] == [
        ("attribute", "main.tf:3"),
        ("variable", "main.tf:1"),
        ("plan", f"plan.json:{line}"),
    ]
