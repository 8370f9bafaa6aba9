"""Attributes that a provider computes, where what is written already says what they will be."""

from collections.abc import Callable

from scanner.parsers.terraform.values import Value, derived, obstacle, text_of

# For a resource type: the attribute that is written, and the computed ones that follow from it.
_FORMS: dict[str, tuple[str, dict[str, str]]] = {
    "aws_s3_bucket": ("bucket", {"id": "{}", "arn": "arn:aws:s3:::{}", "bucket_domain_name": "{}.s3.amazonaws.com"}),
    "aws_iam_group": ("name", {"id": "{}"}),
    "aws_iam_instance_profile": ("name", {"id": "{}"}),
    "aws_iam_role": ("name", {"id": "{}"}),
    "aws_iam_user": ("name", {"id": "{}"}),
    "aws_ecr_repository": ("name", {"id": "{}"}),
    "aws_kms_alias": ("name", {"id": "{}"}),
    "google_storage_bucket": ("name", {"id": "{}", "url": "gs://{}"}),
}
# What every resource has once it exists; a module that asks whether the ARN of a key is null means this one's absence.
PRESENT = frozenset(("id", "arn", "key_id", "self_link"))

# The resources that configure a bucket are identified by its name.
_BUCKET_PART = "aws_s3_bucket_"


def computed(type_: str, attribute: str, read: Callable[[str], Value]) -> Value | None:
    """The value of a computed attribute, None when nothing written says it; `read` gives a written attribute."""
    if type_.startswith(_BUCKET_PART) and attribute == "id":
        return read("bucket")
    written, forms = _FORMS.get(type_, ("", {}))
    if attribute not in forms:
        return None
    value = read(written)
    if value is None:
        return None
    return obstacle(value) or derived(forms[attribute].format(text_of(value)), value)
