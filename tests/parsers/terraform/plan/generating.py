"""Generates a configuration and the plan that Terraform would make of it, for property tests.

What a plan holds is modelled on recorded ones (`fixtures/parsers/terraform/plan`): attributes that are not written are
null or the provider's default, or unknown where the provider computes them; blocks are lists; sets are sorted.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from hypothesis import strategies as st

# Known after apply in the plan as well.
LATER = object()


@dataclass(frozen=True)
class Written:
    """One value: how it is written, what it is once the variables are given, and what it refers to."""

    text: str
    value: Any
    references: tuple[str, ...] = ()


@dataclass
class Configuration:
    """The text of a root module and the parts of its plan."""

    variables: dict[str, Any] = field(default_factory=dict)
    declarations: list[str] = field(default_factory=list)
    blocks: list[str] = field(default_factory=list)
    changes: list[dict[str, Any]] = field(default_factory=list)
    resources: list[dict[str, Any]] = field(default_factory=list)

    def hcl(self) -> str:
        return "\n".join((*self.declarations, *self.blocks)) + "\n"

    def plan(self) -> str:
        document = {
            "format_version": "1.2",
            "terraform_version": "1.11.4",
            "variables": {name: {"value": value} for name, value in self.variables.items()},
            "resource_changes": self.changes,
            "configuration": {"root_module": {"resources": self.resources}},
            "complete": True,
        }
        return json.dumps(document)


@dataclass(frozen=True)
class Type:
    """A resource type: strategies for its attributes and blocks, provider defaults, and what the provider computes."""

    attributes: Mapping[str, Callable[["Draw"], Written]]
    blocks: Mapping[str, Mapping[str, Callable[["Draw"], Written]]] = field(default_factory=dict)
    defaults: Mapping[str, Any] = field(default_factory=dict)
    computed: tuple[str, ...] = ("id", "arn")
    required: tuple[str, ...] = ()


@dataclass
class Draw:
    """What is drawn so far; values may be written as literals, variables with and without default, and locals."""

    draw: Callable[[st.SearchStrategy[Any]], Any]
    made: Configuration = field(default_factory=Configuration)

    def value(self, value: Any) -> Written:
        """`value`, written in one of the ways there are."""
        way = self.draw(st.sampled_from(("literal", "literal", "default", "given", "local", "conditional")))
        if way == "literal":
            return Written(hcl_of(value), value)
        name = f"v{len(self.made.variables)}"
        self.made.variables[name] = value
        default = "" if way == "given" else f"  default = {hcl_of(value)}\n"
        self.made.declarations.append(f'variable "{name}" {{\n{default}}}')
        if way == "local":
            self.made.declarations.append(f"locals {{\n  {name} = var.{name}\n}}")
            return Written(f"local.{name}", value, (f"local.{name}",))
        if way == "conditional":
            return Written(f"true ? var.{name} : null", value, (f"var.{name}",))
        return Written(f"var.{name}", value, (f"var.{name}",))

    def one_of(self, *values: Any) -> Written:
        return self.value(self.draw(st.sampled_from(values)))


def hcl_of(value: Any) -> str:
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{json.dumps(key)} = {hcl_of(inner)}" for key, inner in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(hcl_of(inner) for inner in value) + "]"
    return json.dumps(value)


def _one_of(*values: Any) -> Callable[[Draw], Written]:
    return lambda draw: draw.one_of(*values)


_BLOCKED = ("block_public_acls", "block_public_policy", "ignore_public_acls", "restrict_public_buckets")
_BUCKETS = ("aws_s3_bucket.a", "aws_s3_bucket.b")


def _bucket(draw: Draw) -> Written:
    name = draw.draw(st.sampled_from(_BUCKETS))
    return Written(f"{name}.id", LATER, (f"{name}.id", name))


def _policy(draw: Draw) -> Written:
    action, effect = draw.one_of("*", "s3:GetObject", "sagemaker:*"), draw.one_of("Allow", "Deny")
    statement = {"Action": action.value, "Effect": effect.value, "Resource": "*"}
    value = json.dumps({"Statement": [statement], "Version": "2012-10-17"}, separators=(",", ":"))
    written = f'Action = {action.text}, Effect = {effect.text}, Resource = "*"'
    text = f'jsonencode({{ Version = "2012-10-17", Statement = [{{ {written} }}] }})'
    return Written(text, value, (*action.references, *effect.references))


_RULE = {
    "from_port": _one_of(22, 443, 8888),
    "to_port": _one_of(22, 443, 8888),
    "protocol": _one_of("tcp", "-1"),
    "cidr_blocks": _one_of(["0.0.0.0/0"], ["10.0.0.0/8"], ["10.0.0.0/8", "0.0.0.0/0"]),
}

TYPES: Mapping[str, Type] = {
    "aws_s3_bucket_public_access_block": Type(
        {
            "bucket": _bucket,
            **{
                name: _one_of(True, False)
                for name in (
                    "block_public_acls",
                    "block_public_policy",
                    "ignore_public_acls",
                    "restrict_public_buckets",
                )
            },
        },
        defaults=dict.fromkeys(_BLOCKED, False),
        computed=("id",),
        required=("bucket",),
    ),
    "aws_s3_bucket_versioning": Type(
        {"bucket": _bucket},
        blocks={"versioning_configuration": {"status": _one_of("Enabled", "Suspended")}},
        computed=("id",),
        required=("bucket", "versioning_configuration"),
    ),
    "aws_security_group": Type(
        {"name": _one_of("serving", "training")},
        blocks={"ingress": _RULE},
        defaults={"description": "Managed by Terraform", "revoke_rules_on_delete": False},
        computed=("id", "arn", "egress", "owner_id", "vpc_id"),
        required=("name",),
    ),
    "aws_db_instance": Type(
        {
            "storage_encrypted": _one_of(True, False),
            "publicly_accessible": _one_of(True, False),
            "deletion_protection": _one_of(True, False),
            "backup_retention_period": _one_of(0, 7, 30),
            "engine": _one_of("postgres", "mysql"),
            "instance_class": _one_of("db.t4g.small"),
        },
        defaults={"publicly_accessible": False, "skip_final_snapshot": False},
        computed=("id", "arn", "address", "backup_retention_period", "engine"),
        required=("instance_class",),
    ),
    "aws_kms_key": Type(
        {"enable_key_rotation": _one_of(True, False), "tags": _one_of({"team": "ml"}, {"a b": "c", "x": "y"})},
        defaults={"enable_key_rotation": False, "is_enabled": True},
        computed=("id", "arn", "policy"),
    ),
    "aws_iam_policy": Type({"name": _one_of("p"), "policy": _policy}, required=("policy",)),
    "aws_ebs_volume": Type(
        {"encrypted": _one_of(True, False), "size": _one_of(8, 100), "availability_zone": _one_of("eu-west-1a")},
        computed=("id", "arn", "encrypted", "size"),
        required=("size", "availability_zone"),
    ),
}


@st.composite
def configurations(draw: Callable[[st.SearchStrategy[Any]], Any]) -> Configuration:
    """Two buckets and up to eight other resources, some of them several times."""
    drawing = Draw(draw)
    for name in ("a", "b"):
        _add(drawing, "aws_s3_bucket", name, Type({"bucket": lambda _, n=name: Written(f'"acme-{n}"', f"acme-{n}")}))  # type: ignore[misc]
    for index, type_ in enumerate(draw(st.lists(st.sampled_from(sorted(TYPES)), min_size=1, max_size=8))):
        _add(drawing, type_, f"r{index}", TYPES[type_])
    return drawing.made


def _add(draw: Draw, type_: str, name: str, kind: Type) -> None:
    written: dict[str, Written] = {}
    for attribute, strategy in kind.attributes.items():
        if attribute in kind.required or draw.draw(st.booleans()):
            written[attribute] = strategy(draw)
    blocks: dict[str, list[dict[str, Written]]] = {}
    for block, parts in kind.blocks.items():
        count = 1 if block in kind.required else draw.draw(st.integers(0, 3))
        blocks[block] = [{part: strategy(draw) for part, strategy in parts.items()} for _ in range(count)]
    keys, head, repeated = _repetition(draw)
    lines = [head, *(f"  {attribute} = {value.text}" for attribute, value in written.items())]
    for block, each in blocks.items():
        for parts_written in each:
            inner = "\n".join(f"    {part} = {value.text}" for part, value in parts_written.items())
            lines.append(f"  {block} {{\n{inner}\n  }}")
    body = "\n".join(line for line in lines if line)
    draw.made.blocks.append(f'resource "{type_}" "{name}" {{\n{body}\n}}')
    draw.made.resources.append(_configured(type_, name, written, blocks) | repeated)
    for key in keys:
        draw.made.changes.append(_change(type_, name, key, kind, (written, blocks)))


def _repetition(draw: Draw) -> tuple[list[str | int | None], str, dict[str, Any]]:
    """Instance keys, how they are written, and what the configuration in the plan says of them."""
    way = draw.draw(st.sampled_from(("one", "one", "one", "count", "for_each")))
    if way == "one":
        return [None], "", {}
    if way == "count":
        count = draw.one_of(0, 1, 2)
        return list(range(count.value)), f"  count = {count.text}", {"count_expression": _expression(count)}
    mapping = draw.one_of({"x": "1"}, {"x": "1", 'q"u': "2"}, {})
    return sorted(mapping.value), f"  for_each = {mapping.text}", {"for_each_expression": _expression(mapping)}


def _expression(written: Written) -> dict[str, Any]:
    if written.references:
        return {"references": [*written.references]}
    return {} if written.text.startswith("jsonencode") else {"constant_value": written.value}


def _configured(
    type_: str, name: str, written: Mapping[str, Written], blocks: Mapping[str, list[dict[str, Written]]]
) -> dict[str, Any]:
    expressions: dict[str, Any] = {attribute: _expression(value) for attribute, value in written.items()}
    expressions |= {
        block: [{part: _expression(value) for part, value in parts.items()} for parts in each]
        for block, each in blocks.items()
        if each
    }
    return {"address": f"{type_}.{name}", "mode": "managed", "type": type_, "name": name, "expressions": expressions}


def _change(
    type_: str,
    name: str,
    key: str | int | None,
    kind: Type,
    written: tuple[Mapping[str, Written], Mapping[str, list[dict[str, Written]]]],
) -> dict[str, Any]:
    after: dict[str, Any] = {}
    unknown: dict[str, Any] = {}
    attributes, blocks = written
    for attribute in dict.fromkeys((*kind.attributes, *kind.defaults, *kind.computed)):
        if attribute in attributes:
            value = attributes[attribute].value
        elif attribute in kind.defaults:
            value = kind.defaults[attribute]
        else:
            value = LATER if attribute in kind.computed else None
        if value is LATER:
            unknown[attribute] = True
        else:
            after[attribute] = value
    for block in kind.blocks:
        found = [{part: value.value for part, value in parts.items()} for parts in blocks.get(block, [])]
        distinct = {json.dumps(each, sort_keys=True): each for each in found}
        after[block] = [distinct[each] for each in sorted(distinct)]
    end = "" if key is None else f"[{json.dumps(key)}]"
    change = {"address": f"{type_}.{name}{end}", "mode": "managed", "type": type_, "name": name}
    index = {} if key is None else {"index": key}
    return (
        change | index | {"change": {"actions": ["create"], "before": None, "after": after, "after_unknown": unknown}}
    )


def unwritten(made: Configuration) -> Iterator[str]:
    """The variables that only the plan knows."""
    for declaration in made.declarations:
        if declaration.startswith("variable") and "default" not in declaration:
            yield declaration.split('"')[1]
