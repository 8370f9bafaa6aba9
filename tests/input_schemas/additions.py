"""What resources have beside what the schemas of their makers say: by this project's parsers, and in other versions."""

from collections.abc import Mapping
from dataclasses import replace

from tests.input_schemas.trees import Block, Keyed, Leaf, Shape

# What Terraform itself takes in every block, as far as the parser keeps it.
_META: Mapping[str, Shape] = {"provider": Leaf(), "lifecycle": Leaf()}

_TERRAFORM: Mapping[str, Mapping[str, Shape]] = {
    # The parser puts the default tags of the provider onto whatever it configures.
    "aws": {"tags_all": Keyed(Leaf("string"))},
    # The provider has it for most resources since version 7.
    "google": {"deletion_policy": Leaf("string")},
    "azurerm": {},
}

# What a version has that none of the read ones has, by type and path.
_OTHER_VERSIONS: Mapping[str, tuple[str, ...]] = {
    "azurerm_storage_account": ("allow_blob_public_access",),  # before azurerm 3
    **dict.fromkeys(
        ("azurerm_mariadb_server", "azurerm_mysql_server", "azurerm_postgresql_server"), ("ssl_enforcement",)
    ),  # before azurerm 2
    "google_vertex_ai_reasoning_engine": (  # since google 7
        *("display_name", "description", "region", "project", "encryption_spec.kms_key_name", "spec", "labels"),
    ),
}

# Attributes of other versions and of other APIs with the same kind, by type and path.
_KUBERNETES: Mapping[str, tuple[str, ...]] = {
    "AuthorizationPolicy": ("spec.requiredAuthenticationRefs",),  # Linkerd's
    "BaselineAdminNetworkPolicy": ("spec.egress.to.networks", "spec.egress.to.nodes"),  # the experimental channel
    "AdminNetworkPolicy": ("spec.egress.to.networks", "spec.egress.to.nodes", "spec.egress.to.domainNames"),
    "CronWorkflow": ("spec.schedule",),  # before Argo Workflows 3.6
    "InferenceService": ("spec.default", "spec.canary", "spec.canaryTrafficPercent"),  # v1alpha2
    "Middleware": (  # Traefik Hub's
        *("spec.apiKey", "spec.jwt", "spec.ldap", "spec.oAuthIntrospection", "spec.oidc", "spec.opa", "spec.hmac"),
    ),
    "Policy": ("spec",),  # of Kyverno, and of NGINX's ingress controller
    "Secret": ("sops",),  # encrypted by SOPS
    "TrainJob": ("spec.podTemplateOverrides",),  # before Trainer 2.1
}


def of_terraform(provider: str, types: Mapping[str, Shape]) -> dict[str, Shape]:
    """The types of one provider with what this project adds."""
    more = {**_META, **_TERRAFORM[provider]}
    found: dict[str, Shape] = {}
    for name, shape in {**{each: Block() for each in _others(provider, types)}, **types}.items():
        members = _META if name.startswith("data.") else more
        found[name] = replace(shape, members={**members, **shape.members}) if isinstance(shape, Block) else shape
        for path in _OTHER_VERSIONS.get(name, ()):
            found[name] = _with(found[name], path.split("."))
    return found


def _others(provider: str, types: Mapping[str, Shape]) -> list[str]:
    return [name for name in _OTHER_VERSIONS if name.startswith(f"{provider}_") and name not in types]


def of_kubernetes(types: Mapping[str, Shape]) -> dict[str, Shape]:
    """Kubernetes' kinds with the attributes of other versions."""
    found = dict(types)
    for name in types.keys() & _KUBERNETES.keys():
        for path in _KUBERNETES[name]:
            found[name] = _with(found[name], path.split("."))
    return found


def _with(shape: Shape, path: list[str]) -> Shape:
    if not isinstance(shape, Block):
        return shape
    step, *rest = path
    inner = _with(shape.members.get(step, Block()), rest) if rest else Leaf()
    return replace(shape, members={**shape.members, step: inner})
