"""What RUN installs and fetches: every attribute, and its line."""

from pathlib import Path
from typing import Any

import pytest

from scanner.core.resource import Resource, SourceFile
from scanner.core.values import Unresolved, parse_path
from scanner.parsers.dockerfile import DOCKERFILE
from scanner.parsers.interface import ParseContext


def stage(text: str) -> Resource:
    parsed = DOCKERFILE.parse([SourceFile("Dockerfile", "dockerfile", text)], ParseContext(Path("/nowhere")))
    assert parsed.notifications == ()
    return parsed.resources[-1]


def installs(command: str) -> list[dict[str, Any]]:
    return list(stage(f"FROM x\nARG UNSET\nARG V=1.2\nRUN {command}\n").attributes.get("installs", []))


def packages(command: str) -> list[dict[str, Any]]:
    (entry,) = installs(command)
    return list(entry["packages"])


def line(found: Resource, path: str) -> int:
    return found.locate(parse_path(path)).start_line


def test_pip() -> None:
    assert installs(
        "pip3 install --no-cache-dir -r requirements.txt -c limits.txt --require-hashes -i https://pypi.acme.example/simple"
        " --extra-index-url=https://x.example/simple --trusted-host x.example -f /wheels"
    ) == [
        {
            "manager": "pip",
            "command": "install",
            "options": [
                "--no-cache-dir",
                "-r",
                "-c",
                "--require-hashes",
                "-i",
                "--extra-index-url",
                "--trusted-host",
                "-f",
            ],
            "requirements": ["requirements.txt"],
            "constraints": ["limits.txt"],
            "require_hashes": True,
            "index_url": "https://pypi.acme.example/simple",
            "extra_index_urls": ["https://x.example/simple"],
            "trusted_hosts": ["x.example"],
            "find_links": ["/wheels"],
            "run": 0,
        }
    ]


@pytest.mark.parametrize(
    ("requirement", "package"),
    [
        ("torch", {"name": "torch", "source": "index"}),
        ("torch==2.4.0", {"name": "torch", "source": "index", "version": "2.4.0"}),
        ("'vllm[audio]>=0.6,<1'", {"name": "vllm", "source": "index", "specifier": ">=0.6,<1"}),
        ("torch==2.*", {"name": "torch", "source": "index", "specifier": "==2.*"}),
        ("torch==$V", {"name": "torch", "source": "index", "version": "1.2"}),
        (
            "torch==${UNSET}",
            {"name": "torch", "source": "index", "version": Unresolved("${UNSET}", "ARG UNSET has no default")},
        ),
        ("$UNSET", {"name": Unresolved("$UNSET", "ARG UNSET has no default")}),
        (".", {"name": ".", "source": "path"}),
        ("/wheels/*.whl", {"name": "/wheels/*.whl", "source": "path"}),
        ("-e ./serve", {"name": "./serve", "source": "path", "editable": True}),
        (
            "git+https://git.example/a/b@main#egg=b",
            {
                "name": "git+https://git.example/a/b@main#egg=b",
                "source": "git",
                "revision": "main",
                "is_commit": False,
            },
        ),
        (
            "'b @ git+ssh://git@git.example/a/b.git@4f0c2d1e9a7b6c5d4e3f2a1b0c9d8e7f6a5b4c3d'",
            {
                "name": "b",
                "source": "git",
                "revision": "4f0c2d1e9a7b6c5d4e3f2a1b0c9d8e7f6a5b4c3d",
                "is_commit": True,
            },
        ),
        (
            "https://x.example/b-1.whl",
            {"name": "https://x.example/b-1.whl", "source": "url", "has_digest": False},
        ),
        (
            f"https://x.example/b-1.whl#sha256={'a' * 64}",
            {"name": "https://x.example/b-1.whl", "source": "url", "has_digest": True},
        ),
    ],
)
def test_requirements(requirement: str, package: dict[str, Any]) -> None:
    assert packages(f"pip install {requirement}") == [package]


@pytest.mark.parametrize(
    ("command", "manager", "names"),
    [
        ("python3 -m pip install a", "pip", ["a"]),
        ("/opt/venv/bin/pip install a", "pip", ["a"]),
        ("sudo -H -E env X=1 pip install a", "pip", ["a"]),
        ("conda run -n base pip install a", "pip", ["a"]),
        ("bash -lc 'source /x && pip install a'", "pip", ["a"]),
        ('["pip", "install", "a"]', "pip", ["a"]),
        ('["/bin/sh", "-c", "pip install a"]', "pip", ["a"]),
        ("uv pip install --system a", "uv", ["a"]),
        ("uv tool install a", "uv", ["a"]),
        ("pipx install a", "pip", ["a"]),
        ("poetry add a", "poetry", ["a"]),
        ("conda install -y -c conda-forge a", "conda", ["a"]),
        ("micromamba create -n e a", "conda", ["a"]),
        ("apt-get update && apt-get install -y --no-install-recommends a b", "apt", ["a", "b"]),
        ("apk add --no-cache --virtual .build a", "apk", ["a"]),
        ("microdnf install -y a", "dnf", ["a"]),
        ("yum -y install a", "yum", ["a"]),
        ("npm install -g a", "npm", ["a"]),
        ("go install example.com/a@v1", "go", ["example.com/a"]),
        ("cargo install --locked a", "cargo", ["a"]),
    ],
)
def test_managers(command: str, manager: str, names: list[str]) -> None:
    (entry,) = installs(command)
    assert (entry["manager"], [package["name"] for package in entry["packages"]]) == (manager, names)


@pytest.mark.parametrize(
    ("command", "package"),
    [
        ("apt-get install a=1:2-3", {"name": "a", "version": "1:2-3"}),
        ("apk add a~=1", {"name": "a", "version": "1"}),
        ("conda install a=1.2=py311", {"name": "a", "version": "1.2=py311"}),
        ("npm install @x/a@1", {"name": "@x/a", "version": "1"}),
        ("dnf install gcc-12.1", {"name": "gcc", "version": "12.1"}),
    ],
)
def test_pins_of_other_managers(command: str, package: dict[str, Any]) -> None:
    assert packages(command) == [package]


@pytest.mark.parametrize(
    ("command", "locked"),
    [
        ("uv sync --frozen", True),
        ("uv sync", False),
        ("npm ci", True),
        ("npm install", False),
        ("pipenv install --deploy", True),
        ("pipenv sync", True),
        ("poetry install", False),
        ("UV_LOCKED=1 uv sync", True),
    ],
)
def test_locks(command: str, locked: bool) -> None:
    assert installs(command)[0]["locked"] is locked


def test_variables_of_pip() -> None:
    found = stage(
        "FROM x\nARG HOST\nENV PIP_EXTRA_INDEX_URL='https://a https://b' PIP_TRUSTED_HOST=$HOST\nRUN pip install y\n"
    )
    (entry,) = found.attributes["installs"]
    assert entry["extra_index_urls"] == ["https://a", "https://b"]
    assert entry["trusted_hosts"] == [Unresolved("$HOST", "ARG HOST has no default")]


@pytest.mark.parametrize(
    "command", ["pip list", "echo pip install a", "pip --version", "apt-get update", "npm run build"]
)
def test_what_installs_nothing(command: str) -> None:
    assert installs(command) == []


def test_each_command_has_its_own_line() -> None:
    found = stage(
        "FROM x\nRUN apt-get update && \\\n    # why\n    apt-get install -y a && \\\n    pip install b\n"
        "RUN <<EOF\nset -e\npip install c\ncat > /x <<Q\npip install no\nQ\npip install d\nEOF\n"
        "RUN bash <<EOF\npip install e\nEOF\n"
    )
    names = [entry["packages"][0]["name"] for entry in found.attributes["installs"]]
    assert names == ["a", "b", "c", "d", "e"]
    assert [line(found, f"installs[{number}]") for number in range(5)] == [4, 5, 8, 12, 15]
    assert [entry["run"] for entry in found.attributes["installs"]] == [0, 0, 1, 1, 2]


def downloads(command: str) -> list[dict[str, Any]]:
    return list(stage(f"FROM x\nARG UNSET\nRUN {command}\n").attributes.get("downloads", []))


COMMIT = "4f0c2d1e9a7b6c5d4e3f2a1b0c9d8e7f6a5b4c3d"


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        (
            "curl -fsSL -o /m.gguf https://x.example/m.gguf",
            {"tool": "curl", "url": "https://x.example/m.gguf", "output": "/m.gguf", "verified": False},
        ),
        (
            "wget -q https://x.example/m.pt && echo 'ab m.pt' | sha256sum -c -",
            {"tool": "wget", "url": "https://x.example/m.pt", "verified": True},
        ),
        (
            'curl -O https://x.example/m && [ "$(sha256sum m | cut -d" " -f1)" = ab ]',
            {"tool": "curl", "url": "https://x.example/m", "verified": True},
        ),
        (
            "curl -fsSL https://x.example/i.sh | sudo bash -s -- -y",
            {"tool": "curl", "url": "https://x.example/i.sh", "verified": False, "piped_to": "bash"},
        ),
        (
            'sh -c "$(curl -fsSL https://x.example/i.sh)"',
            {"tool": "curl", "url": "https://x.example/i.sh", "verified": False, "piped_to": "sh"},
        ),
        (
            "bash <(wget -qO- https://x.example/i.sh)",
            {"tool": "wget", "url": "https://x.example/i.sh", "verified": False, "piped_to": "bash"},
        ),
        (
            "curl $UNSET",
            {"tool": "curl", "url": Unresolved("$UNSET", "ARG UNSET has no default"), "verified": False},
        ),
        (
            f"git clone --depth 1 https://x.example/r /r && git -C /r checkout {COMMIT}",
            {
                "tool": "git",
                "url": "https://x.example/r",
                "output": "/r",
                "revision": COMMIT,
                "verified": False,
            },
        ),
        (
            "git clone -b v1 https://x.example/r",
            {"tool": "git", "url": "https://x.example/r", "revision": "v1", "verified": False},
        ),
        (
            f"hf download acme/m model.safetensors --revision {COMMIT} --local-dir /m",
            {
                "tool": "hf",
                "repository": "acme/m",
                "files": ["model.safetensors"],
                "revision": COMMIT,
                "output": "/m",
                "verified": False,
            },
        ),
        (
            "python -c \"import huggingface_hub as h; h.snapshot_download('acme/m', revision='main')\"",
            {"tool": "snapshot_download", "repository": "acme/m", "revision": "main", "verified": False},
        ),
        (
            "python3 - <<EOF\nfrom transformers import AutoModel\nAutoModel.from_pretrained(NAME)\nEOF",
            {
                "tool": "from_pretrained",
                "repository": Unresolved("NAME", "it is worked out when the image is built"),
                "verified": False,
            },
        ),
        (
            "<<EOF\n#!/usr/bin/env python3\nimport t\nt.AutoModel.from_pretrained('acme/m')\nEOF",
            {"tool": "from_pretrained", "repository": "acme/m", "verified": False},
        ),
        ("aws s3 cp s3://b/m.pt /m.pt", {"tool": "aws", "url": "s3://b/m.pt", "verified": False}),
    ],
)
def test_downloads(command: str, expected: dict[str, Any]) -> None:
    assert downloads(command) == [expected]


def test_what_is_loaded_from_disk_is_no_download() -> None:
    assert downloads("python -c \"AutoModel.from_pretrained('/m', local_files_only=True)\"") == []
    assert downloads("python -c 'not python ('") == []
    assert downloads("echo curl https://x.example") == []


def test_a_piped_script_is_an_install() -> None:
    (entry,) = installs("curl -LsSf https://astral.sh/uv/install.sh | sh")
    assert entry == {
        "manager": "curl-pipe-shell",
        "url": "https://astral.sh/uv/install.sh",
        "command": "sh",
        "run": 0,
    }


def test_add_fetches_as_well() -> None:
    found = stage("FROM x\nADD --checksum=sha256:ab https://x.example/m /m\nADD https://git.example/r.git#v1 /r\n")
    assert found.attributes["downloads"] == [
        {"tool": "ADD", "url": "https://x.example/m", "verified": True, "checksum": "sha256:ab"},
        {"tool": "ADD", "url": "https://git.example/r.git#v1", "verified": False, "revision": "v1"},
    ]
    assert line(found, "downloads[1]") == 3
