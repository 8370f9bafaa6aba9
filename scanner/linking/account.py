"""`covers`: a Terraform resource that sets something for a whole account, project or registry → what lies in it."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from scanner.core.notification import Notification
from scanner.core.resource import Link, Release, Resource
from scanner.linking.reading import text, texts

# Where the settings of a provider say which account it works in.
_ACCOUNT_OF = ("assume_role", "assume_role_with_web_identity", "profile", "access_key", "credentials", "project")
_EVERY_BUCKET = frozenset({"arn:aws:s3", "arn:aws:s3:::", "arn:aws:s3:::*"})


def _same_project(setting: Resource, resource: Resource) -> bool:
    """Projects that both sides write have to be the same; one that is left out is the provider's."""
    here, there = setting.attributes.get("project"), resource.attributes.get("project")
    return here is None or there is None or here == there


def _every_bucket(trail: Resource, _: Resource) -> bool:
    """Whether the trail records the objects of all buckets, not of those alone that it names."""
    simple = texts(trail, "event_selector", "data_resource", "values")
    if any(value in _EVERY_BUCKET for _, value in simple):
        return True
    selectors = trail.attributes.get("advanced_event_selector")
    return isinstance(selectors, list) and any(_is_of_objects(each) for each in selectors)


def _is_of_objects(selector: object) -> bool:
    fields = selector.get("field_selector") if isinstance(selector, Mapping) else None
    if not isinstance(fields, list) or not all(isinstance(each, Mapping) for each in fields):
        return False
    by_name = {str(each.get("field")): each for each in fields}
    kinds = by_name.get("resources.type", {}).get("equals")
    return isinstance(kinds, list) and "AWS::S3::Object" in kinds and "resources.ARN" not in by_name


def _encrypts(setting: Resource, resource: Resource) -> bool:
    """Encryption by default is switched on for one region."""
    here, there = setting.attributes.get("region"), resource.attributes.get("region")
    return setting.attributes.get("enabled") not in (False, "false") and (None in (here, there) or here == there)


@dataclass(frozen=True)
class Setting:
    """What a resource of the account speaks of: the types, and whether it does of this one."""

    types: tuple[str, ...]
    applies: Callable[[Resource, Resource], bool] = lambda _, __: True


SETTINGS: Mapping[str, Setting] = {
    "aws_s3_account_public_access_block": Setting(("aws_s3_bucket",)),
    "aws_cloudtrail": Setting(("aws_s3_bucket",), _every_bucket),
    "aws_ebs_encryption_by_default": Setting(("aws_ebs_volume", "aws_instance", "aws_launch_template"), _encrypts),
    "aws_ecr_registry_scanning_configuration": Setting(("aws_ecr_repository",)),
    "aws_inspector2_enabler": Setting(("aws_ecr_repository",)),
    "google_project_iam_audit_config": Setting(
        ("google_storage_bucket", "google_artifact_registry_repository"), _same_project
    ),
}


def covers(release: Release) -> Iterator[Link | Notification]:
    """Links within one root, unless its providers work in several accounts, where nobody can tell which is meant."""
    several = _roots_of_several_accounts(release)
    for kind, setting in SETTINGS.items():
        for source in release.by_type.get(kind, ()):
            if (source.origin, kind.partition("_")[0]) in several:
                continue
            for target in (each for type_ in setting.types for each in release.by_type.get(type_, ())):
                if target.origin == source.origin and setting.applies(source, target):
                    yield Link(source.key, "covers", target.key, source.location, target.location)


def _roots_of_several_accounts(release: Release) -> frozenset[tuple[str, str]]:
    found = set()
    for provider in release.by_type.get("terraform_provider", ()):
        if "alias" in provider.attributes and any(name in provider.attributes for name in _ACCOUNT_OF):
            found.add((provider.origin, text(provider, "name") or provider.address.split(".")[1]))
    return frozenset(found)
