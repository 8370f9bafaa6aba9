"""Which file names are Dockerfiles."""

import pytest

from scanner.parsers.dockerfile import DOCKERFILE

BUILD = b"# comment\nfrom python:3.11\nUSER app\n"
OTHER = b"import subprocess\nfrom x import y\n"


@pytest.mark.parametrize(
    "name",
    [
        "Dockerfile",
        "dockerfile",
        "Dockerfile.gpu",
        "Dockerfile.v1.2",
        "serve.Dockerfile",
        "serve.dockerfile",
        "Containerfile",
        "Containerfile.cuda",
        "serve.containerfile",
        "Dockerfile.j2",
        "Dockerfile.tmpl",
    ],
)
def test_is_claimed_by_its_name_alone(name: str) -> None:
    assert DOCKERFILE.claims(name, b"")
    assert DOCKERFILE.claims(f"images/serve/{name}", b"")


@pytest.mark.parametrize(
    "name", ["Dockerfile_amd", ".Dockerfile", "Dockerfile-gpu", "Containerfile-gpu", "dockerfile.prod"][:]
)
def test_a_looser_name_needs_a_from_line(name: str) -> None:
    assert DOCKERFILE.claims(name, BUILD)
    assert not DOCKERFILE.claims(name, b"notes about docker\n")


@pytest.mark.parametrize(
    "name",
    [
        "Dockerfile.md",
        "Dockerfile.dockerignore",
        ".dockerignore",
        "Dockerfile.yaml",
        "dockerfile.py",
        "test_dockerfile.py",
        "Dockerfiles",
        "docker-compose.yml",
        "README.md",
        "Dockerfile/notes.txt",
    ],
)
def test_is_left_alone(name: str) -> None:
    assert not DOCKERFILE.claims(name, BUILD)
    assert not DOCKERFILE.claims(name, OTHER)
