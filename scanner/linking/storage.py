"""`stores_in`: whatever names an object by URI → the bucket or storage account that holds it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache

from scanner.core.notification import Notification
from scanner.core.resource import Link, Release, Resource
from scanner.core.values import ABSENT, AttributePath, reach
from scanner.linking.interface import ambiguous, named, note, warning
from scanner.linking.mentions import Mention, mentions
from scanner.linking.names import Names, names_of
from scanner.linking.reading import text
from scanner.linking.references import referenced
from scanner.linking.terraform import Meant, called
from scanner.linking.uris import Place, place_of

# The resource type of each kind of store, and the attribute with its name.
_BUCKETS = {
    "s3": ("aws_s3_bucket", "bucket"),
    "gcs": ("google_storage_bucket", "name"),
    "azure": ("azurerm_storage_account", "name"),
}
_NAME_OF = dict(_BUCKETS.values())
_BUCKET_TYPES = frozenset(_NAME_OF)
_CONTAINER_OWNER = ("storage_account_name", "storage_account_id")

# Terraform attributes that hold a URI.
_TERRAFORM_URIS: dict[str, tuple[AttributePath, ...]] = {
    "aws_bedrock_custom_model": (
        ("training_data_config", "s3_uri"),
        ("validation_data_config", "validator", "s3_uri"),
        ("output_data_config", "s3_uri"),
    ),
    "aws_sagemaker_endpoint_configuration": (("data_capture_config", "destination_s3_uri"),),
    "google_vertex_ai_index": (("metadata", "contents_delta_uri"),),
    "aws_sagemaker_model": tuple(
        (block, *path)
        for block in ("primary_container", "container")
        for path in (("model_data_url",), ("model_data_source", "s3_data_source", "s3_uri"))
    ),
}


@dataclass(frozen=True)
class _Stores:
    """The release's buckets by service, and its Azure containers by account and own name."""

    names: dict[str, Names]
    containers: dict[tuple[str, str], tuple[Resource, ...]]


def stores_in(release: Release) -> Iterator[Link | Notification]:
    """Links to every bucket of the release that a URI names."""
    names = {service: names_of(release, (kind,), name) for service, (kind, name) in _BUCKETS.items()}
    stores = _Stores(names, _containers(release))
    if not any(each.by_origin for each in names.values()) and not stores.containers:
        return

    @cache
    def bucket(service: str, name: str) -> Meant:
        return called(names[service], name)

    yield from _by_reference(release)
    told: set[tuple[str, str]] = set()
    for mention in (*mentions(release), *_literals(release)):
        for found in _ties(mention, stores, bucket):
            if isinstance(found, Notification):
                # A variable and the argument made of it are one mention to the reader.
                if (mention.source.key, found.message) in told:
                    continue
                told.add((mention.source.key, found.message))
            yield found


def _ties(mention: Mention, stores: _Stores, bucket: Callable[[str, str], Meant]) -> Iterator[Link | Notification]:
    place = place_of(mention.uri)
    if place is not None and place.is_templated:
        message = f"{place}: the bucket's name is a placeholder, so that it is linked to none of the release"
        yield warning(message, mention.evidence)
    elif place is not None and place.is_store:
        containers = stores.containers.get((place.name, place.container), ())
        yield from (_link(mention, container, "name") for container in containers)
        yield from _tie(mention, place, bucket(place.service, place.name), bool(containers))


def _tie(mention: Mention, place: Place, meant: Meant, has_container: bool) -> Iterator[Link | Notification]:
    here = [each for each in meant.several if each.origin == mention.source.origin]
    one = here[0] if len(here) == 1 else meant.one
    if one is not None:
        yield _link(mention, one, _NAME_OF[one.type])
    elif meant.several:
        yield ambiguous(str(place), meant.several, mention.evidence)
    elif meant.may:
        have = "have" if len(meant.may) > 1 else "has"
        yield warning(
            f"{place}: {named(meant.may)} {have} no statically known name and may be it, but is not linked;"
            " write the name literally or give its variable a default",
            mention.evidence,
        )
    elif not has_container:
        yield note(f"{place} is not in the release, so that its safeguards are not judged", mention.evidence)


def _link(mention: Mention, bucket: Resource, name: str) -> Link:
    return Link(mention.source.key, "stores_in", bucket.key, mention.evidence, bucket.locate((name,)))


def _literals(release: Release) -> Iterator[Mention]:
    """The Terraform attributes that spell their URI and refer to no bucket."""
    for resource, at, value in _terraform_uris(release):
        if isinstance(value, str) and len(referenced(release, resource, at, _BUCKET_TYPES)) != 1:
            yield Mention(resource, resource, at, value)


def _by_reference(release: Release) -> Iterator[Link]:
    """The Terraform attributes that refer to the bucket, whether its name is known or not."""
    for resource, at, _ in _terraform_uris(release):
        found = referenced(release, resource, at, _BUCKET_TYPES)
        if len(found) == 1:
            yield _link(Mention(resource, resource, at, ""), found[0], _NAME_OF[found[0].type])


def _terraform_uris(release: Release) -> Iterator[tuple[Resource, AttributePath, object]]:
    for kind, paths in _TERRAFORM_URIS.items():
        for resource in release.by_type.get(kind, ()):
            for path in paths:
                found = reach(resource.attributes, path)
                yield from ((resource, at, value) for at, value in found if value is not ABSENT)


def _containers(release: Release) -> dict[tuple[str, str], tuple[Resource, ...]]:
    grouped: dict[tuple[str, str], tuple[Resource, ...]] = {}
    accounts = frozenset({"azurerm_storage_account"})
    for container in release.by_type.get("azurerm_storage_container", ()):
        written = [attribute for attribute in _CONTAINER_OWNER if attribute in container.attributes]
        owners = [each for attribute in written for each in referenced(release, container, (attribute,), accounts)]
        account = text(container, "storage_account_name") or (text(owners[0], "name") if len(owners) == 1 else "")
        key = (account, text(container, "name"))
        if all(key):
            grouped[key] = (*grouped.get(key, ()), container)
    return grouped
