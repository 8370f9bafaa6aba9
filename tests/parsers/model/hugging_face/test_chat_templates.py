"""Chat templates of a repository: where they come from, what each is called, and the lines of what is in them."""

from pathlib import Path

from scanner.core.location import Location
from scanner.core.resource import Resource
from scanner.core.values import Unresolved
from scanner.parsers.model.hugging_face.chat_templates import comparable, judged
from tests.parsers.model.folders import of_type, place, read_folder, written
from tests.parsers.model.manifests import FIXTURES


def test_every_template_of_a_repository() -> None:
    templates = of_type(read_folder(FIXTURES / "hugging-face"), "chat_template")
    assert [(each.address, each.attributes["source"], each.attributes["name"]) for each in templates] == [
        ("chat_template.summariser/additional_chat_templates/tool_use.jinja#tool_use", "file", "tool_use"),
        ("chat_template.summariser/chat_template.jinja", "file", "default"),
        ("chat_template.summariser/tokenizer_config.json", "tokenizer", "default"),
        ("chat_template.summariser/tokenizer_config.json#rag", "tokenizer", "rag"),
    ]
    assert {each.attributes["folder"] for each in templates} == {"summariser"}


def test_a_problem_stands_at_its_own_line_of_a_file_and_at_that_of_the_text_elsewhere() -> None:
    tools, _, _, rag = of_type(read_folder(FIXTURES / "hugging-face"), "chat_template")
    assert [(each["kind"], each["name"], each["line"]) for each in tools.attributes["problems"]] == [
        ("call", "lipsum", 2)
    ]
    path = "summariser/additional_chat_templates/tool_use.jinja"
    assert place(tools, "problems", 0) == (path, 2)
    assert [each["kind"] for each in rag.attributes["problems"]] == ["dunder"]
    assert place(rag, "problems", 0) == ("summariser/tokenizer_config.json", 16)


def test_templates_of_a_processor_and_alone(tmp_path: Path) -> None:
    loop = "{% for message in messages %}{{ message.role }}{{ message.content }}{% endfor %}"
    parsed = written(
        tmp_path,
        {
            "a/chat_template.json": f'{{"chat_template": "{loop}"}}',
            "b/processor_config.json": f'{{"processor_class": "P", "chat_template": {{"tools": "{loop}"}}}}',
            "deploy/tool_chat_template.jinja": loop,
        },
    )
    assert [(each.address, each.attributes["source"]) for each in parsed.resources] == [
        ("chat_template.a/chat_template.json", "chat_template"),
        ("chat_template.b/processor_config.json#tools", "processor"),
        ("chat_template.deploy/tool_chat_template.jinja#tool_chat_template", "standalone"),
    ]


def test_a_template_from_another_kind_of_file_is_judged_as_well() -> None:
    def template(source: str, text: str) -> Resource:
        attributes = {"path": "m/x", "name": "default", "text": text, "source": source}
        return Resource("chat_template.m/x", "chat_template", "model", attributes, Location("m/x", 7))

    found = judged(template("gguf", "{{ x.__class__ }}"))
    assert [each["kind"] for each in found.attributes["problems"]] == ["dunder"]
    assert (found.attributes["language"], found.attributes["folder"]) == ("jinja", "m")
    assert place(found, "problems", 0) == ("m/x", 7)
    assert judged(found) is found
    ollama = judged(template("modelfile", "{{ .System.__class__ }}{{ end }}\u200b"))
    assert [each["kind"] for each in ollama.attributes["problems"]] == ["invisible"]
    other = Resource("a", "model", "model", {"text": "{{ x.__class__ }}"}, Location("a", 1))
    assert judged(other) is other


def test_more_templates_than_a_model_has_are_not_known(tmp_path: Path) -> None:
    listed = ", ".join(f'"t{number}": "x"' for number in range(5000))
    templates = written(tmp_path, {"tokenizer_config.json": f'{{"chat_template": {{{listed}}}}}'}).resources
    assert len(templates) == 101
    assert isinstance(templates[-1].attributes["text"], Unresolved)


def test_line_ends_and_outer_space_make_no_other_template() -> None:
    assert comparable("\r\n{{ a }}\r\n{{ b }}\r\n") == comparable("{{ a }}\n{{ b }}")
    assert comparable("{{ a }}") != comparable("{{ b }}")
