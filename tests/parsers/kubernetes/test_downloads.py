"""What command lines download, told by the program and its arguments."""

from typing import Any

import pytest

from scanner.core.values import Unresolved
from scanner.parsers.kubernetes.arguments import Environment, Word, script_words
from scanner.parsers.kubernetes.downloads import downloads
from tests.parsers.kubernetes.conftest import Read

COMMIT = "0f" * 20


def found(script: str) -> list[dict[str, Any]]:
    words: list[tuple[Word, tuple[str | int, ...]]] = [
        (word, ("args", 0)) for word in script_words(script, Environment(has_more=False))
    ]
    return downloads(words)[0]


@pytest.mark.parametrize(
    ("script", "tool", "uri", "revision"),
    [
        ("aws s3 cp s3://b/m /mnt --recursive", "aws", "s3://b/m", None),
        ("aws --region eu-west-1 s3 sync s3://b/m /mnt", "aws", "s3://b/m", None),
        ("s5cmd cp 's3://b/m/*' /mnt", "s5cmd", "s3://b/m/*", None),
        ("gsutil -m cp -r gs://b/m /mnt", "gsutil", "gs://b/m", None),
        ("gcloud storage cp gs://b/m /mnt", "gcloud", "gs://b/m", None),
        ("azcopy copy https://a.blob.core.windows.net/c/m /mnt", "azcopy", "https://a.blob.core.windows.net/c/m", None),
        (f"hf download acme/m --revision {COMMIT} --local-dir /mnt", "hf", "hf://acme/m", COMMIT),
        ("huggingface-cli download --local-dir /mnt acme/m", "huggingface-cli", "hf://acme/m", None),
        ("/usr/bin/git clone --depth 1 -b v1 https://g.example/m /mnt", "git", "https://g.example/m", "v1"),
        (f"git clone https://g.example/m && cd m && git checkout {COMMIT}", "git", "https://g.example/m", COMMIT),
        ("git clone git@g.example:acme/m.git", "git", "git@g.example:acme/m.git", None),
        ("curl -fsSL -o /mnt/m.gguf https://h.example/m.gguf", "curl", "https://h.example/m.gguf", None),
        ("wget -q https://h.example/m.gguf", "wget", "https://h.example/m.gguf", None),
        ("ollama pull llama3.2:3b", "ollama", "ollama://llama3.2:3b", None),
        ("oras pull r.example/m:1", "oras", "oci://r.example/m:1", None),
    ],
)
def test_tools(script: str, tool: str, uri: str, revision: str | None) -> None:
    (download,) = found(script)
    assert download == {"tool": tool, "uri": uri, **({"revision": revision} if revision else {}), "verified": False}


@pytest.mark.parametrize(
    "script",
    [
        "apt-get install -y curl wget git",
        "aws s3 ls",
        "aws sts get-caller-identity",
        "hf auth login",
        "git status",
        "curl",
        "hf download",
        "echo 'git clone https://g.example/m'",
        "",
    ],
)
def test_what_downloads_nothing(script: str) -> None:
    assert found(script) == []


@pytest.mark.parametrize(
    ("check", "is_verified"),
    [
        ("echo 'abc  m' | sha256sum -c -", True),
        ("sha256sum --check sums", True),
        ("gpg --verify m.sig m", True),
        ("cosign verify-blob --key k m", True),
        ("sha256sum m", False),
        ("ls -l", False),
    ],
)
def test_a_check_after_the_download(check: str, is_verified: bool) -> None:
    (download,) = found(f"curl -o m https://h.example/m && {check}")
    assert download["verified"] is is_verified


def test_a_check_before_it_proves_nothing() -> None:
    (download,) = found("sha256sum -c sums && curl -o m https://h.example/m")
    assert download["verified"] is False


def test_an_unknown_uri_stays_one() -> None:
    (download,) = found("aws s3 cp $MODEL_URI /mnt")
    assert download["uri"] == Unresolved("$MODEL_URI", "MODEL_URI is set where the container runs")
    (download,) = found("hf download acme/m --revision $REVISION")
    assert isinstance(download["revision"], Unresolved)


def test_lines_of_an_init_container(read: Read) -> None:
    reading = read("""
apiVersion: v1
kind: Pod
metadata: {name: llm}
spec:
  initContainers:
    - name: fetch
      image: amazon/aws-cli
      args: [s3, cp, s3://b/m, /mnt]
    - name: fetch-too
      image: alpine
      command:
        - sh
        - -c
        - wget https://h.example/m.gguf -O /mnt/m.gguf
  containers: [{name: server, image: vllm/vllm-openai}]
""")
    address = "default/Pod/llm/pod/fetch-too"
    assert reading.resource(address).attributes["downloads"] == [
        {"tool": "wget", "uri": "https://h.example/m.gguf", "verified": False}
    ]
    assert reading.line(address, "downloads[0].uri") == 15
    # The image's own entrypoint is the program.
    assert reading.resource("default/Pod/llm/pod/fetch").attributes["downloads"] == [
        {"tool": "aws", "uri": "s3://b/m", "verified": False}
    ]
    assert reading.line("default/Pod/llm/pod/fetch", "downloads[0]") == 9
    assert "downloads" not in reading.resource("default/Pod/llm/pod/server").attributes
