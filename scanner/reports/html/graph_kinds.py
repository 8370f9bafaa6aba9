"""Where in the drawing of a release a resource belongs, by its type: one table."""

import re
from enum import IntEnum


class Layer(IntEnum):
    """The columns of the drawing, from where a request comes in to what everything rests on."""

    ENTRANCE = 0
    WORKLOAD = 1
    MODEL = 2
    STORE = 3
    GUARD = 4
    OTHER = 5


TITLES = {
    Layer.ENTRANCE: "Endpoints and routes",
    Layer.WORKLOAD: "Workloads",
    Layer.MODEL: "Models and images",
    Layer.STORE: "Stores",
    Layer.GUARD: "Identities, keys, networks",
    Layer.OTHER: "Other",
}

_BY_TYPE = {
    Layer.ENTRANCE: "Ingress Gateway HTTPRoute GRPCRoute TLSRoute TCPRoute VirtualService Service Route IngressRoute "
    "ServiceEntry Mapping HTTPProxy APIRule",
    Layer.WORKLOAD: "workload Deployment StatefulSet DaemonSet Job CronJob Pod ReplicaSet InferenceService",
    Layer.MODEL: "model model_artifact dockerfile_stage ServingRuntime ClusterServingRuntime",
    Layer.STORE: "ConfigMap PersistentVolumeClaim PersistentVolume StorageClass",
    Layer.GUARD: "ServiceAccount Role ClusterRole RoleBinding ClusterRoleBinding Secret ExternalSecret SecretStore "
    "ClusterSecretStore SealedSecret NetworkPolicy CiliumNetworkPolicy CiliumClusterwideNetworkPolicy "
    "AuthorizationPolicy PeerAuthentication RequestAuthentication DestinationRule Sidecar Certificate Issuer "
    "ClusterIssuer",
}
_LAYERS = {name: layer for layer, names in _BY_TYPE.items() for name in names.split()}

# Of Terraform, the words of a type after its provider; the first row that fits decides.
_TERRAFORM = [
    (Layer.GUARD, r"iam|kms|key_vault|secret|security_group|network|subnet|vpc|firewall|service_account$|identity"),
    (Layer.GUARD, r"role_assignment|service_account_key|route_table|security_policy|acl$|guardrail"),
    (Layer.ENTRANCE, r"a?lb|elb|api|apigateway|api_gateway|api_management|cloudfront|frontdoor|lambda_function_url"),
    (Layer.ENTRANCE, r"private_endpoint|backend_service|application_gateway|rest_api"),
    (Layer.MODEL, r"ecr|ecrpublic|artifact_registry|container_registry|sagemaker_model|bedrock_custom_model"),
    (Layer.MODEL, r"cognitive_deployment|vertex_ai_model|vertex_ai_dataset"),
    (Layer.WORKLOAD, r"lambda_function|ecs_service|ecs_task|apprunner|batch_job|sagemaker|bedrockagent|instance$"),
    (Layer.WORKLOAD, r"cloud_run|cloudfunctions|vertex_ai_endpoint|container_app|container_group|function_app|web_app"),
    (Layer.WORKLOAD, r"notebook|workbench|glue_job|sfn_state|machine_learning|cognitive|ai_services|ai_foundry"),
    (Layer.WORKLOAD, r"virtual_machine|linux_|windows_|vertex_ai_index_endpoint|dataproc"),
    (Layer.STORE, r"s3|storage|dynamodb|rds|docdb|neptune|redshift|efs|ebs|fsx|elasticache|kinesis|sqs|sns|msk"),
    (Layer.STORE, r"opensearch|elasticsearch|kendra|bigquery|sql|spanner|alloydb|filestore|redis|pubsub|cosmosdb"),
    (
        Layer.STORE,
        r"mssql|mysql|postgresql|eventhub|servicebus|search_service|databricks|synapse|vertex_ai|disk|backup",
    ),
]
_DATABASES = re.compile(r"(^|_)(db|sql_database|alloydb|spanner|redis|memcache|filestore)_instance")
_TABLE = [(layer, re.compile(rf"(?:^|_)(?:{words})(?![a-z])")) for layer, words in _TERRAFORM]


def layer(type_: str) -> Layer:
    """The column for a resource of the type; `OTHER` for one that the table does not know."""
    known = _LAYERS.get(type_)
    if known is not None:
        return known
    words = type_.removeprefix("data.").partition("_")[2]
    if _DATABASES.search(words):
        return Layer.STORE
    return next((found for found, pattern in _TABLE if pattern.search(words)), Layer.OTHER)
