"""Repositories as the libraries write them: one model a folder, every attribute at the line of its own file."""

from pathlib import Path

from tests.parsers.model.folders import of_type, place, read_folder, written
from tests.parsers.model.manifests import FIXTURES

ROOT = FIXTURES / "hugging-face"


def test_one_model_for_each_folder() -> None:
    parsed = read_folder(ROOT)
    assert parsed.notifications == ()
    assert [each.address for each in of_type(parsed, "model")] == [
        "model.adapter[hugging-face]",
        "model.pipeline[hugging-face]",
        "model.summariser[hugging-face]",
        "model.summariser[model-card]",
    ]


def test_a_model_of_transformers() -> None:
    model = of_type(read_folder(ROOT), "model")[2]
    assert model.attributes == {
        "source": "hugging-face",
        "library": "transformers",
        "library_version": "4.57.1",
        "model_type": "letters",
        "architectures": ["LettersForCausalLM"],
        "loaded_from": "acme/letters-base",
        "dtype": "bfloat16",
        "quantization": "awq",
        "tokenizer": "LettersTokenizer",
        "processor": "LettersProcessor",
        "custom_code": True,
        "metrics": [
            {
                "type": "rougeL",
                "value": 0.431,
                "dataset": "acme/letters-2018-2024",
                "revision": "97e71350fc9aee2aeb6f52b733eefebe6c55bf58",
                "date": "2026-10-02",
            },
            {"type": "rougeL", "value": 0.402, "dataset": "acme/letters-2025"},
        ],
    }
    assert place(model, "architectures", 0) == ("summariser/config.json", 4)
    assert place(model, "quantization") == ("summariser/config.json", 14)
    assert place(model, "library_version") == ("summariser/config.json", 17)
    assert place(model, "tokenizer") == ("summariser/tokenizer_config.json", 20)
    assert place(model, "processor") == ("summariser/preprocessor_config.json", 4)
    assert place(model, "metrics", 1, "value") == ("summariser/.eval_results/rouge.yaml", 10)
    assert place(model, "license") == ("summariser/config.json", 1)


def test_an_adapter_names_its_base() -> None:
    model = of_type(read_folder(ROOT), "model")[0]
    assert model.attributes["library"] == "peft"
    assert model.attributes["base_model"] == {
        "name": "acme/letters-base",
        "relation": "adapter",
        "revision": "5dc8caf02e7c19be5e1c65946a38d53283902763",
    }
    assert place(model, "base_model", "revision") == ("adapter/adapter_config.json", 14)
    assert place(model, "base_model") == ("adapter/adapter_config.json", 7)


def test_a_pipeline_is_one_model_with_its_parts() -> None:
    model = of_type(read_folder(ROOT), "model")[1]
    assert model.attributes["architectures"] == ["LettersPipeline"]
    assert model.attributes["components"] == {
        "safety_checker": {"library": "stable_diffusion", "class": "StableDiffusionSafetyChecker"},
        "scheduler": {"library": "diffusers", "class": "EulerDiscreteScheduler"},
        "tokenizer": {"library": "transformers", "class": "CLIPTokenizer"},
        "unet": {"library": "letters_unet", "class": "LettersUNet"},
    }
    assert place(model, "components", "unet") == ("pipeline/model_index.json", 25)


def test_a_readme_without_front_matter_is_the_card_of_the_model_beside_it() -> None:
    parsed = read_folder(ROOT)
    card = of_type(parsed, "model")[3]
    assert card.attributes["intended_use"] == "Summaries of referral letters for nurses."
    assert place(card, "intended_use") == ("summariser/README.md", 3)
    assert [file.path for file in parsed.source_files] == ["summariser/README.md"]


def test_a_readme_with_the_title_of_a_card_is_read_once(tmp_path: Path) -> None:
    files = {
        "README.md": "# Model Card for x\n\n## Uses\n\nRanking.\n",
        "config.json": '{"architectures": ["XForMaskedLM"], "model_type": "x"}',
    }
    cards = [each for each in of_type(written(tmp_path, files), "model") if each.attributes["source"] == "model-card"]
    assert [card.attributes["name"] for card in cards] == ["x"]


def test_a_tokenizer_alone_is_no_model(tmp_path: Path) -> None:
    parsed = written(tmp_path, {"tokenizer_config.json": '{"tokenizer_class": "X"}', "README.md": "# X\n"})
    assert (parsed.resources, parsed.notifications) == ((), ())


def test_special_tokens_are_no_secrets_and_credentials_are(tmp_path: Path) -> None:
    text = '{"bos_token": "<|startoftext|>", "use_auth_token": "hf_not-a-real-token-0000", "tokenizer_class": "X"}'
    assert written(tmp_path, {"tokenizer_config.json": text}).secrets == {"hf_not-a-real-token-0000"}


def test_what_cannot_be_read_is_told_with_its_line(tmp_path: Path) -> None:
    parsed = written(
        tmp_path,
        {
            "a/config.json": '{"auto_map": {\n',
            "b/adapter_config.json": '{"peft_type": "LORA",\n "peft_type": "IA3"}',
            "c/.eval_results/x.yaml": "- dataset: {id: a}\n  value: [1\n",
        },
    )
    told = [(each.location.path, each.location.start_line) for each in parsed.notifications if each.location]
    assert told == [("a/config.json", 2), ("b/adapter_config.json", 2), ("c/.eval_results/x.yaml", 3)]
    assert all(each.level == "error" for each in parsed.notifications)


def test_values_of_another_type_are_left_out(tmp_path: Path) -> None:
    text = '{"architectures": "x", "model_type": 3, "auto_map": [], "quantization_config": 4, "torch_dtype": null}'
    adapter = '{"peft_type": 1, "base_model_name_or_path": ["a"], "revision": 3, "auto_mapping": "x"}'
    parsed = written(tmp_path, {"a/config.json": text, "b/adapter_config.json": adapter})
    assert parsed.notifications == ()
    assert [dict(each.attributes) for each in parsed.resources] == [
        {"source": "hugging-face", "library": "transformers"},
        {"source": "hugging-face", "library": "peft"},
    ]
