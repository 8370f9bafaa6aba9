"""Hugging Face model cards: every attribute and its line."""

from tests.parsers.model.manifests import clean, fixture, lines, parse


def test_model_card() -> None:
    (model,) = clean(fixture("claims-triage/README.md"))
    assert model.address == "model.claims-triage[model-card]"
    assert model.attributes == {
        "source": "model-card",
        "name": "claims-triage",
        "task": "text-classification",
        "license": "acme-model-license",
        "library": "transformers",
        "tags": ["claims", "custom_code"],
        "base_model": {"name": "meta-llama/Llama-3.1-8B", "relation": "finetune"},
        "datasets": [
            {"name": "acme/claims-2019-2025", "revision": "9f2c1e0b7a6d5c4b3a29181716151413121110ff"},
            {"name": "acme/synthetic-claims"},
        ],
        "metrics": [
            {"type": "auroc", "value": 0.91, "dataset": "Claims 2019-2025"},
            {"type": "f1", "value": 0.84, "dataset": "Claims 2019-2025"},
        ],
        "custom_code": True,
        "owner": {"email": "ml-platform@acme.example"},
        "data": {"classification": "phi"},
        "eu_ai_act": {"role": "provider", "risk_class": "high", "annex_iii": "5(a)"},
        "intended_use": "Rank incoming claims for adjusters.\n\n"
        '```python\n# ## Out-of-Scope Use\nmodel = load("acme/claims-triage")\n```',
        "out_of_scope": "Paediatric claims.",
        "limitations": "Paediatric claims.\n\nCompare age groups each quarter.",
        "fairness": {"statement": "Compare age groups each quarter."},
    }
    expected = {
        "name": 13,
        "task": 5,
        "license": 3,
        "base_model.name": 6,
        "base_model.relation": 7,
        "datasets[0].name": 10,
        "datasets[0].revision": 20,
        "datasets[1].name": 11,
        "metrics[0].value": 22,
        "metrics[1].value": 24,
        "custom_code": 8,
        "owner.email": 26,
        "data.classification": 27,
        "eu_ai_act.role": 28,
        "intended_use": 40,
        "limitations": 53,
        "fairness.statement": 57,
        "approval": 1,
    }
    assert lines(model, *expected) == expected


def test_bad_front_matter_does_not_cost_the_sections() -> None:
    parsed = parse("---\npipeline_tag: [a\n---\n# Model Card for x\n## Uses\nRanking.\n", "README.md")
    assert len(parsed.notifications) == 1
    (model,) = parsed.resources
    assert model.attributes == {"source": "model-card", "name": "x", "intended_use": "Ranking."}
    assert lines(model, "name", "intended_use") == {"name": 4, "intended_use": 5}


def test_a_list_of_base_models_stays_a_list() -> None:
    (model,) = clean(parse("---\nbase_model:\n- a/b\n- c/d\nlicense: [mit, other]\n---\n", "README.md"))
    assert model.attributes["base_model"] == [{"name": "a/b"}, {"name": "c/d"}]
    assert lines(model, "base_model[1].name") == {"base_model[1].name": 4}
    assert model.attributes["license"] == ["mit", "other"]


def test_a_card_without_front_matter_says_what_its_sections_say() -> None:
    (model,) = clean(parse("# Model Card for x\n\n## Uses\n\nRanking.\n\n## Limitations\n\nTBD\n", "README.md"))
    assert model.attributes == {"source": "model-card", "name": "x", "intended_use": "Ranking."}
    assert lines(model, "intended_use", "license") == {"intended_use": 3, "license": 1}


def test_another_licence_counts_by_its_name_alone() -> None:
    named = "license: other\nlicense_name: acme-1.0\nlicense_link: https://acme.example/licence"
    (model,) = clean(parse(f"---\n{named}\npipeline_tag: x\n---\n", "README.md"))
    assert (model.attributes["license"], model.attributes["license_link"]) == (
        "acme-1.0",
        "https://acme.example/licence",
    )
    assert lines(model, "license", "license_link") == {"license": 3, "license_link": 4}
    (model,) = clean(parse("---\nlicense: other\npipeline_tag: x\n---\n", "README.md"))
    assert model.attributes["license"] == "other"


def test_values_of_another_type_are_left_out() -> None:
    front = (
        "license: 3\npipeline_tag: [a]\nbase_model: {a: b}\ndatasets: 4\ntags: x\nmodel-index: {a: 1}\nlibrary_name: 1"
    )
    (model,) = clean(parse(f"---\n{front}\n---\n", "README.md"))
    assert model.attributes == {"source": "model-card"}
