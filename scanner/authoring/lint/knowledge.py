"""Which attributes may be unknown when a release is scanned: every one of Terraform, and these of the other formats.

`tests/engines/rego/test_unknown_attributes.py` holds them against what the parsers give for every example.
"""

from scanner.rego_source.dataflow_unknowns import is_within
from scanner.rego_source.dataflow_values import Steps

# By resource type; "[*]" is any element or key.
_OF_IMAGES = ("digest", "name", "reference", "registry", "repository", "tag")
_OF_OTHER_FORMATS = {
    "container": (
        *("arguments[*]", "downloads[*][*]", "env_values[*]", "filled_in"),
        *(f"image.{part}" for part in _OF_IMAGES),
        *("serving_options[*]", "serving_options[*][*]"),
    ),
    "dockerfile_stage": (
        *("add[*].checksum", "add[*].sources[*]", "cmd[*]", "copied[*].brings", "copied[*].from", "copied[*].kind"),
        *("copied[*].source", "copy[*].from", "copy[*].sources[*]", "downloads[*][*]", "entrypoint[*]", "env[*]"),
        *(f"{image}.{part}" for image in ("base", "external_base") for part in _OF_IMAGES),
        *("exposed_ports[*]", "installs[*].extra_index_urls[*]", "installs[*].files[*]", "installs[*].files[*].rest"),
        *("installs[*].hash_checked", "installs[*].hashed", "installs[*].lock", "installs[*].lock.misfits"),
        *("installs[*].packages[*].is_commit", "installs[*].packages[*].name", "installs[*].packages[*].revision"),
        *("installs[*].packages[*].version", "installs[*].pinned", "user.name", "user.root", "workdir"),
    ),
    "dvc_output": ("artifact_path",),
    "model": ("license", "requirements", "schema_errors", "version"),
    "model_file": ("contents", "digest"),
    "rbac_rule": ("verbs[*]", "wildcard_verbs"),
    "signature": ("unsigned",),
    "workload": (
        *("autoscaling.min_replicas", "autoscaling.scale_to_zero", "filled_in"),
        *("storage[*].revision", "storage[*].uri", "storage_uri", "storage_uris[*]"),
    ),
}
# What the parser itself says of a part of a Terraform file.
_WRITTEN = {"iam_statement": (("attribute",), ("sid",))}
_NO_TERRAFORM = frozenset(
    {
        *_OF_OTHER_FORMATS,
        *("approval_list", "approved_version", "attestation", "chat_template", "dvc_remote", "model_artifact"),
        *("model_code", "release", "shard_index"),
    }
)


def _steps(text: str) -> Steps:
    return tuple(None if step == "*" else step for step in text.replace("[*]", ".*").split("."))


_PATHS = {type_: tuple(map(_steps, paths)) for type_, paths in _OF_OTHER_FORMATS.items()}


def may_be_unknown(type_: str, path: Steps) -> bool:
    """Whether the attribute of such a resource, or one that it is in, may be unknown. None in the path is any step."""
    if _is_terraform(type_):
        return path[:1] not in _WRITTEN.get(type_, ())
    plain = tuple(None if isinstance(step, int) else step for step in path)
    return any(is_within(plain, known) for known in _PATHS.get(type_, ()))


def _is_terraform(type_: str) -> bool:
    """Kinds of Kubernetes are written in capitals; all other types that are not Terraform's are named."""
    return type_ not in _NO_TERRAFORM and not type_[:1].isupper()
