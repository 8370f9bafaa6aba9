"""Dynamic blocks: every generated one is there, with the lines of their content, and what is unknown is visible."""

from pathlib import Path

import pytest

from scanner.core.values import Unresolved
from tests.parsers.terraform.reading import Reading, read_case, read_text

GROUP = "aws_security_group.open"


@pytest.fixture(scope="module")
def dynamic() -> Reading:
    return read_case("dynamic")


def test_no_generated_block_is_lost_and_the_order_is_that_of_the_file(dynamic: Reading) -> None:
    assert dynamic.value(GROUP, "ingress") == [
        {"from_port": "443", "cidr_blocks": ["0.0.0.0/0"]},
        {"from_port": "80", "cidr_blocks": ["0.0.0.0/0"]},
        {"from_port": 22},
        {"description": "http", "from_port": 80, "tag": [{"index": 0, "value": 80}, {"index": 1, "value": 160}]},
        {"description": "https", "from_port": 443, "tag": [{"index": 0, "value": 443}, {"index": 1, "value": 886}]},
    ]


@pytest.mark.parametrize(
    ("path", "line"),
    [
        ("ingress[0].from_port", 11),
        ("ingress[1].from_port", 11),
        ("ingress[1].cidr_blocks", 12),
        ("ingress[2].from_port", 17),
        ("ingress[3].description", 24),
        ("ingress[4].from_port", 25),
        ("ingress[4].tag[1].value", 31),
        ("egress[0]", 37),
        ("egress[1].from_port", 45),
    ],
)
def test_lines(dynamic: Reading, path: str, line: int) -> None:
    assert dynamic.line(GROUP, path) == line


def test_an_unknown_number_of_blocks_is_an_unknown_among_them(dynamic: Reading) -> None:
    assert dynamic.value(GROUP, "egress") == [
        Unresolved("var.rules", "var.rules has no default"),
        {"from_port": 0},
    ]


def test_an_attribute_and_blocks_of_one_name_are_one_list(tmp_path: Path) -> None:
    block = 'resource "x" "y" {\n  rule = local.rules\n  rule {\n    port = 2\n  }\n}\n'
    text = f'locals {{\n  rules = [{{ port = 1 }}]\n}}\n{block}resource "x" "z" {{\n  rule = local.rules\n}}\n'
    reading = read_text(tmp_path, text)
    assert reading.value("x.y", "rule") == [{"port": 1}, {"port": 2}]
    assert reading.line("x.y", "rule[1].port") == 7
    assert reading.value("x.z", "rule") == [{"port": 1}]
