"""What a new policy begins with, by the type of resource that it is about: a condition, and examples for it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches

from scanner.authoring.input_schemas import published

_TERRAFORM = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)+")
_KIND = re.compile(r"[A-Z][A-Za-z0-9]+")
_MISSPELT = 0.85
_OTHERS = ("aws_", "google_", "azurerm_", "data.")  # of the types with a schema, those of providers
_PREFERRED = ("tags", "labels", "description", "display_name", "name")
_API_VERSIONS = {
    **dict.fromkeys(("Deployment", "StatefulSet", "DaemonSet", "ReplicaSet"), "apps/v1"),
    **dict.fromkeys(("Pod", "Service", "ConfigMap", "Secret", "Namespace", "ServiceAccount"), "v1"),
    **dict.fromkeys(("Job", "CronJob"), "batch/v1"),
    **dict.fromkeys(("Ingress", "NetworkPolicy"), "networking.k8s.io/v1"),
    **dict.fromkeys(("Role", "RoleBinding", "ClusterRole", "ClusterRoleBinding"), "rbac.authorization.k8s.io/v1"),
    "InferenceService": "serving.kserve.io/v1beta1",
}
_IMAGE = "registry.example/server@sha256:280e42163304b2fd435bcac6ed40798500d618115aef94c706500bfb3401b1f6"
_CLUSTER_WIDE = ("Namespace", "ClusterRole", "ClusterRoleBinding")


@dataclass(frozen=True)
class Example:
    """A file that the policy passes, fails or cannot judge; `line` and `cause` are those of the finding."""

    text: str
    line: int = 0
    cause: str = ""


@dataclass(frozen=True)
class Starter:
    """A condition over one attribute: it has to be there, or, with `is_flag`, must not be true.

    `holds` and `wrong` say so in words, `file` is what the examples are called, and `address` is that of the resource
    in them. With `has_placeholders` another tool may fill in the value. `hint` says what is left to the author.
    """

    type: str
    format: str
    attribute: str
    holds: str
    wrong: str
    file: str
    address: str
    examples: Mapping[str, Example]
    is_flag: bool = False
    has_placeholders: bool = False
    hint: str = ""


def starter(type_: str) -> Starter | None:
    """What to begin with for resources of the type; None for a type that no parser gives."""
    if type_ in _SPECIAL:
        return _SPECIAL[type_]
    if _TERRAFORM.fullmatch(type_):
        # Of the types that have a schema, those without a provider are none of Terraform's; nor is one misspelt.
        own = [name for name in published().types if not name.startswith(_OTHERS)]
        return None if get_close_matches(type_, own, 1, _MISSPELT) else _terraform(type_)
    return _kubernetes(type_) if _KIND.fullmatch(type_) else None


def _terraform(type_: str) -> Starter:
    schema = published().types.get(type_)
    name = next((each for each in _PREFERRED if schema is None or schema.stray([each]) is None), "name")
    is_map = name in ("tags", "labels")
    attribute = f"{name}.owner" if is_map else name

    def block(value: str) -> str:
        written = f"{{\n    owner = {value}\n  }}" if is_map else value
        return f'resource "{type_}" "example" {{\n  {name} = {written}\n}}\n'

    examples = {
        "pass": Example(block('"platform"')),
        "fail": Example(f'resource "{type_}" "example" {{\n}}\n', 1),
        "unknown": Example(f'variable "value" {{}}\n\n{block("var.value")}', 5 if is_map else 4, "var.value"),
    }
    hint = "" if schema else f"no schema is published for {type_}: see that {name} is an attribute of it"
    return Starter(
        type_, "terraform", attribute, f"names its {attribute}", f"has no {attribute}", "main.tf", f"{type_}.example",
        examples, hint=hint,
    )  # fmt: skip


def _kubernetes(kind: str) -> Starter:
    api_version = _API_VERSIONS.get(kind, "example.com/v1")
    where = "" if kind in _CLUSTER_WIDE else "  namespace: example\n"
    head = f"apiVersion: {api_version}\nkind: {kind}\nmetadata:\n  name: example\n{where}"
    line = head.count("\n") + 2
    examples = {
        "pass": Example(f"{head}  labels:\n    owner: platform\n"),
        "fail": Example(f"{head}  labels:\n    team: platform\n", line - 1),
        "unknown": Example(f"{head}  labels:\n    owner: ${{OWNER}}\n", line, "a placeholder"),
    }
    hint = (
        "" if kind in _API_VERSIONS else f"put the apiVersion of {kind} in the place of {api_version} in the examples"
    )
    address = f"{kind}/example" if kind in _CLUSTER_WIDE else f"example/{kind}/example"
    return Starter(
        kind, "kubernetes", "metadata.labels.owner", "names its owner in a label", "has no label owner", "object.yaml",
        address, examples, has_placeholders=True, hint=hint,
    )  # fmt: skip


def _bucket(value: str, variables: str = "") -> str:
    block = f'resource "aws_s3_bucket" "example" {{\n  bucket        = "example"\n  force_destroy = {value}\n}}\n'
    return variables + block


def _deployment(value: str) -> str:
    return f"""\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: example
  namespace: example
spec:
  selector:
    matchLabels: {{app: example}}
  template:
    metadata:
      labels: {{app: example}}
    spec:
      containers:
        - name: server
          image: {_IMAGE}
          securityContext:
            privileged: {value}
"""


def _stage(rest: str) -> str:
    return f"FROM {_IMAGE.replace('server', 'base')} AS serve\n{rest}"


def _model(rest: str) -> str:
    return f'apiVersion: releasegate/v1\nkind: ModelRelease\nmodel:\n  id: example\n  version: "1.0.0"\n{rest}'


_SPECIAL: Mapping[str, Starter] = {
    "aws_s3_bucket": Starter(
        "aws_s3_bucket", "terraform", "force_destroy", "cannot be destroyed with what is in it",
        "can be destroyed with what is in it", "main.tf", "aws_s3_bucket.example",
        {
            "pass": Example(_bucket("false")),
            "fail": Example(_bucket("true"), 3),
            "unknown": Example(_bucket("var.force", 'variable "force" {}\n\n'), 5, "var.force"),
        },
        is_flag=True,
    ),
    "container": Starter(
        "container", "kubernetes", "security_context.privileged", "is not privileged", "is privileged", "object.yaml",
        "example/Deployment/example/pod/server",
        {
            "pass": Example(_deployment("false")),
            "fail": Example(_deployment("true"), 17),
            "unknown": Example(_deployment("${PRIVILEGED}"), 17, "a placeholder"),
        },
        is_flag=True, has_placeholders=True,
    ),
    "dockerfile_stage": Starter(
        "dockerfile_stage", "dockerfile", "user.name", "says which user it runs as",
        "does not say which user it runs as", "Dockerfile", "Dockerfile#serve",
        {
            "pass": Example(_stage("USER 10001:10001\n")),
            "fail": Example(_stage('CMD ["serve"]\n'), 1),
            "unknown": Example(_stage("ARG RUN_AS\nUSER ${RUN_AS}\n"), 3, "ARG RUN_AS has no default"),
        },
    ),
    "model": Starter(
        "model", "model", "license", "names its licence", "names no licence", "model-release.yaml",
        "model.example[model-release]",
        {"pass": Example(_model("  license: apache-2.0\n")), "fail": Example(_model(""), 1)},
    ),
}  # fmt: skip
