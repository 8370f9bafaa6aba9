"""Policies that were written for other programs, from the folder or repository that holds them to the result."""

from datetime import date
from pathlib import Path

import pytest

from scanner.config import Config, RegoOptions
from scanner.core.finding import Status
from scanner.core.notification import Level
from scanner.core.result import ScanResult
from scanner.pipeline import run

BUCKET = 'resource "aws_s3_bucket" "models" {\n  bucket = "models"\n}\n'
PUBLIC = """\
package main

deny[msg] {
  input.resource_changes[i].change.after.acl == "public-read"
  msg := "the bucket is public"
}
"""
NAMED = """\
package main

deny_name[msg] {
  input.resource.aws_s3_bucket[name]
  msg := sprintf("%s is a bucket", [name])
}
"""
ENDLESS = """\
package main


busy {
  count([1 | numbers.range(1, 3000)[a]; numbers.range(1, 3000)[b]; numbers.range(1, 3000)[c]; a + b + c == -1]) > 0
}

deny_one[msg] { busy; msg := "one" }
deny_two[msg] { busy; msg := "two" }
deny_three[msg] { busy; msg := "three" }
deny_four[msg] { busy; msg := "four" }
"""


def scanned(folder: Path, files: dict[str, str], *given: str, time_limit: float = 10) -> ScanResult:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    config = Config(
        paths=(folder,),
        as_of=date(2026, 11, 21),
        policy_directories=tuple(folder / name for name in given),
        rego=RegoOptions(time_limit=time_limit),
    )
    return run(config)


def statuses(result: ScanResult, id_: str) -> list[Status]:
    return [finding.status for finding in result.findings if finding.policy.id.startswith(id_)]


def said(result: ScanResult, word: str) -> list[tuple[Level, str]]:
    return [(note.level, note.message) for note in result.notifications if word in note.message]


@pytest.mark.parametrize("policy", [PUBLIC, PUBLIC.replace("resource_changes", "resoruce")])
def test_a_rule_passes_nothing_that_has_none_of_what_it_reads(policy: str, tmp_path: Path) -> None:
    result = scanned(tmp_path, {"main.tf": BUCKET, "rules/main.rego": policy}, "rules")
    assert statuses(result, "main.deny") == []
    ((level, message),) = said(result, "nothing was judged")
    assert level is Level.WARNING
    assert message.startswith("nothing was judged by main.deny.the-bucket-is-public: no scanned file has what is read")
    assert ("terraform show -json" in message) is ("resource_changes" in policy)


def test_a_rule_passes_what_it_has_looked_at(tmp_path: Path) -> None:
    absent = NAMED.replace("aws_s3_bucket", "aws_sqs_queue")
    result = scanned(tmp_path, {"main.tf": BUCKET, "notes.toml": "a = 1\n", "rules/main.rego": absent}, "rules")
    assert statuses(result, "main.deny_name") == [Status.PASS]
    assert said(result, "nothing was judged") == []


def test_rules_that_never_end_do_not_use_up_their_time_one_after_the_other(tmp_path: Path) -> None:
    result = scanned(tmp_path, {"main.tf": BUCKET, "rules/main.rego": ENDLESS}, "rules", time_limit=0.5)
    stopped = said(result, "without a result")
    assert len(stopped) == 3
    assert len(said(result, "was not evaluated: too many policies before it had to be stopped")) == 1
    assert statuses(result, "main.") == []
    assert all(level is Level.ERROR for level, _ in stopped)


def test_what_the_repository_has_conftest_check_is_judged_by(tmp_path: Path) -> None:
    files = {"main.tf": BUCKET, "policy/main.rego": NAMED, "conftest.toml": 'policy = "policy"\n'}
    assert statuses(scanned(tmp_path, files), "main.deny_name") == [Status.FAIL]


def test_a_folder_that_was_given_is_not_judged_by_twice(tmp_path: Path) -> None:
    files = {"main.tf": BUCKET, "policy/main.rego": NAMED, "conftest.toml": 'policy = "policy"\n'}
    assert statuses(scanned(tmp_path, files, "policy"), "main.deny_name") == [Status.FAIL]


def test_policies_that_nobody_has_asked_for_are_named(tmp_path: Path) -> None:
    result = scanned(tmp_path, {"main.tf": BUCKET, "policy/main.rego": NAMED})
    assert statuses(result, "main.") == []
    assert said(result, "policy/") == [
        (Level.NOTE, "the policies in policy/ are not judged by; to have that done, name the folder with --policy")
    ]


def test_a_folder_without_a_rule_that_counts_is_not_said_to_be_unasked_for(tmp_path: Path) -> None:
    other = NAMED.replace("package main", "package other")
    result = scanned(tmp_path, {"main.tf": BUCKET, "policy/main.rego": other}, "policy")
    assert not said(result, "not judged by")
    assert said(result, "none of its rules is in the namespace main")
