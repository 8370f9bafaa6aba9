"""LLMInferenceServices over the configurations that they are based on."""

from collections.abc import Callable
from typing import Any

import pytest

GROUP = "serving.kserve.io/v1alpha1"
OPEN = "an LLMInferenceServiceConfig of the cluster may set it"
MAIN = "default/LLMInferenceService/chat/pod/main"


def config(name: str, spec: str, namespace: str = "default") -> str:
    head = f"apiVersion: {GROUP}\nkind: LLMInferenceServiceConfig\n"
    return f"{head}metadata: {{name: {name}, namespace: {namespace}}}\nspec: {spec}\n"


def chat(spec: str) -> str:
    return f"apiVersion: {GROUP}\nkind: LLMInferenceService\nmetadata: {{name: chat}}\nspec: {spec}\n"


def main(container: str) -> str:
    return f"template: {{containers: [{{name: main{container}}}]}}"


def test_a_configuration_below_the_service(read: Callable[..., Any]) -> None:
    reading = read(
        {
            "chat.yaml": chat(
                "{baseRefs: [{name: a}, {name: b}], model: {uri: 'hf://acme/chat'},\n "
                + main(", env: [{name: OWN, value: '1'}], securityContext: {privileged: false}")
                + "}"
            ),
            "a.yaml": config(
                "a",
                "{replicas: 3,\n "
                + main(", image: of/a:1, args: [--a, '{{ .Name }}', '{{ .Spec.Model.Name }}', '{{ .GlobalConfig.X }}']")
                + "}",
            ),
            "b.yaml": config(
                "b", "{" + main(", image: of/b:1, securityContext: {privileged: true, runAsUser: 1}") + "}"
            ),
        }
    )
    found = reading.resource(MAIN)
    assert found.attributes["image"]["reference"] == "of/b:1", "the later configuration wins"
    assert found.attributes["args"] == ["--a", "chat", "chat", "{{ .GlobalConfig.X }}"]
    assert found.attributes["security_context"] == {"privileged": False, "runAsUser": 1}
    assert found.attributes["env_values"] == {"OWN": "1"}
    places = {name: found.locate((name,)).path for name in ("image", "args", "env")}
    assert places == {"image": "b.yaml", "args": "a.yaml", "env": "chat.yaml"}
    assert found.locate(("args",)).start_line == 5
    assert found.locate(("security_context", "runAsUser")).path == "b.yaml"
    assert found.attributes["filled_in"].reason == OPEN, "the defaults of KServe are not part of the release"
    pod = reading.resource("default/LLMInferenceService/chat/pod")
    assert (pod.attributes["replicas"], pod.locate(("replicas",)).path) == (3, "a.yaml")
    assert pod.attributes["templates"] == [
        "default/LLMInferenceServiceConfig/a",
        "default/LLMInferenceServiceConfig/b",
    ]
    assert reading.resource("default/LLMInferenceServiceConfig/a/pod/main").attributes["filled_in"].reason == OPEN


def test_a_configuration_that_is_not_there(read: Callable[..., Any]) -> None:
    reading = read(chat("{baseRefs: [{name: far}], model: {}, " + main("") + "}"))
    for address in (MAIN, "default/LLMInferenceService/chat/pod"):
        assert reading.resource(address).attributes["filled_in"].reason == (
            "the LLMInferenceServiceConfig far, which is not part of the release, may set it"
        )


@pytest.mark.parametrize(
    ("spec", "names"),
    [
        ("{model: {}}", ["template"]),
        ("{model: {}, worker: {}, parallelism: {data: 2}}", ["worker-data-parallel"]),
        ("{model: {}, worker: {}, parallelism: {pipeline: 2}}", ["worker-pipeline-parallel"]),
        ("{model: {}, prefill: {}}", ["prefill-template", "decode-template"]),
        ("{model: {}, router: {scheduler: {}}}", ["template", "scheduler"]),
    ],
)
def test_the_defaults_of_kserve(read: Callable[..., Any], spec: str, names: list[str]) -> None:
    """Only when all of them are in the release nothing is left open."""
    texts = {"chat.yaml": chat(spec)}
    address = "default/LLMInferenceService/chat/pod"
    for name in names:
        assert read(texts).resource(address).attributes["filled_in"].reason == OPEN
        part = "{" + main(", image: kserve/llm:1") + "}"
        texts[f"{name}.yaml"] = config(f"kserve-config-llm-{name}", part, "kserve")
    assert "filled_in" not in read(texts).resource(address).attributes
    assert read(texts).resource(f"{address}/main").attributes["image"]["reference"] == "kserve/llm:1"


def test_a_configuration_beats_the_defaults(read: Callable[..., Any]) -> None:
    texts = {
        "chat.yaml": chat("{baseRefs: [{name: a}], model: {}}"),
        "a.yaml": config("a", "{" + main(", image: of/a:1") + "}"),
        "k.yaml": config("kserve-config-llm-template", "{" + main(", image: kserve/llm:1, args: [x]") + "}", "kserve"),
    }
    found = read(texts).resource(MAIN).attributes
    assert (found["image"]["reference"], found["args"]) == ("of/a:1", ["x"])
    assert found["inherited"] == ["args", "image", "name"]


@pytest.mark.parametrize("spec", ["5", "{baseRefs: 5}", "{baseRefs: [5, {name: [x]}], prefill: 5}", "[]"])
def test_hostile_services(read: Callable[..., Any], spec: str) -> None:
    texts = {"chat.yaml": chat(spec), "a.yaml": config("a", "5"), "k.yaml": config("kserve-config-llm-template", "[]")}
    assert "default/LLMInferenceService/chat/pod" in read(texts).addresses("workload")


def test_defaults_that_differ_are_named(read: Callable[..., Any]) -> None:
    name = "kserve-config-llm-template"
    texts = {
        "chat.yaml": chat("{}"),
        "old/k.yaml": config(name, "{" + main(", image: kserve/llm:1") + "}", "kserve"),
        "new/k.yaml": config(name, "{" + main(", image: kserve/llm:2") + "}", "kserve"),
    }
    found = read(texts).resource("default/LLMInferenceService/chat/pod").attributes["filled_in"]
    assert found.reason.startswith(f"several LLMInferenceServiceConfig objects of the release are called {name}")
