"""Small inputs of every format, read by the parsers and linked."""

from pathlib import Path

from scanner.linking import link
from tests.linking.real import read

FILES = {
    "infra/main.tf": """\
variable "name" {
  default = "ml-artifacts"
}

resource "aws_s3_bucket" "models" {
  bucket = var.name
}

resource "aws_s3_bucket_versioning" "models" {
  bucket = aws_s3_bucket.models.id
  versioning_configuration {
    status = "Enabled"
  }
}

resource "aws_iam_role" "reader" {
  name               = "claims-reader"
  assume_role_policy = jsonencode({ Version = "2012-10-17", Statement = [] })
}

data "aws_iam_policy_document" "read" {
  statement {
    actions   = ["s3:GetObject"]
    resources = ["${aws_s3_bucket.models.arn}/*"]
  }
}

resource "aws_iam_policy" "read" {
  name   = "read-models"
  policy = data.aws_iam_policy_document.read.json
}

resource "aws_iam_role_policy_attachment" "read" {
  role       = aws_iam_role.reader.name
  policy_arn = aws_iam_policy.read.arn
}

resource "aws_ecr_repository" "gateway" {
  name = "ml/gateway"
}
""",
    "k8s/claims.yaml": """\
apiVersion: v1
kind: ServiceAccount
metadata:
  name: claims
  namespace: inference
  annotations:
    eks.amazonaws.com/role-arn: arn:aws:iam::123456789012:role/claims-reader
---
apiVersion: serving.kserve.io/v1beta1
kind: InferenceService
metadata:
  name: claims-triage
  namespace: inference
spec:
  predictor:
    serviceAccountName: claims
    model:
      modelFormat:
        name: huggingface
      storageUri: s3://ml-artifacts/claims-triage/7.2.0/
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: closed
  namespace: inference
spec:
  podSelector: {}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata:
  name: reader
  namespace: inference
rules: []
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata:
  name: reader
  namespace: inference
roleRef:
  apiGroup: rbac.authorization.k8s.io
  kind: Role
  name: reader
subjects:
  - kind: ServiceAccount
    name: claims
""",
    "k8s/gateway.yaml": """\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: gateway
  namespace: inference
spec:
  selector:
    matchLabels: {app: gateway}
  template:
    metadata:
      labels:
        app: gateway
    spec:
      containers:
        - name: gateway
          image: 123456789012.dkr.ecr.eu-central-1.amazonaws.com/ml/gateway:1.4.0
---
apiVersion: v1
kind: Service
metadata:
  name: gateway
  namespace: inference
spec:
  selector:
    app: gateway
  ports:
    - port: 80
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: front
  namespace: inference
spec:
  rules:
    - http:
        paths:
          - path: /
            pathType: Prefix
            backend:
              service:
                name: gateway
                port: {number: 80}
          - path: /claims
            pathType: Prefix
            backend:
              service:
                name: claims-triage-predictor
                port: {number: 80}
""",
    "services/gateway/Dockerfile": """\
FROM python:3.12-slim AS build
RUN pip install uv

FROM python:3.12-slim AS runtime
COPY --from=build /app /app
""",
    "models/claims/model-release.yaml": """\
apiVersion: releasegate/v1
kind: ModelRelease
model:
  id: claims-triage
  version: 7.2.0
  uri: s3://ml-artifacts/claims-triage/7.2.0/
""",
    "models/claims/README.md": """\
---
license: apache-2.0
library_name: transformers
pipeline_tag: text-classification
---
# Model Card for Claims Triage

## Uses

Sorting claims.
""",
}

URI = "s3://ml-artifacts/claims-triage/7.2.0/"
PREDICTOR = "inference/InferenceService/claims-triage/predictor"
GATEWAY = "inference/Deployment/gateway/pod"
CLAIMS = "model.claims-triage[model-release]"
MANIFEST = "models/claims/model-release.yaml"
TIES = {
    ("aws_s3_bucket_versioning.models", "configures", "aws_s3_bucket.models", "infra/main.tf:10", "infra/main.tf:6"),
    ("aws_iam_role.reader", "allows", "aws_iam_policy.read/statement[0]", "infra/main.tf:35", "infra/main.tf:22"),
    (
        "aws_iam_role_policy_attachment.read",
        "configures",
        "aws_iam_role.reader",
        "infra/main.tf:34",
        "infra/main.tf:17",
    ),
    ("aws_iam_role_policy_attachment.read", "uses", "aws_iam_policy.read", "infra/main.tf:35", "infra/main.tf:29"),
    (PREDICTOR, "stores_in", "aws_s3_bucket.models", "k8s/claims.yaml:20", "infra/main.tf:6"),
    (PREDICTOR, "uses_account", "inference/ServiceAccount/claims", "k8s/claims.yaml:16", "k8s/claims.yaml:4"),
    ("inference/ServiceAccount/claims", "assumes", "aws_iam_role.reader", "k8s/claims.yaml:7", "infra/main.tf:17"),
    (f"{GATEWAY}/gateway", "runs_image", "aws_ecr_repository.gateway", "k8s/gateway.yaml:16", "infra/main.tf:39"),
    (
        f"{GATEWAY}/gateway",
        "runs_image",
        "services/gateway/Dockerfile#runtime",
        "k8s/gateway.yaml:16",
        "services/gateway/Dockerfile:4",
    ),
    ("inference/Service/gateway", "selects", GATEWAY, "k8s/gateway.yaml:24", "k8s/gateway.yaml:12"),
    ("inference/NetworkPolicy/closed", "selects", GATEWAY, "k8s/claims.yaml:28", "k8s/gateway.yaml:11"),
    ("inference/NetworkPolicy/closed", "selects", PREDICTOR, "k8s/claims.yaml:28", "k8s/claims.yaml:15"),
    ("inference/NetworkPolicy/closed", "isolates_ingress", GATEWAY, "k8s/claims.yaml:28", "k8s/gateway.yaml:11"),
    ("inference/NetworkPolicy/closed", "isolates_ingress", PREDICTOR, "k8s/claims.yaml:28", "k8s/claims.yaml:15"),
    ("inference/Ingress/front", "routes_to", "inference/Service/gateway", "k8s/gateway.yaml:42", "k8s/gateway.yaml:21"),
    (
        "inference/Ingress/front",
        "routes_to",
        "inference/InferenceService/claims-triage",
        "k8s/gateway.yaml:48",
        "k8s/claims.yaml:12",
    ),
    ("inference/RoleBinding/reader", "binds", "inference/Role/reader", "k8s/claims.yaml:45", "k8s/claims.yaml:33"),
    (PREDICTOR, "granted_by", "inference/RoleBinding/reader", "k8s/claims.yaml:16", "k8s/claims.yaml:48"),
    (PREDICTOR, "holds", "inference/Role/reader", "k8s/claims.yaml:16", "k8s/claims.yaml:33"),
    ("inference/ServiceAccount/claims", "holds", "inference/Role/reader", "k8s/claims.yaml:4", "k8s/claims.yaml:33"),
    (
        "inference/RoleBinding/reader",
        "grants_to",
        "inference/ServiceAccount/claims",
        "k8s/claims.yaml:48",
        "k8s/claims.yaml:4",
    ),
    (PREDICTOR, "serves", CLAIMS, "k8s/claims.yaml:20", f"{MANIFEST}:6"),
    (CLAIMS, "stores_in", "aws_s3_bucket.models", f"{MANIFEST}:6", "infra/main.tf:6"),
    (f"{CLAIMS}/{URI}", "stores_in", "aws_s3_bucket.models", f"{MANIFEST}:6", "infra/main.tf:6"),
    ("model.Claims Triage[model-card]", "describes", CLAIMS, "models/claims/README.md:1", f"{MANIFEST}:1"),
}


# Names that come from a variable without a default, in a module and beside it.
UNKNOWN_FILES = {
    "main.tf": """\
variable "team" {
  type = string
}

module "store" {
  source = "./store"
  name   = "${var.team}-artifacts"
}

resource "aws_s3_bucket" "logs" {
  bucket = "${var.team}-logs"
}

resource "aws_s3_bucket_versioning" "logs" {
  bucket = "${var.team}-logs"
  versioning_configuration {
    status = "Enabled"
  }
}

resource "aws_sagemaker_model" "claims" {
  execution_role_arn = "arn:aws:iam::123456789012:role/claims"
  primary_container {
    image          = "123456789012.dkr.ecr.eu-central-1.amazonaws.com/claims:1"
    model_data_url = "s3://${module.store.bucket}/claims.tar.gz"
  }
}
""",
    "store/main.tf": """\
variable "name" {
  type = string
}

resource "aws_s3_bucket" "this" {
  bucket = var.name
}

resource "aws_s3_bucket_public_access_block" "this" {
  bucket = aws_s3_bucket.this.id
}

output "bucket" {
  value = aws_s3_bucket.this.bucket
}
""",
    "models/model-release.yaml": """\
apiVersion: releasegate/v1
kind: ModelRelease
model:
  id: claims
  uri: s3://ml-artifacts/claims/
""",
}
UNKNOWN_TIES = {
    ("aws_s3_bucket_versioning.logs", "configures", "aws_s3_bucket.logs"),
    ("module.store.aws_s3_bucket_public_access_block.this", "configures", "module.store.aws_s3_bucket.this"),
    ("aws_sagemaker_model.claims", "stores_in", "module.store.aws_s3_bucket.this"),
}


def test_a_release_of_every_format_is_tied_together(tmp_path: Path) -> None:
    release = read(tmp_path, FILES)
    links, notifications = link(release)
    name = {resource.key: resource.address for resource in release.resources}
    found = {
        (name[each.source], each.kind, name[each.target], str(each.evidence), str(each.target_evidence))
        for each in links
    }
    assert found == TIES
    assert notifications == ()


def test_names_that_are_unknown_are_tied_by_what_is_written(tmp_path: Path) -> None:
    release = read(tmp_path, UNKNOWN_FILES)
    links, notifications = link(release)
    name = {resource.key: resource.address for resource in release.resources}
    assert {(name[each.source], each.kind, name[each.target]) for each in links} == UNKNOWN_TIES
    (message,) = {each.message for each in notifications}
    assert message.startswith("s3://ml-artifacts: module.store.aws_s3_bucket.this has no statically known name")
