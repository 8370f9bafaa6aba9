"""Command lines: shell scripts split, variables filled in, and what stays unknown."""

import time
from typing import Any

import pytest

from scanner.core.values import Unresolved
from scanner.parsers.kubernetes.arguments import Word, arguments, environment


def words(container: dict[str, Any]) -> list[Word]:
    return [word for word, _ in arguments(container, environment(container))]


def shell(script: str, **env: str) -> list[Word]:
    variables = [{"name": name, "value": value} for name, value in env.items()]
    return words({"command": ["bash", "-c", script], "env": variables})[2:]


def variable(variable_name: str, kind: str, **source: str) -> dict[str, Any]:
    return {"name": variable_name, "valueFrom": {kind: source}}


def test_command_and_args_with_their_places() -> None:
    container = {"command": ["python", "-m"], "args": ["vllm.entrypoints.openai.api_server", "--port=80", 12, True]}
    assert arguments(container, environment(container)) == [
        ("python", ("command", 0)),
        ("-m", ("command", 1)),
        ("vllm.entrypoints.openai.api_server", ("args", 0)),
        ("--port=80", ("args", 1)),
        ("12", ("args", 2)),
        ("true", ("args", 3)),
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("--model=$(MODEL)", "--model=google/gemma"),
        ("$(MODEL)-$(MODEL)", "google/gemma-google/gemma"),
        ("$(OTHER)", "$(OTHER)"),
        ("$$(MODEL)", "$(MODEL)"),
        ("$$$(MODEL)", "$google/gemma"),
        ("$MODEL", "$MODEL"),
        ("$(MODEL", "$(MODEL"),
        ("100$", "100$"),
        ("two words $(MODEL)", "two words google/gemma"),
    ],
)
def test_kubernetes_fills_in_variables(text: str, expected: str) -> None:
    assert words({"args": [text], "env": [{"name": "MODEL", "value": "google/gemma"}]}) == [expected]


def test_variables_are_filled_in_in_their_order() -> None:
    env = [
        {"name": "LATE", "value": "$(BASE)/x"},
        {"name": "BASE", "value": "s3://b"},
        {"name": "GOOD", "value": "$(BASE)/x"},
        {"name": "BASE", "value": "gs://c"},
        {"name": "NUMBER", "value": 8080},
        {"name": "EMPTY"},
    ]
    assert environment({"env": env}).values == {
        "LATE": "$(BASE)/x",
        "BASE": "gs://c",
        "GOOD": "s3://b/x",
        "NUMBER": "8080",
        "EMPTY": "",
    }


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        (variable("KEY", "secretKeyRef", name="llm", key="k"), "KEY comes from the secret llm at run time"),
        (variable("KEY", "configMapKeyRef", name="cfg", key="k"), "KEY comes from the config map cfg at run time"),
        (variable("KEY", "fieldRef", fieldPath="x"), "KEY comes from a field of the running pod at run time"),
        (variable("KEY", "newKind", x="x"), "KEY comes from its source at run time"),
    ],
)
def test_variables_from_elsewhere_are_unknown(source: dict[str, Any], reason: str) -> None:
    container = {"args": ["--key=$(KEY)", "plain"], "env": [source, {"name": "URL", "value": "u:$(KEY)"}]}
    assert words(container) == [Unresolved("--key=$(KEY)", reason), "plain"]
    assert environment(container).values == {"URL": Unresolved("u:$(KEY)", reason)}
    assert words({**container, "args": ["$(URL)"]}) == [Unresolved("$(URL)", reason)]


def test_env_from_may_hold_any_variable() -> None:
    container = {"args": ["$(KEY)", "$(OWN)"], "envFrom": [{"secretRef": {"name": "x"}}]}
    container["env"] = [{"name": "OWN", "value": "1"}]
    assert words(container) == [Unresolved("$(KEY)", "KEY may come from envFrom"), "1"]


def test_placeholders_are_unknown() -> None:
    (found,) = words({"args": ["--model_name={{.Name}}"]})
    assert isinstance(found, Unresolved)
    assert found.expression == "--model_name={{.Name}}"


@pytest.mark.parametrize(
    ("command", "args"),
    [
        (["sh", "-c", "vllm serve x"], []),
        (["/bin/sh", "-c"], ["vllm serve x"]),
        (["/bin/bash"], ["-lc", "vllm serve x"]),
        (["bash", "-e", "-o", "pipefail", "-c"], ["vllm serve x"]),
        (["tini", "--", "sh", "-exc"], ["vllm serve x"]),
    ],
)
def test_shell_scripts_are_found(command: list[str], args: list[str]) -> None:
    assert words({"command": command, "args": args})[-3:] == ["vllm", "serve", "x"]


@pytest.mark.parametrize("command", [["python", "-c"], ["sh", "run.sh", "-c"], ["echo"], ["my-sh", "-c"]])
def test_what_is_no_shell_script_stays_whole(command: list[str]) -> None:
    assert words({"command": command, "args": ["a b"]}) == [*command, "a b"]


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        ("a --b 'c d' \"e f\"", ["a", "--b", "c d", "e f"]),
        ("a \\\n  --b \\\r\n --c", ["a", "--b", "--c"]),
        ("# note it's\na # b\n  # more \"\nc", ["a", "#", "b", "c"]),
        ("a;b&&c|d", ["a", ";", "b", "&&", "c", "|", "d"]),
        ("--x={'a':1}", ["--x={a:1}"]),
        ("it's never closed", ["it's", "never", "closed"]),
        ('serve $MODEL ${MODEL} "${MODEL}/x"', ["serve", "m/1", "m/1", "m/1/x"]),
        ("serve ${MODEL:-other}", ["serve", "m/1"]),
        ("serve $FLAGS", ["serve", "--a", "--b"]),
        ('serve "$FLAGS"', ["serve", "--a --b"]),
        ("echo $1 $? $@ 5$", ["echo", "$1", "$?", "$@", "5$"]),
        ('eval "vllm serve $FLAGS"', ["eval", "vllm", "serve", "--a", "--b"]),
        ("bash -c 'vllm serve x'", ["bash", "-c", "vllm", "serve", "x"]),
        ("", []),
    ],
)
def test_shell_words(script: str, expected: list[str]) -> None:
    assert shell(script, MODEL="m/1", FLAGS="--a --b") == expected


@pytest.mark.parametrize(
    ("script", "expression", "reason"),
    [
        ("x --m=$OTHER", "--m=$OTHER", "OTHER is set where the container runs"),
        ("x ${OTHER:-d}", "${OTHER:-d}", "OTHER is set where the container runs"),
        ("x ${MODEL%/*}", "${MODEL%/*}", "MODEL is set where the container runs"),
        ("x --key=$(cat /key)", "--key=$(cat /key)", "it is the output of a command in the container"),
        ("x `cat /key`", "`cat /key`", "it is the output of a command in the container"),
        ("x {{.Name}}/y", "{{.Name}}/y", "a placeholder in it is filled in before deployment"),
    ],
)
def test_shell_words_that_are_unknown(script: str, expression: str, reason: str) -> None:
    assert shell(script, MODEL="m/1") == ["x", Unresolved(expression, reason)]


def test_secrets_in_a_script_leave_the_other_words_known() -> None:
    env = [variable("KEY", "secretKeyRef", name="llm", key="k")]
    found = words({"command": ["sh", "-c", "vllm serve m --api-key $(KEY) --token=$KEY --port 1"], "env": env})
    reason = "KEY comes from the secret llm at run time"
    assert found[2:] == [
        *("vllm", "serve", "m", "--api-key", Unresolved("$(KEY)", reason)),
        *(Unresolved("--token=$KEY", reason), "--port", "1"),
    ]


@pytest.mark.parametrize("broken", ["text", 1, {}, None, [None, {}, [], 1.5]])
def test_broken_command_lines(broken: Any) -> None:
    container = {"command": broken, "args": broken, "env": broken, "envFrom": broken}
    assert all(isinstance(word, str | Unresolved) for word in words(container))


def test_hostile_scripts_are_read_quickly() -> None:
    started = time.perf_counter()
    for script in (
        "$(" * 20_000,
        "${A" * 20_000,
        "`" * 20_001,
        "eval " * 5_000,
        "\0000\0 $(a)" * 2_000,
        "$" * 50_000,
        "\n" * 50_000,
    ):
        shell(script, A="$(A)" * 10)
    assert time.perf_counter() - started < 30
