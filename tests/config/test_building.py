"""releasegate.yaml and options: which value wins, and that a wrong one is refused with its line."""

from datetime import date
from pathlib import Path

import pytest

from scanner.config import (
    Config,
    DockerfileOptions,
    Found,
    KubernetesOptions,
    TerraformOptions,
    UsageError,
    build,
)
from scanner.core.policy import Severity

TODAY = date(2026, 11, 21)


def configured(folder: Path, text: str, **options: object) -> Config:
    file = folder / "releasegate.yaml"
    file.write_text(text, encoding="utf-8")
    return build([folder], TODAY, options, file)


def test_options_win_over_the_file_and_the_file_over_the_defaults(tmp_path: Path) -> None:
    text = "fail_on: medium\nallow_unknown: true\ncompliance: [gdpr]\nmax_file_size: 5\n"
    config = configured(tmp_path, text, fail_on=Severity.CRITICAL)
    assert config.fail_on is Severity.CRITICAL
    assert (config.allow_unknown, config.frameworks, config.max_file_size) == (True, ("gdpr",), 5)
    assert build([tmp_path], TODAY, {}, None) == Config((tmp_path,), TODAY)


def test_every_key_of_the_file_arrives(tmp_path: Path) -> None:
    (tmp_path / "rules").mkdir()
    (tmp_path / "vendor").mkdir()
    (tmp_path / "prod.tfvars").touch()
    (tmp_path / "accepted.yaml").touch()
    text = """\
fail_on: low
policy: [rules]
check: [A-001]
skip_check: [B-001]
exclude: ["vendor/"]
use_gitignore: false
inline_waivers: false
time_limit: 7
must_meet: [gdpr]
allow_incomplete: true
max_waivers: 5
soft_fail: true
baseline: known.json
waivers: [accepted.yaml]
terraform:
  var_files: [prod.tfvars]
  workspace: prod
  module_directories: [vendor]
  accept_unresolved_modules: ["git::*"]
scope: {data: phi, role: [provider]}
parameters: {LOG-004: {minimum_days: 365}}
"""
    assert configured(tmp_path, text) == Config(
        paths=(tmp_path,),
        as_of=TODAY,
        fail_on=Severity.LOW,
        policy_directories=(tmp_path / "rules",),
        checks=("A-001",),
        skip_checks=("B-001",),
        excludes=("vendor/",),
        use_gitignore=False,
        inline_waivers=False,
        time_limit=7,
        must_meet=("gdpr",),
        allow_incomplete=True,
        max_waivers=5,
        soft_fail=True,
        baseline=tmp_path / "known.json",
        waiver_files=(tmp_path / "accepted.yaml",),
        terraform=TerraformOptions(
            var_files=(tmp_path / "prod.tfvars",),
            workspace="prod",
            module_directories=(tmp_path / "vendor",),
            accepted_modules=("git::*",),
        ),
        scope={"data": ("phi",), "role": ("provider",)},
        parameters={"LOG-004": {"minimum_days": 365}},
    )


def test_every_setting_of_charts_and_images_arrives(tmp_path: Path) -> None:
    (tmp_path / "prod.yaml").touch()
    config = configured(tmp_path, "kubernetes: {helm_values: [prod.yaml]}\ndockerfile: {build_args: {CUDA: '12.8'}}\n")
    assert config.kubernetes == KubernetesOptions(helm_values=(tmp_path / "prod.yaml",))
    assert config.dockerfile == DockerfileOptions({"CUDA": "12.8"})


@pytest.mark.parametrize(
    "text",
    [
        "kubernetes: {helm_values: [%s]}\n",
        "terraform: {var_files: [%s]}\n",
        "terraform: {module_directories: [%s]}\n",
        "baseline: %s\n",
        "waivers: [%s]\n",
        "policy: [%s]\n",
    ],
)
def test_a_file_of_the_scanned_tree_names_nothing_outside_of_it(tmp_path: Path, text: str) -> None:
    (tmp_path / "repository").mkdir()
    (tmp_path / "outside").mkdir()
    (tmp_path / "repository" / "link").symlink_to(tmp_path / "outside")
    for name in ("../outside", str(tmp_path / "outside"), "link"):
        file = tmp_path / "repository" / "releasegate.yaml"
        file.write_text(text % name, encoding="utf-8")
        with pytest.raises(UsageError, match="outside of the repository; name it on the command line"):
            build([file.parent], TODAY, {}, Found(file.parent, file))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("fail_on: high\nfail_onn: low\n", r"releasegate\.yaml:2: unknown key 'fail_onn'; did you mean fail_on\?"),
        (
            "scope:\n  data: [phi]\n  dta: [phi]\n",
            r"releasegate\.yaml:3: scope: unknown key 'dta'; did you mean data\?",
        ),
        ("fail_on: hihg\n", r"releasegate\.yaml:1: fail_on: .*did you mean high\?"),
        ("fail_on: [\n", r"releasegate\.yaml:\d"),
        ("- a\n", "expected one YAML mapping"),
        ("policy: [nowhere]\n", "nowhere does not exist"),
        ("terraform: {module_directories: [nowhere]}\n", "folder of modules .*nowhere does not exist"),
        ("terraform: {var_files: [no.tfvars]}\n", r"file of variables .*no\.tfvars does not exist"),
        ("terraform: {download_modules: true}\n", r"releasegate\.yaml:1: terraform: unknown key 'download_modules'"),
        (
            "time_limit: 5\nallow_unknown: maybe\n",
            r"releasegate\.yaml:2: allow_unknown: 'maybe' is not of type",
        ),
        ("terraform:\n  var_files: a.tfvars\n", r"releasegate\.yaml:2: terraform\.var_files: .*not of type 'array'"),
        ("time_limit: 1.0e+300\n", r"releasegate\.yaml:1: time_limit: .*greater than the maximum"),
        ("rego: {memory_limit: 99999999999}\n", r"releasegate\.yaml:1: rego\.memory_limit: .*maximum"),
        ("fail_on: low\ncheck: []\nfail_on: high\n", r"releasegate\.yaml:3: fail_on is written twice"),
        ("scope:\n  data: phi\n  data: personal\n", r"releasegate\.yaml:3: scope\.data is written twice"),
        ("waivers: [no.yaml]\n", r"the file of waivers .*no\.yaml does not exist"),
    ],
)
def test_what_is_wrong_is_refused_with_its_line(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        configured(tmp_path, text)


def test_the_scanned_tree_does_not_switch_the_gate_off(tmp_path: Path) -> None:
    file = tmp_path / "releasegate.yaml"
    file.write_text("fail_on: high\nsoft_fail: true\n", encoding="utf-8")
    with pytest.raises(UsageError, match=r"^releasegate\.yaml:2 switches the gate off .* takes --soft-fail, or a file"):
        build([tmp_path], TODAY, {}, Found(tmp_path, file))
    assert build([tmp_path], TODAY, {}, file).soft_fail
    file.write_text("soft_fail: false\n", encoding="utf-8")
    assert not build([tmp_path], TODAY, {}, Found(tmp_path, file)).soft_fail
