import pytest

from scanner.core.resource import Resource
from tests.linking.builder import container, image, links, stage, tf, ties, unknown, warnings, workload

POD = workload("api")
ECR = "123456789012.dkr.ecr.eu-central-1.amazonaws.com"
RUNNER = "prod/Deployment/api/pod/server"


@pytest.mark.parametrize(
    ("reference", "repository"),
    [
        (f"{ECR}/ml/api:1", tf("aws_ecr_repository.r", {"name": "ml/api"})),
        (
            "europe-docker.pkg.dev/acme/ml/api:1",
            tf("google_artifact_registry_repository.r", {"repository_id": "ml", "location": "europe"}),
        ),
        ("AcmeML.azurecr.io/api:1", tf("azurerm_container_registry.r", {"name": "AcmeML"})),
    ],
)
def test_an_image_leads_to_its_registry(reference: str, repository: Resource) -> None:
    server = container(POD, image(reference))
    assert ties("runs_image", server, repository) == {(RUNNER, repository.address)}


@pytest.mark.parametrize(
    ("reference", "attributes"),
    [
        (f"{ECR}/ml/api:1", {"name": "api"}),
        ("ghcr.io/ml/api:1", {"name": "ml/api"}),
        (f"{ECR}.evil.example/ml/api:1", {"name": "ml/api"}),
    ],
)
def test_another_repository_is_not_meant(reference: str, attributes: dict[str, str]) -> None:
    assert ties("runs_image", container(POD, image(reference)), tf("aws_ecr_repository.r", attributes)) == set()


@pytest.mark.parametrize(
    ("written", "fits"),
    [
        ({}, True),
        ({"location": "Europe", "project": "acme"}, True),
        ({"location": "us"}, False),
        ({"project": "other"}, False),
        ({"project": unknown("var.project")}, True),
    ],
)
def test_location_and_project_narrow_artifact_registries(written: dict[str, str], fits: bool) -> None:
    repository = tf("google_artifact_registry_repository.r", {"repository_id": "ml", **written})
    server = container(POD, image("europe-docker.pkg.dev/acme/ml/api:1"))
    assert bool(ties("runs_image", server, repository)) is fits


def test_a_repository_of_unknown_name_may_be_the_one() -> None:
    server, repository = container(POD, image(f"{ECR}/api:1")), tf("aws_ecr_repository.r", {"name": unknown("var.n")})
    assert ties("runs_image", server, repository) == set()
    (message,) = warnings(server, repository)
    assert "aws_ecr_repository.r has no statically known name" in message
    twins = [tf("aws_ecr_repository.r", {"name": "api"}, origin=origin) for origin in ("a", "b")]
    assert ties("runs_image", server, *twins) == set()
    assert len(warnings(server, *twins)) == 1


@pytest.mark.parametrize(
    ("path", "labels"),
    [
        ("Dockerfile", {"org.opencontainers.image.ref.name": "api"}),
        ("Dockerfile", {"org.opencontainers.image.ref.name": "ghcr.io/acme/api:2"}),
        ("Dockerfile", {"org.opencontainers.image.title": "acme/api"}),
        ("services/api/Dockerfile", {}),
        ("services/api/Containerfile", {}),
        ("docker/Dockerfile.api", {}),
        ("docker/api.Dockerfile", {}),
        ("docker/api.dockerfile", {}),
    ],
)
def test_an_image_leads_to_the_stage_it_is_built_from(path: str, labels: dict[str, str]) -> None:
    server, built = container(POD, image("ghcr.io/acme/api:1")), stage(path, labels)
    (found,) = links("runs_image", server, built)
    assert (found.source, found.target) == (server.key, built.key)
    assert found.evidence == server.attribute_locations[("image", "reference")]
    named_by = ("labels", *labels) if labels else ("base",)
    assert found.target_evidence == built.attribute_locations[named_by]


def test_without_a_matching_name_nothing_is_linked() -> None:
    server = container(POD, image(f"{ECR}/api:1"))
    assert ties("runs_image", server, stage("Dockerfile")) == set()
    assert ties("runs_image", server, stage("worker/Dockerfile")) == set()
    assert ties("runs_image", server, stage("api/Dockerfile", final=False)) == set()
    assert ties("runs_image", container(POD, {"image": unknown("x")}), stage("api/Dockerfile")) == set()


def test_two_candidates_are_ambiguous_unless_a_label_decides() -> None:
    server = container(POD, image("ghcr.io/acme/api:1"))
    by_directory, by_suffix = stage("api/Dockerfile"), stage("docker/Dockerfile.api")
    assert ties("runs_image", server, by_directory, by_suffix) == set()
    (message,) = warnings(server, by_directory, by_suffix)
    assert "api/Dockerfile#0, docker/Dockerfile.api#0" in message
    labelled = stage("Dockerfile", {"org.opencontainers.image.title": "api"})
    assert ties("runs_image", server, by_directory, by_suffix, labelled) == {(RUNNER, "Dockerfile#0")}


def test_registry_and_stage_are_both_linked() -> None:
    server = container(POD, image(f"{ECR}/api:1"))
    repository = tf("aws_ecr_repository.r", {"name": "api"})
    assert ties("runs_image", server, repository, stage("api/Dockerfile")) == {
        (RUNNER, "aws_ecr_repository.r"),
        (RUNNER, "api/Dockerfile#0"),
    }
