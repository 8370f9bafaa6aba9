"""Ollama's `Modelfile`: its instructions, quotes and secrets; and that it is no Dockerfile."""

from pathlib import Path

import pytest

from scanner.parsers import claim
from tests.parsers.model.packaging.release import FIXTURES, lines, of_type, only, read, told, written


def test_a_modelfile() -> None:
    parsed = read(FIXTURES / "ollama")
    assert parsed.notifications == ()
    model = only(parsed)
    attributes = dict(model.attributes)
    assert attributes.pop("system").startswith("\nYou triage insurance claims.\nFROM here on be brief.")
    assert attributes == {
        "source": "modelfile",
        "from": ["llama3.2:3b"],
        "base_model": {"name": "llama3.2", "revision": "3b"},
        "template": "{{ if .System }}{{ .System }}{{ end }}\n{{ .Prompt }}",
        "adapter": "./lora-claims.gguf",
        "license": "Apache-2.0",
        "parameters": {"num_ctx": 8192, "temperature": 0.2, "stop": ["<|eot_id|>", "</s>"]},
        "messages": [
            {"role": "user", "content": "Is a claim of 40 EUR urgent?"},
            {"role": "assistant", "content": "no"},
        ],
    }
    paths = ("base_model.name", "parameters.temperature", "system", "template", "adapter", "messages[1].content")
    assert lines(model, *paths) == [2, 4, 7, 11, 13, 16]


def test_its_template_is_a_chat_template_and_its_adapter_a_file() -> None:
    parsed = read(FIXTURES / "ollama")
    template, artifact = only(parsed, "chat_template"), only(parsed, "model_artifact")
    assert template.attributes["text"] == only(parsed).attributes["template"]
    assert template.location.start_line == 11
    assert (artifact.attributes, artifact.location.start_line) == ({"path": "lora-claims.gguf", "format": "gguf"}, 13)


def test_what_a_prompt_calls_a_key_is_a_secret() -> None:
    assert read(FIXTURES / "ollama").secrets == {"sk-live-51HxT9"}


def test_prose_about_secrets_is_none(tmp_path: Path) -> None:
    text = 'FROM m:1\nSYSTEM "The password is required. A token is: something. secret: <your secret>"\n'
    assert written(tmp_path, {"Modelfile": text}).secrets == frozenset()


@pytest.mark.parametrize(
    ("base", "attributes"),
    [
        ("llama3.2", {"base_model": {"name": "llama3.2"}}),
        ("registry.example:5000/a/b:7", {"base_model": {"name": "registry.example:5000/a/b", "revision": "7"}}),
        ("hf.co/acme/triage:Q4_K_M", {"base_model": {"name": "hf.co/acme/triage", "revision": "Q4_K_M"}}),
        ("./triage.gguf", {}),
        ("triage.gguf", {}),
        ("weights", {}),
    ],
)
def test_where_a_model_comes_from(tmp_path: Path, base: str, attributes: dict[str, object]) -> None:
    parsed = written(tmp_path, {"Modelfile": f"FROM {base}\n", "weights/model.safetensors": "x"})
    model = only(parsed)
    assert {key: model.attributes[key] for key in ("base_model",) if key in model.attributes} == attributes
    assert len(of_type(parsed, "model_artifact")) == (0 if attributes else 1)


def test_a_path_of_the_machine_that_builds_is_not_looked_for(tmp_path: Path) -> None:
    parsed = written(tmp_path, {"Modelfile": "FROM /opt/models/triage.gguf\n"})
    assert parsed.notifications == ()
    assert only(parsed, "model_artifact").attributes["uri"] == "file:///opt/models/triage.gguf"


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("PARAMETER num_ctx 1\n", 1, "no FROM"),
        ('FROM m:1\nSYSTEM """no end\n', 2, 'close it with """'),
        ("FROM m:1\nRUN rm -rf /\n", 2, "RUN is no instruction"),
        ("FROM m:1\nPARAMETER\n", 2, "lacks its name"),
    ],
)
def test_what_ollama_refuses_is_told(tmp_path: Path, text: str, line: int, said: str) -> None:
    ((_, found, message),) = told(written(tmp_path, {"Modelfile": text}))
    assert found == line
    assert said in message


def test_a_text_that_is_no_modelfile_is_told_once(tmp_path: Path) -> None:
    text = "FROM m:1\n" + "".join(f"Paragraph {number}\n" for number in range(40))
    ((_, found, message),) = told(written(tmp_path, {"Modelfile": text}))
    assert found == 2
    assert message == "PARAGRAPH is no instruction of a Modelfile; Ollama refuses it (and 39 more)"


@pytest.mark.parametrize(
    ("path", "text", "format_"),
    [
        ("Modelfile", "FROM llama3.2\n", "model"),
        ("llm/triage.modelfile", "# x\nFROM ./a.gguf\n", "model"),
        ("Modelfile.prod", "FROM llama3.2\n", "model"),
        ("Modelfile.md", "FROM llama3.2\n", None),
        ("docs/modelfile.mdx", "FROM llama3.2\n", None),
        ("modelfile.html", "FROM llama3.2\n", None),
        ("notes.modelfile", "about models\n", None),
        ("Dockerfile", "FROM debian:12\n", "dockerfile"),
        ("Dockerfile.modelfile", "FROM debian:12\n", "dockerfile"),
    ],
)
def test_which_files_are_modelfiles(path: str, text: str, format_: str | None) -> None:
    assert claim(path, text.encode()) == format_
