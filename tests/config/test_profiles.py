"""Profiles of the gate: what each sets, what a file may make of them, and which value wins."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from scanner.config import Config, Found, UsageError, build
from scanner.config.profiles import BUILT_IN, looser
from scanner.core.policy import Severity

TODAY = date(2026, 11, 21)


def configured(folder: Path, text: str, *, found: bool = False, **options: object) -> Config:
    file = folder / "releasegate.yaml"
    file.write_text(text, encoding="utf-8")
    return build([folder], TODAY, options, Found(folder, file) if found else file)


def test_each_built_in_profile_is_stricter_than_the_one_after_it() -> None:
    prod, staging, dev = (BUILT_IN[name] for name in ("prod", "staging", "dev"))
    for strict, loose in ((prod, staging), (staging, dev)):
        assert strict.keys() == loose.keys()
        assert not any(looser(name, strict[name], loose[name]) for name in strict)
        assert any(looser(name, loose[name], strict[name]) for name in strict)


def test_staging_is_the_default_by_name() -> None:
    config = build([Path()], TODAY, {"profile": "staging"}, None)
    assert {name: getattr(config, name) for name in BUILT_IN["staging"]} == BUILT_IN["staging"]
    default = Config((Path(),), TODAY)
    assert {name: getattr(default, name) for name in BUILT_IN["staging"]} == BUILT_IN["staging"]


def test_an_option_wins_over_the_profile_and_that_over_what_stands_beside_it(tmp_path: Path) -> None:
    text = "fail_on: critical\nmax_waivers: 99\nallow_unknown: true\ncompliance: [gdpr]\n"
    config = configured(tmp_path, text, profile="prod", fail_on=Severity.LOW)
    assert (config.fail_on, config.max_waivers, config.allow_unknown) == (Severity.LOW, 10, False)
    assert config.frameworks == ("gdpr",)
    assert config.remarks == ("fail_on is low by option; profile prod has medium",)
    assert config.origins["fail_on"] == "option"
    assert config.origins["max_waivers"] == "profile prod"
    assert config.origins["frameworks"] == "releasegate.yaml:4"


def test_a_profile_of_the_file_extends_another(tmp_path: Path) -> None:
    text = """\
profile: live
profiles:
  live: {extends: base, must_meet: [soc2]}
  base:
    extends: prod
    max_waivers: 3
"""
    config = configured(tmp_path, text)
    assert (config.fail_on, config.max_waivers, config.must_meet) == (Severity.MEDIUM, 3, ("soc2",))
    assert config.profile == "live"
    assert config.origins["max_waivers"] == "profile base, releasegate.yaml:6"
    assert config.origins["fail_on"] == "profile live, from the built-in prod"


def test_a_file_that_is_named_replaces_a_built_in_profile(tmp_path: Path) -> None:
    config = configured(tmp_path, "profiles: {prod: {fail_on: critical}}\n", profile="prod")
    assert (config.fail_on, config.must_meet, config.max_waivers) == (Severity.CRITICAL, (), None)


@pytest.mark.parametrize(
    "profile",
    [
        "{fail_on: low}",
        "{extends: prod, fail_on: high}",
        "{extends: prod, must_meet: [gdpr]}",
        "{extends: prod, max_waivers: 11}",
        "{extends: prod, allow_incomplete: true}",
        "{extends: dev}",
    ],
)
def test_the_scanned_tree_takes_nothing_back_of_what_a_built_in_profile_promises(tmp_path: Path, profile: str) -> None:
    text = f"profiles:\n  prod: {profile}\n"
    with pytest.raises(UsageError, match=r"releasegate\.yaml:2: profiles\.prod is built in, .* only make it stricter"):
        configured(tmp_path, text, found=True, profile="prod")


def test_the_scanned_tree_can_make_a_built_in_profile_stricter(tmp_path: Path) -> None:
    text = (
        "profiles: {prod: {extends: prod, fail_on: low, must_meet: [gdpr, hipaa, eu-ai-act, soc2], max_waivers: 0}}\n"
    )
    config = configured(tmp_path, text, found=True, profile="prod")
    assert (config.fail_on, config.max_waivers, len(config.must_meet)) == (Severity.LOW, 0, 4)


@pytest.mark.parametrize(
    ("text", "chosen", "said"),
    [
        ("{}", "stagin", r"unknown profile 'stagin' \(option\): expected dev, prod, staging; did you mean staging\?"),
        ("profile: lvie\nprofiles: {live: {}}", None, r"'lvie' \(releasegate\.yaml:1\): .*did you mean live\?"),
        (
            "profiles:\n  a: {extends: b}\n  b: {extends: a}",
            None,
            r"releasegate\.yaml:3: profiles\.b: it extends itself",
        ),
        ("profiles:\n  a: {extends: a}", None, r"releasegate\.yaml:2: profiles\.a: it extends itself"),
        (
            "profiles:\n  a: {extends: prdo}",
            None,
            r"releasegate\.yaml:2: .*unknown profile 'prdo'.*did you mean prod\?",
        ),
        ("profiles:\n  a:\n    failon: low", None, r"releasegate\.yaml:3: profiles\.a: .*did you mean fail_on\?"),
        ("profiles:\n  a:\n    max_waivers: -1", None, r"releasegate\.yaml:3: profiles\.a\.max_waivers: "),
        ("profiles: {A B: {}}", None, r"releasegate\.yaml:1: profiles: "),
    ],
)
def test_a_wrong_profile_is_refused(tmp_path: Path, text: str, chosen: str | None, said: str) -> None:
    options: dict[str, Any] = {"profile": chosen} if chosen else {}
    with pytest.raises(UsageError, match=said):
        configured(tmp_path, text, **options)


def test_what_the_scanned_tree_lets_pass_is_told_with_its_line(tmp_path: Path) -> None:
    text = "fail_on: critical\nallow_incomplete: true\nskip_check: [A-001, B-001]\nmax_waivers: 1\n"
    told = [(str(note.location), note.message) for note in configured(tmp_path, text, found=True).notifications]
    assert told == [
        ("releasegate.yaml:1", "the scanned tree sets fail_on for its own scan: critical"),
        ("releasegate.yaml:2", "the scanned tree sets allow_incomplete for its own scan: true"),
        ("releasegate.yaml:3", "the scanned tree sets skip_check for its own scan: A-001, B-001"),
    ]
    (summary,) = configured(tmp_path, text, found=True).remarks
    assert summary.endswith("lets pass or leaves out: releasegate.yaml:1, releasegate.yaml:2, releasegate.yaml:3")
    assert configured(tmp_path, text).remarks == ()
    assert configured(tmp_path, text).notifications == ()  # named with --config: whoever runs the gate has written it
    (chosen,) = configured(tmp_path, "profile: dev\n", found=True).notifications
    assert chosen.message == "the scanned tree sets profile for its own scan: dev"
    assert configured(tmp_path, "profile: dev\n", found=True, profile="prod").notifications == ()
    assert configured(tmp_path, text, found=True, profile="prod").notifications[0].message.endswith("A-001, B-001")


def test_what_the_scanned_tree_vouches_for_itself_is_told_as_it_is_written(tmp_path: Path) -> None:
    (tmp_path / "a.pem").write_text("", encoding="utf-8")
    text = (
        "scope: {data: public}\ncompliance: [soc2]\nbaseline: known.json\n"
        "models:\n  trusted_keys: [a.pem]\n  trusted_identities: [{name: me, issuer: https://a.example}]\n"
    )
    config = configured(tmp_path, text, found=True, profile="prod")
    said = [note.message.removeprefix("the scanned tree sets ") for note in config.notifications]
    assert said == [
        "compliance for its own scan: soc2",
        "scope for its own scan: data: public",
        "baseline for its own scan: known.json",
        "models.trusted_keys for its own scan: a.pem",
        "models.trusted_identities for its own scan: name: me, issuer: https://a.example",
    ]


def test_a_long_chain_of_profiles_is_refused_with_its_line(tmp_path: Path) -> None:
    chain = "".join(f"  p{number}: {{extends: p{number + 1}}}\n" for number in range(3000))
    with pytest.raises(UsageError, match=r"releasegate\.yaml:22: profiles\.p20: more than 20 profiles extend"):
        configured(tmp_path, f"profiles:\n{chain}  p3000: {{extends: prod}}\n")
