"""Images of model servers that are started for something else."""

from collections.abc import Callable
from typing import Any

import pytest

from scanner.core.values import Unresolved
from scanner.parsers.kubernetes.other_programs import is_client_image, starts_something_else


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["sleep", "infinity"], True),
        (["/bin/bash", "-c", "while", "true", ";", "do", "sleep", "30", ";", "done", ";"], True),
        (["tail", "-f", "/dev/null"], True),
        (["download-to-cache", "--all"], True),
        (["sh", "-ec", "set", "-e", ";", "echo", "wait", "&&", "exec", "sleep", "60"], True),
        (["vllm", "bench", "serve", "--model", "m"], True),
        (["ollama", "pull", "llama3"], True),
        (["HF_HOME=/models", "huggingface-cli", "download", "acme/m"], True),
        (["bash", "-c", "sleep", "5", "&&", "python", "app.py"], False),
        (["/usr/local/bin/run.sh"], False),
        (["bash", "/scripts/start.sh"], False),
        (["--model", "acme/m"], False),
        ([Unresolved("$(WHAT)", "unknown"), "infinity"], False),
        (["bash", "-c", "sleep", "5", ";", Unresolved("$(WHAT)", "unknown")], False),
        (["echo", "done"], False),
        (["vllm"], False),
        ([], False),
    ],
)
def test_what_a_command_line_starts(words: list[str | Unresolved], expected: bool) -> None:
    assert starts_something_else(words) is expected


@pytest.mark.parametrize(
    ("repository", "tag", "expected"),
    [
        ("nvidia/tritonserver", "24.12-py3-sdk", True),
        ("nvidia/tritonserver", "24.12-py3", False),
        ("acme/server", "1-sdk", False),
    ],
)
def test_client_images(repository: str, tag: str, expected: bool) -> None:
    assert is_client_image(repository, tag) is expected


@pytest.mark.parametrize(
    ("container", "serving"),
    [
        ("{image: 'nvcr.io/nvidia/tritonserver:24.12-py3-sdk', command: [bash, /scripts/measure.sh]}", False),
        ("{image: 'nvcr.io/nvidia/tritonserver:24.12-py3', command: [bash, /scripts/start.sh]}", True),
        ("{image: 'nvcr.io/nim/meta/llama3-8b-instruct:1.0.0', args: [download-to-cache]}", False),
        ("{image: 'nvcr.io/nim/meta/llama3-8b-instruct:1.0.0'}", True),
        ("{image: 'vllm/vllm-openai:v0.9.0', command: [bash, -c, --, 'while true; do sleep 30; done;']}", False),
        ("{image: 'vllm/vllm-openai:v0.9.0', command: [bash, -c, 'sleep 30; vllm serve acme/m']}", True),
    ],
)
def test_a_container_that_does_something_else_does_not_serve(
    read: Callable[..., Any], container: str, serving: bool
) -> None:
    spec = f"{{containers: [{container}]}}"
    reading = read(f"apiVersion: v1\nkind: Pod\nmetadata: {{name: p}}\nspec: {spec}\n")
    pods = [each for each in reading.parsed.resources if each.type == "workload"]
    assert [each.attributes["serving"] for each in pods] == [serving]


@pytest.mark.parametrize("image", ["acme/ray-2.41.0-py310-vllm0.7.0:latest", "rayproject/ray:2.52.0"])
def test_a_node_of_ray_runs_ray_whatever_its_image_brings(read: Callable[..., Any], image: str) -> None:
    template = f"{{spec: {{containers: [{{name: ray-head, image: '{image}'}}]}}}}"
    reading = read(
        "apiVersion: ray.io/v1\nkind: RayService\nmetadata: {name: s}\n"
        f"spec: {{rayClusterConfig: {{headGroupSpec: {{template: {template}}}}}}}\n"
    )
    (head,) = [each for each in reading.parsed.resources if each.type == "container"]
    assert head.attributes["runtime"] == "ray"
    assert "serving_options" not in head.attributes
