"""The way from a managed endpoint to its model, image and bucket, in real HCL."""

import json
from pathlib import Path

import pytest

from tests.linking.builder import tf, ties, warnings
from tests.linking.real import tied

SAGEMAKER = """\
resource "aws_ecr_repository" "serving" {
  name = "serving"
}

resource "aws_s3_bucket" "models" {
  bucket = "acme-models"
}

resource "aws_iam_role" "endpoint" {
  name = "endpoint"
}

resource "aws_kms_key" "models" {}

resource "aws_kms_alias" "models" {
  name          = "alias/models"
  target_key_id = aws_kms_key.models.key_id
}

resource "aws_sagemaker_model" "claims" {
  name               = "claims"
  execution_role_arn = aws_iam_role.endpoint.arn
  primary_container {
    image          = "${aws_ecr_repository.serving.repository_url}:7"
    model_data_url = "s3://acme-models/claims/7/model.tar.gz"
  }
}

resource "aws_sagemaker_endpoint_configuration" "claims" {
  name        = "claims-7"
  kms_key_arn = aws_kms_alias.models.arn
  production_variants {
    variant_name = "all"
    model_name   = "claims"
  }
  data_capture_config {
    initial_sampling_percentage = 10
    destination_s3_uri          = "s3://${aws_s3_bucket.models.bucket}/captured"
    capture_options {
      capture_mode = "Input"
    }
  }
}

resource "aws_sagemaker_endpoint" "claims" {
  name                 = "claims"
  endpoint_config_name = "claims-7"
}

resource "aws_appautoscaling_target" "claims" {
  resource_id        = "endpoint/${aws_sagemaker_endpoint.claims.name}/variant/all"
  scalable_dimension = "sagemaker:variant:DesiredInstanceCount"
  service_namespace  = "sagemaker"
  min_capacity       = 1
  max_capacity       = 2
}
"""


def test_an_endpoint_leads_to_its_model_its_image_and_its_bucket(tmp_path: Path) -> None:
    files = {"main.tf": SAGEMAKER}
    assert tied(tmp_path, files, "uses") == {
        ("aws_sagemaker_endpoint.claims", "aws_sagemaker_endpoint_configuration.claims"),
        ("aws_sagemaker_endpoint_configuration.claims", "aws_sagemaker_model.claims"),
        ("aws_sagemaker_endpoint_configuration.claims", "aws_kms_alias.models"),
        ("aws_sagemaker_model.claims", "aws_iam_role.endpoint"),
    }
    assert tied(tmp_path, files, "runs_image") == {("aws_sagemaker_model.claims", "aws_ecr_repository.serving")}
    assert tied(tmp_path, files, "stores_in") == {
        ("aws_sagemaker_model.claims", "aws_s3_bucket.models"),
        ("aws_sagemaker_endpoint_configuration.claims", "aws_s3_bucket.models"),
    }
    assert tied(tmp_path, files, "configures") == {
        ("aws_appautoscaling_target.claims", "aws_sagemaker_endpoint.claims"),
        ("aws_kms_alias.models", "aws_kms_key.models"),
    }


SERVICES = """\
resource "aws_ecr_repository" "api" {
  name = "api"
}

resource "aws_ecr_repository" "proxy" {
  name = "proxy"
}

resource "aws_ecs_task_definition" "api" {
  family = "api"
  container_definitions = jsonencode([
    { name = "api", image = "${aws_ecr_repository.api.repository_url}:1" },
    { name = "proxy", image = "${aws_ecr_repository.proxy.repository_url}:1" },
  ])
}

resource "aws_ecs_service" "api" {
  name            = "api"
  task_definition = "api:3"
}

resource "google_artifact_registry_repository" "ml" {
  repository_id = "ml"
  location      = "europe-west3"
}

resource "google_cloud_run_v2_service" "gateway" {
  name = "gateway"
  template {
    containers {
      image = "europe-west3-docker.pkg.dev/acme/${google_artifact_registry_repository.ml.repository_id}/gateway:1"
    }
  }
}

resource "azurerm_container_registry" "acme" {
  name = "acme"
}

resource "azurerm_container_app" "gateway" {
  name = "gateway"
  template {
    container {
      name  = "gateway"
      image = "acme.azurecr.io/gateway:1"
    }
  }
}
"""


def test_services_lead_to_the_repositories_of_their_images(tmp_path: Path) -> None:
    files = {"main.tf": SERVICES, "gateway/Dockerfile": "FROM python:3.12-slim\n"}
    assert tied(tmp_path, files, "runs_image") == {
        ("aws_ecs_task_definition.api", "aws_ecr_repository.api"),
        ("aws_ecs_task_definition.api", "aws_ecr_repository.proxy"),
        ("google_cloud_run_v2_service.gateway", "google_artifact_registry_repository.ml"),
        ("azurerm_container_app.gateway", "azurerm_container_registry.acme"),
        ("azurerm_container_app.gateway", "gateway/Dockerfile#0"),
    }
    assert tied(tmp_path, files, "uses") == {("aws_ecs_service.api", "aws_ecs_task_definition.api")}


@pytest.mark.parametrize(
    ("definitions", "expected"),
    [
        (json.dumps([{"image": "123456789012.dkr.ecr.eu-central-1.amazonaws.com/api:1"}]), True),
        (json.dumps([{"image": "docker.io/library/api:1"}]), False),
        ("no JSON", False),
    ],
)
def test_the_images_of_a_literal_task_definition_are_read(definitions: str, expected: bool) -> None:
    task = tf("aws_ecs_task_definition.t", {"container_definitions": definitions})
    repository = tf("aws_ecr_repository.r", {"name": "api"})
    assert bool(ties("runs_image", task, repository)) is expected
    assert warnings(task, repository) == []
