"""The policies that are made of packages which were written for Conftest."""

from pathlib import Path

import pytest

from scanner.bundle.conftest import conftest_policies
from scanner.bundle.conftest_names import slug
from scanner.bundle.conftest_toml import conftest_file
from scanner.config import ConftestOptions
from scanner.core.foreign import ConftestRule
from scanner.core.notification import Level
from scanner.core.policy import Policy


def made(*texts: str, options: ConftestOptions | None = None) -> list[Policy]:
    modules = [(f"p/{number}.rego", text) for number, text in enumerate(texts)]
    policies, errors = conftest_policies(modules, [], options or ConftestOptions())
    assert not [str(error) for error in errors]
    return policies


def errors_of(*texts: str) -> list[str]:
    modules = [(f"p/{number}.rego", text) for number, text in enumerate(texts)]
    return [str(error) for error in conftest_policies(modules, [], ConftestOptions())[1]]


def rule_of(policy: Policy) -> ConftestRule:
    assert isinstance(policy.rule, ConftestRule)
    return policy.rule


@pytest.mark.parametrize(
    ("rule", "id_", "title"),
    [
        ('deny_root[msg] { input.x; msg := "no root" }', "main.deny_root", "no root"),
        ("deny_root[msg] { msg := input.x }", "main.deny_root", "root"),
        (
            'deny[msg] { msg = sprintf("%v must not run as %s!", [input.a, input.b]) }',
            "main.deny.must-not-run-as",
            "… must not run as …!",
        ),
        ('warn["plain text"] { input.x }', "main.warn.plain-text", "plain text"),
        (
            'violation[{"msg": msg}] { input.x; msg := concat(" ", ["a port", input.x]) }',
            "main.violation.a-port",
            "a port …",
        ),
        ("deny[msg] { msg := input.x }", "main.deny", "deny"),
        ('deny[msg] { input.x; msg := `100%% "raw"` }', "main.deny.100-raw", '100% "raw"'),
    ],
)
def test_a_rule_is_called_by_its_name_or_by_what_it_says(rule: str, id_: str, title: str) -> None:
    (policy,) = made(f"package main\n\n{rule}\n")
    assert (policy.id, policy.title) == (id_, title)


def test_two_rules_that_say_the_same_are_numbered() -> None:
    policies = made('package main\n\ndeny["a b"] { input.x }\n\ndeny["a b"] { input.y }\n')
    assert [each.id for each in policies] == ["main.deny.a-b", "main.deny.a-b-2"]


def test_the_rewritten_text_keeps_its_lines_and_its_version() -> None:
    text = 'package main\n\ndeny["é"] { input.x }\n# between\ndeny["b"] { input.y }'
    first, second = made(text)
    ((_, new),) = rule_of(first).modules.modules
    assert new == (
        'package main\n\ndeny__1["é"] { input.x }\n# between\ndeny__2["b"] { input.y }\n'
        "deny[releasegate__found] { some releasegate__found; deny__1[releasegate__found] }\n"
        "deny[releasegate__found] { some releasegate__found; deny__2[releasegate__found] }\n"
    )
    assert [rule_of(each).expression for each in (first, second)] == ["data.main.deny__1", "data.main.deny__2"]


def test_names_that_are_taken_are_not_given() -> None:
    policies = made('package main\n\ndeny["a"] { deny__1 }\n\ndeny["b"] { input.y }\n\ndeny__1 { input.x }\n')
    assert {rule_of(each).expression for each in policies} >= {"data.main.deny__1_", "data.main.deny__2"}


def test_a_rule_with_a_default_or_an_else_stays_whole() -> None:
    for text in ("default deny = false\n\ndeny { input.x }\n", 'deny = "a" { input.x } else = "b" { input.y }\n'):
        (policy,) = made(f"package main\n\n{text}")
        assert (policy.id, rule_of(policy).expression) == ("main.deny", "data.main.deny")


def test_kinds_have_severities() -> None:
    text = 'package main\n\ndeny_a["a"] { input.x }\n\nviolation_a["a"] { input.x }\n\nwarn_a["a"] { input.x }\n'
    assert [(each.id, each.severity.value) for each in made(text)] == [
        ("main.deny_a", "high"),
        ("main.violation_a", "high"),
        ("main.warn_a", "medium"),
    ]


def test_packages_are_chosen_as_conftest_chooses_them() -> None:
    texts = [f'package {name}\n\ndeny_a["a"] {{ input.x }}\n' for name in ("main", "k8s.pods", 'k8s["a-b"]')]
    for namespaces, expected in (
        (("main",), ["main.deny_a"]),
        (("k8s.*",), ["k8s.pods.deny_a", "k8s.a-b.deny_a"]),
        (("k8s.pods", "main"), ["main.deny_a", "k8s.pods.deny_a"]),
    ):
        assert [each.id for each in made(*texts, options=ConftestOptions(namespaces))] == expected
    assert len(made(*texts, options=ConftestOptions(all_namespaces=True))) == 3
    assert rule_of(made(*texts, options=ConftestOptions(("k8s.*",)))[1]).expression == 'data.k8s["a-b"].deny_a'


def test_a_rule_brings_the_modules_that_it_needs() -> None:
    policies = made(
        'package main\n\nimport data.lib.a as helper\n\ndeny_a["a"] { helper.has(input) }\n',
        'package main\n\ndeny_b["b"] { local }\n',
        "package main\n\nlocal { input.x }\n",
        "package lib.a\n\nimport data.lib.b\n\nhas(x) { b.has(x) }\n",
        "package lib.b\n\nhas(x) { x.y }\n",
    )
    modules = {each.id: [path for path, _ in rule_of(each).modules.modules] for each in policies}
    assert modules == {
        "main.deny_a": ["p/0.rego", "p/3.rego", "p/4.rego"],
        "main.deny_b": ["p/1.rego", "p/2.rego"],
    }


def test_exceptions_are_asked_for_where_there_are_some() -> None:
    with_, without = (
        'package main\n\nexception[rules] { rules := ["a"] }\n',
        'package other\n\ndeny_a["a"] { input.x }\n',
    )
    rules = 'package main\n\ndeny_a["a"] { input.x }\n\nwarn["b"] { input.x }\n'
    policies = made(rules, with_, without, options=ConftestOptions(all_namespaces=True))
    assert [rule_of(each).exempt for each in policies] == [
        'data.main.exception[_][_] == "a"',
        'data.main.exception[_][_] == ""',
        "",
    ]


@pytest.mark.parametrize(
    ("metadata", "said"),
    [
        ("# METADATA\n# title: [\n", "not YAML"),
        ("# METADATA\n# - a\n", "followed by one YAML mapping"),
        ("# METADATA\n# custom: {severity: huge}\n", "unknown severity 'huge'"),
        ("# METADATA\n# custom: {id: a b}\n", "is no policy id"),
    ],
)
def test_annotations_that_cannot_be_read_are_errors(metadata: str, said: str) -> None:
    (error,) = errors_of(f'package main\n\n{metadata}deny_a["a"] {{ input.x }}\n')
    assert said in error
    assert error.startswith("p/0.rego:")


def test_modules_of_helpers_alone_are_no_policies() -> None:
    (error,) = errors_of("package lib\n\nhas(x) { x.y }\n")
    assert "no rule deny, violation or warn" in error


@pytest.mark.parametrize("text", ["", "package main\n\ndeny[msg] {\n", "no rego at all"])
def test_text_that_is_no_module_says_where(text: str) -> None:
    assert any(error.startswith("p/0.rego:") for error in errors_of(text))


def test_slugs_are_cut_between_words() -> None:
    assert slug("It's the Container's 1st rule!") == "its-the-containers-1st-rule"
    long = slug("word " * 40)
    assert len(long) <= 60
    assert long.endswith("word")
    assert slug("…") == ""


def test_data_files_stand_where_their_folders_say(tmp_path: Path) -> None:
    (tmp_path / "named" / "teams").mkdir(parents=True)
    (tmp_path / "named" / "teams" / "x.yaml").write_text("owner: ann\n")
    (tmp_path / "one.json").write_text('{"top": 1}')
    beside = [("p/data.json", '{"base": true}'), ("p/deep/data.yaml", "a: 1\n"), ("p/other.json", "{}")]
    options = ConftestOptions(data=(tmp_path / "named", tmp_path / "one.json"))
    policies, errors = conftest_policies([("p/a.rego", 'package main\ndeny_a["a"] { input.x }')], beside, options)
    assert not errors
    expected = {"base": True, "deep": {"a": 1}, "teams": {"owner": "ann"}, "top": 1}
    assert rule_of(policies[0]).modules.data == expected


def test_conftest_toml_is_read_within_the_repository(tmp_path: Path) -> None:
    assert conftest_file(tmp_path) == (None, [])
    (tmp_path / "rules").mkdir()
    (tmp_path / "conftest.toml").write_text(
        'policy = ["rules", "../elsewhere", "missing"]\nnamespace = "a,b"\ncombine = true\nall-namespaces = true\n'
        'ignore = "(^|/)test/"\nupdate = ["git::https://example.com/p"]\noutput = "table"\n'
    )
    found, errors = conftest_file(tmp_path)
    assert found is not None
    assert found.policies == (tmp_path / "rules",)
    assert found.options == ConftestOptions(("a", "b"), all_namespaces=True, combine=True)
    assert found.ignore == "(^|/)test/"
    assert [str(error).partition(": ")[2] for error in errors] == [
        "policy names ../elsewhere, which lies outside of the repository; name it on the command line",
        "policy names missing, which does not exist",
        "update asks for policies from the network, which releasegate does not do",
    ]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a = = 1", "not TOML"),
        ("namespace = 1", "a text or a list"),
        ('combine = "yes"', "true or false"),
        ('ignore = "("', "no regular"),
    ],
)
def test_a_wrong_conftest_toml_is_an_error(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "policy").mkdir()
    (tmp_path / "conftest.toml").write_text(text)
    _, (error,) = conftest_file(tmp_path)
    assert said in str(error)


_READS_LIMITS = """package main

import data.kubernetes

deny_many[msg] { kubernetes.is_pod; count(input.a) > data.limits.max; msg := "many" }

deny_more[msg] { count(input.b) > data.limits.more; not data[input.x]; data.conftest.file.name; msg := "more" }
"""


def test_data_that_nothing_gives_is_a_warning_where_it_is_read_first() -> None:
    _, errors = conftest_policies([("p/a.rego", _READS_LIMITS)], [], ConftestOptions())
    assert [(str(each.location), each.level) for each in errors] == [
        ("p/a.rego:3", Level.WARNING),
        ("p/a.rego:5", Level.WARNING),
    ]
    assert "reads data.limits, which nothing here gives" in errors[1].message


def test_data_and_packages_that_are_there_are_no_warning() -> None:
    library = ("p/lib.rego", 'package kubernetes\n\nis_pod { input.kind == "Pod" }\n')
    modules = [("p/a.rego", _READS_LIMITS), library]
    assert conftest_policies(modules, [("p/data.yaml", "limits: {max: 3}\n")], ConftestOptions())[1] == []


def test_what_a_module_reads_that_no_rule_needs_is_of_no_matter() -> None:
    assert errors_of('package main\ndeny["a"] { input.x }\n', "package other\nx { data.nothing.here }\n") == []
