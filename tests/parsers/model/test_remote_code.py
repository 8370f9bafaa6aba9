"""Hugging Face configurations that name code."""

from scanner.core.resource import Parsed
from tests.parsers.model.manifests import clean, fixture, lines, parse


def test_code_that_a_configuration_names() -> None:
    (config,) = clean(fixture("claims-triage/config.json"))
    assert (config.address, config.type) == ("model_code.claims-triage/config.json", "model_code")
    assert config.attributes == {
        "path": "claims-triage/config.json",
        "auto_map": {
            "AutoConfig": "configuration_claims.ClaimsConfig",
            "AutoModel": "acme/claims-base--modeling_claims.ClaimsModel",
        },
        "remote": True,
    }
    assert config.location.start_line == 3
    assert lines(config, "auto_map.AutoModel") == {"auto_map.AutoModel": 5}
    (tokenizer,) = clean(fixture("claims-triage/tokenizer_config.json"))
    assert tokenizer.attributes["auto_map"] == {"AutoTokenizer": ["tokenization_claims.ClaimsTokenizer", None]}
    assert tokenizer.attributes["remote"] is False


def test_a_configuration_without_code_is_nothing() -> None:
    assert parse('{"auto_map": {}}', "config.json") == Parsed()
    assert parse("{" + " " * (64 << 10) + '"a": 1}', "tokenizer_config.json") == Parsed()
