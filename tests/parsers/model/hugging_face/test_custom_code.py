"""Code that a repository makes its loader run: what names it, whether it is there, and where else it comes from."""

from pathlib import Path

from tests.parsers.model.folders import of_type, place, read_folder, written
from tests.parsers.model.manifests import FIXTURES

ROOT = FIXTURES / "hugging-face"


def test_auto_map_with_a_local_and_a_remote_class() -> None:
    code = {each.attributes["path"]: each for each in of_type(read_folder(ROOT), "model_code")}
    config = code["summariser/config.json"]
    assert config.address == "model_code.summariser/config.json"
    assert config.attributes == {
        "path": "summariser/config.json",
        "auto_map": {
            "AutoConfig": "configuration_letters.LettersConfig",
            "AutoModelForCausalLM": "acme/letters-base--modeling_letters.LettersForCausalLM",
        },
        "remote": True,
        "references": [
            {
                "kind": "auto_map",
                "reference": "configuration_letters.LettersConfig",
                "file": "summariser/configuration_letters.py",
                "is_present": True,
            },
            {
                "kind": "auto_map",
                "reference": "acme/letters-base--modeling_letters.LettersForCausalLM",
                "repository": "acme/letters-base",
                "is_pinned": False,
            },
        ],
        "files": ["summariser/configuration_letters.py", "summariser/layers_letters.py"],
    }
    assert place(config, "references", 1) == ("summariser/config.json", 8)
    assert place(config, "auto_map", "AutoConfig") == ("summariser/config.json", 7)
    assert config.location.start_line == 6


def test_a_class_in_a_list_whose_file_is_missing() -> None:
    code = {each.attributes["path"]: each for each in of_type(read_folder(ROOT), "model_code")}
    tokenizer = code["summariser/tokenizer_config.json"]
    assert tokenizer.attributes["remote"] is False
    assert tokenizer.attributes["references"] == [
        {
            "kind": "auto_map",
            "reference": "tokenization_letters.LettersTokenizer",
            "file": "summariser/tokenization_letters.py",
            "is_present": False,
        }
    ]
    assert place(tokenizer, "references", 0) == ("summariser/tokenizer_config.json", 4)


def test_a_pipeline_and_a_part_of_their_own_but_no_folder_of_diffusers() -> None:
    code = {each.attributes["path"]: each for each in of_type(read_folder(ROOT), "model_code")}
    index = code["pipeline/model_index.json"]
    assert [(each["kind"], each["file"]) for each in index.attributes["references"]] == [
        ("pipeline", "pipeline/pipeline_letters.py"),
        ("component", "pipeline/unet/letters_unet.py"),
    ]
    assert place(index, "references", 0) == ("pipeline/model_index.json", 3)
    assert place(index, "references", 1) == ("pipeline/model_index.json", 26)


def test_an_adapter_of_a_model_that_came_with_code() -> None:
    code = {each.attributes["path"]: each for each in of_type(read_folder(ROOT), "model_code")}
    (reference,) = code["adapter/adapter_config.json"].attributes["references"]
    assert (reference["kind"], reference["repository"]) == ("auto_mapping", "acme/letters-base")


def test_the_code_becomes_files_of_the_model() -> None:
    assert [each.address for each in of_type(read_folder(ROOT), "model_file")] == [
        "model_file.pipeline/pipeline_letters.py",
        "model_file.pipeline/unet/letters_unet.py",
        "model_file.summariser/configuration_letters.py",
        "model_file.summariser/layers_letters.py",
    ]


def test_code_that_runs_by_its_mere_name(tmp_path: Path) -> None:
    parsed = written(
        tmp_path,
        {
            "custom_generate/generate.py": "def generate(model, **kwargs): ...\n",
            "generation_config.json": '{"eos_token_id": 2,\n "custom_generate": "acme/decoding"}',
        },
    )
    named, by_place = of_type(parsed, "model_code")
    assert named.attributes["references"] == [
        {"kind": "custom_generate", "reference": "acme/decoding", "repository": "acme/decoding", "is_pinned": False}
    ]
    assert named.location.start_line == 2
    assert by_place.attributes["files"] == ["custom_generate/generate.py"]
    assert place(by_place, "references", 0) == ("custom_generate/generate.py", 1)


def test_parts_of_a_sentence_transformer(tmp_path: Path) -> None:
    modules = """[
  {"idx": 0, "name": "0", "path": "", "type": "sentence_transformers.models.Transformer"},
  {"idx": 1, "name": "1", "path": "1_P", "type": "acme/pooling--pooling.Pooling"},
  {"idx": 2, "name": "2", "path": "2_N", "type": "norm.Norm"}
]"""
    files = {"modules.json": modules, "norm.py": "", "1_P/config.json": '{"architectures": ["PoolModel"]}'}
    parsed = written(tmp_path, files)
    (code,) = of_type(parsed, "model_code")
    assert [each.get("repository", each.get("file")) for each in code.attributes["references"]] == [
        "acme/pooling",
        "norm.py",
    ]
    assert place(code, "references", 0) == ("modules.json", 3)
    assert [each.attributes["library"] for each in of_type(parsed, "model")] == ["sentence-transformers"]


def test_a_way_out_of_the_repository_is_no_file_of_it(tmp_path: Path) -> None:
    (tmp_path / "outside.py").write_text("x = 1\n", encoding="utf-8")
    (tmp_path / "repository").mkdir()
    (tmp_path / "repository" / "linked.py").symlink_to(tmp_path / "outside.py")
    index = '{"_class_name": ["../../outside", "P"], "_diffusers_version": "0.35.1", "unet": ["../..", "U"]}'
    config = '{"auto_map": {"AutoModel": "linked.Model"}, "model_type": "x"}'
    parsed = written(tmp_path / "repository", {"a/model_index.json": index, "config.json": config})
    references = [each for code in of_type(parsed, "model_code") for each in code.attributes["references"]]
    assert [(each["file"], each["is_present"]) for each in references] == [
        ("linked.py", False),
        ("../outside.py", False),
    ]
    assert of_type(parsed, "model_file") == []


def test_more_classes_than_anybody_names_are_not_left_out(tmp_path: Path) -> None:
    named = ", ".join(f'"A{number}": "a.B{number}"' for number in range(5000))
    (code,) = of_type(written(tmp_path, {"config.json": f'{{"auto_map": {{{named}}}}}', "a.py": ""}), "model_code")
    assert len(code.attributes["references"]) == 201
    assert code.attributes["references"][-1] == {"kind": "auto_map", "reference": "more than 200 classes"}


def test_a_configuration_without_code_has_none(tmp_path: Path) -> None:
    text = '{"auto_map": {}, "model_type": "x", "custom_generate": ""}'
    assert of_type(written(tmp_path, {"config.json": text}), "model_code") == []
