"""`looks_up`: a data source → the resource of the release that it reads, in its own root or in another one."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from scanner.core.notification import Notification
from scanner.core.resource import Link, Release, Resource
from scanner.core.values import Unresolved
from scanner.linking import identifiers
from scanner.linking.names import Names, names_of
from scanner.linking.reading import text
from scanner.linking.references import DATA, contradict, is_open, referenced
from scanner.linking.terraform import Meant, narrowed, of, of_expression

_PROVIDERS = ("data.aws_", "data.azurerm_", "data.google_")
# No two of these in the world share a name.
_WORLD_WIDE = frozenset(
    (
        "aws_s3_bucket",
        "azurerm_container_registry",
        "azurerm_key_vault",
        "azurerm_storage_account",
        "google_project",
        "google_storage_bucket",
    )
)
# What both may write without saying which one it is.
_NO_PLACE = frozenset(("tags", "labels", "filter", "timeouts"))


@dataclass(frozen=True)
class _Key:
    """The argument that says which resource a data source reads, and the type and attribute with the same text."""

    argument: str
    type: str
    attribute: str
    read: Callable[[str], str] = str


# Data sources that do not simply give the `name` of a resource of their own type.
_KEYS: dict[str, tuple[_Key, ...]] = {
    "aws_db_instance": (_Key("db_instance_identifier", "aws_db_instance", "identifier"),),
    "aws_ecs_cluster": (_Key("cluster_name", "aws_ecs_cluster", "name"),),
    "aws_ecs_task_definition": (_Key("task_definition", "aws_ecs_task_definition", "family", identifiers.task_family),),
    "aws_elasticsearch_domain": (_Key("domain_name", "aws_elasticsearch_domain", "domain_name"),),
    "aws_iam_group": (_Key("group_name", "aws_iam_group", "name"),),
    "aws_iam_policy": (
        _Key("name", "aws_iam_policy", "name"),
        _Key("arn", "aws_iam_policy", "name", identifiers.policy),
    ),
    "aws_iam_user": (_Key("user_name", "aws_iam_user", "name"),),
    "aws_kms_key": (_Key("key_id", "aws_kms_alias", "name", identifiers.key_alias), _Key("key_id", "aws_kms_key", "")),
    "aws_lambda_function": (_Key("function_name", "aws_lambda_function", "function_name", identifiers.function),),
    "aws_opensearch_domain": (_Key("domain_name", "aws_opensearch_domain", "domain_name"),),
    "aws_rds_cluster": (_Key("cluster_identifier", "aws_rds_cluster", "cluster_identifier"),),
    "aws_redshift_cluster": (_Key("cluster_identifier", "aws_redshift_cluster", "cluster_identifier"),),
    "aws_s3_bucket": (_Key("bucket", "aws_s3_bucket", "bucket"),),
    "aws_secretsmanager_secret": (
        _Key("name", "aws_secretsmanager_secret", "name"),
        _Key("arn", "aws_secretsmanager_secret", "name", identifiers.secret),
    ),
    "google_artifact_registry_repository": (
        _Key("repository_id", "google_artifact_registry_repository", "repository_id"),
    ),
    "google_bigquery_dataset": (_Key("dataset_id", "google_bigquery_dataset", "dataset_id"),),
    "google_bigquery_table": (_Key("table_id", "google_bigquery_table", "table_id"),),
    "google_project": (_Key("project_id", "google_project", "project_id"),),
    "google_secret_manager_secret": (_Key("secret_id", "google_secret_manager_secret", "secret_id"),),
    "google_service_account": (
        _Key("account_id", "google_service_account", "account_id"),
        _Key("account_id", "google_service_account", "account_id", identifiers.service_account),
    ),
}


def looks_up(release: Release) -> Iterator[Link | Notification]:
    """Links from every data source to what it reads, where that is one resource for all that is known."""
    for kind, sources in release.by_type.items():
        if not kind.startswith(_PROVIDERS):
            continue
        type_ = kind.removeprefix(DATA)
        for key in _KEYS.get(type_, (_Key("name", type_, "name"),)):
            names = names_of(release, (key.type,), key.attribute)
            for source in sources if names.by_origin else ():
                found = _read(release, source, key, names).one
                if found is not None:
                    evidence = source.locate((key.argument,))
                    yield Link(source.key, "looks_up", found.key, evidence, found.locate((key.attribute,)))


def _read(release: Release, source: Resource, key: _Key, names: Names) -> Meant:
    # Whatever the argument is called: the id of a resource of this type is that of the one that is read.
    referred = {
        each.key: each for name in source.attributes for each in referenced(release, source, (name,), names.types)
    }
    if referred:
        return of(narrowed(tuple(referred.values()), source))
    literal = text(source, key.argument)
    name = key.read(literal) if literal else ""
    if name:
        found = [each for each in names.known.get(name, ()) if not _contradict(release, source, each)]
        here = [each for each in found if each.origin == source.origin]
        return of(here or [each for each in found if _is_shown(source, each)])
    value = source.attributes.get(key.argument)
    if isinstance(value, Unresolved) and is_open(release, source, (key.argument,)):
        one = of_expression(source, names, value).one
        return Meant(one if one is not None and not _contradict(release, source, one) else None)
    return Meant()


def _contradict(release: Release, source: Resource, target: Resource) -> bool:
    return contradict(release, source, target, _shared(source, target))


def _is_shown(source: Resource, target: Resource) -> bool:
    """Whether a resource of another root is certainly the one: by a name that is unique, or by all that both write."""
    if target.type in _WORLD_WIDE:
        return True
    return all(text(source, name) and text(target, name) for name in _shared(source, target))


def _shared(source: Resource, target: Resource) -> list[str]:
    return sorted((source.attributes.keys() & target.attributes.keys()) - _NO_PLACE)
