"""Which values are secrets, and that none gets through."""

from typing import Any

import pytest

from scanner.core.secrets import MASK, looks_secret, redact, secret_values


@pytest.mark.parametrize(
    "name",
    [
        "password",
        "master_password",
        "HF_TOKEN",
        "apiKey",
        "api-key",
        "AWS_SECRET_ACCESS_KEY",
        "account_key",
        "connection_string",
    ],
)
def test_names_of_secrets(name: str) -> None:
    assert looks_secret(name)


@pytest.mark.parametrize(
    "name",
    ["max_tokens", "tokenizer", "secret_arn", "secretName", "kms_key_id", "key", "password_policy", "image_tag"],
)
def test_names_of_other_things(name: str) -> None:
    assert not looks_secret(name)


@pytest.mark.parametrize(
    ("attributes", "expected"),
    [
        ({"password": "hunter2!"}, {"hunter2!"}),
        ({"env": [{"name": "API_KEY", "value": "plainvalue"}, {"name": "MODE", "value": "prod"}]}, {"plainvalue"}),
        ({"note": "use AKIAIOSFODNN7EXAMPLE here"}, {"AKIAIOSFODNN7EXAMPLE"}),
        ({"stringData": {"token": "abcd1234"}}, {"abcd1234"}),
        ({"env": [{"name": "USE_TOKEN", "value": "true"}], "auth_token": "3600"}, set()),
        ({"url": "amqps://bridge:s3cr3t-pw@mq.example:5671/v"}, {"s3cr3t-pw"}),
        ({"definitions": '[{"environment": [{"name": "HF_TOKEN", "value": "plainvalue"}]}]'}, {"plainvalue"}),
        ({"definitions": "{not json", "more": "[" * 100_000}, set()),
        ({"max_tokens": "4096", "bucket": "models"}, set()),
    ],
)
def test_values_that_are_secrets(attributes: dict[str, Any], expected: set[str]) -> None:
    assert secret_values(attributes) == expected


def test_redact_masks_known_and_well_known_secrets() -> None:
    text = redact("a hunter22 b hf_" + "a" * 34 + " c hunter2", {"hunter2", "hunter22"})
    assert text == f"a {MASK} b {MASK} c {MASK}"


def test_redact_masks_the_password_of_a_url_and_nothing_else_of_it() -> None:
    assert redact("see amqps://bridge:pw@mq.example/v and http://x.example:80/", ()) == (
        f"see amqps://bridge:{MASK}@mq.example/v and http://x.example:80/"
    )


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("export AWS_SECRET_ACCESS_KEY=wJalrXUt/K7MDENG && x", f"export AWS_SECRET_ACCESS_KEY={MASK} && x"),
        ("RUN DB_PASSWORD='hunter2-x' ./run", f"RUN DB_PASSWORD='{MASK}' ./run"),
        ("--token=abcdef123 --verbose", f"--token={MASK} --verbose"),
        *((text, text) for text in ("password=var.db_password", "TOKEN=$TOKEN", "TOKEN=${TOKEN}", "SECRET=$(vault)")),
        *((text, text) for text in ("TOKEN=/run/secrets/token", "password = local.it", "tokenizer=gpt2-large", "key=")),
    ],
)
def test_redact_masks_what_a_script_assigns_to_a_secret(text: str, masked: str) -> None:
    assert redact(text, ()) == masked
