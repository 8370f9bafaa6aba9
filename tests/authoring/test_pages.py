"""The pages about policies: their links lead somewhere, and texts do not become markup."""

import re
from dataclasses import replace
from pathlib import Path

import pytest

from scanner.authoring.descriptions import Text
from scanner.authoring.pages import code, escaped, fenced, linked, pages
from scanner.bundle import load_bundle
from scanner.bundled import bundled_path
from scanner.core.bundle import Bundle
from tests.builders import policy

_LINK = re.compile(r"(?<!\\)\]\((?P<target>[^)\s]+)\)")


@pytest.fixture(scope="module")
def bundle() -> Bundle:
    return load_bundle([bundled_path()], {})


@pytest.fixture(scope="module")
def found(bundle: Bundle) -> dict[str, str]:
    return pages(bundle, ())


def test_every_policy_and_framework_has_a_page(bundle: Bundle, found: dict[str, str]) -> None:
    expected = {f"{each.id}.md" for each in bundle.policies if each.engine != "checkov"}
    expected |= {f"framework-{each.id}.md" for each in bundle.frameworks} | {"README.md", "checkov-checks.md"}
    assert set(found) == expected


def test_the_checks_of_checkov_share_a_page(bundle: Bundle, found: dict[str, str]) -> None:
    rows = [line for line in found["checkov-checks.md"].splitlines() if line.startswith("| CKV")]
    assert len(rows) == sum(each.engine == "checkov" and each.is_mapped for each in bundle.policies)
    (row,) = [each for each in rows if each.startswith("| CKV\\_AWS\\_18 ")]
    assert "[REG-001](REG-001.md)" in row


def test_every_link_leads_to_a_page_and_every_page_is_linked(found: dict[str, str]) -> None:
    targets = [(name, match["target"]) for name, text in found.items() for match in _LINK.finditer(_prose(text))]
    assert [(name, target) for name, target in targets if target not in found] == []
    assert set(found) - {target for name, target in targets if name == "README.md"} == {"README.md"}


def _prose(text: str) -> str:
    """The page without its code."""
    text = re.sub(r"^(`{3,})\n.*?^\1$", "", text, flags=re.MULTILINE | re.DOTALL)
    return re.sub(r"(`+)(?!`).*?(?<!`)\1(?!`)", "", text)


def test_a_page(found: dict[str, str]) -> None:
    page = found["ENC-002.md"]
    assert page.startswith("# ENC-002: Stores of restricted data and model weights")
    assert "| Severity | high |" in page
    assert "- SOC2-CC6.1 (direct): Logical access architecture" in page
    assert "- EUAIA-15(5) (supporting): " in page
    assert "binds from 20" in page
    assert "### fail\n\n- aws\\_s3\\_bucket.models at main.tf:15" in page
    assert "\n\n\n\n" not in page


def test_pages_are_the_same_each_time(bundle: Bundle, found: dict[str, str]) -> None:
    assert pages(bundle, ()) == found


def test_texts_of_a_policy_stay_text() -> None:
    hostile = replace(
        policy(id_="main.deny.a/../b c"),
        title="[click](http://x) <script> | *bold* `code`",
        rationale="# heading\n- item\n1. one",
        references=("javascript:alert(1)", "https://example.org/a_b"),
        parameters={"a|b": "x`y"},
    )
    same = replace(hostile, id="main.deny.a-..-B c", engine="conftest", rule=None)
    made = pages(Bundle((hostile, same), (), (), "sha256:0"), ())
    assert set(made) == {"README.md", "main.deny.a-..-b-c.md", "main.deny.a-..-B-c-2.md"}
    page = made["main.deny.a-..-b-c.md"]
    assert "\\[click\\](http://x) \\<script\\> \\| \\*bold\\* \\`code\\`" in page
    assert "\n# heading" not in page
    assert "\n- item" not in page
    assert "- javascript:alert(1)\n" in page
    assert "<https://example.org/a_b>" in page
    assert "`a\\|b`" in page


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a_b *c* #d", "a\\_b \\*c\\* \\#d"),
        ("- no list", "\\- no list"),
        ("1. no list", "1\\. no list"),
        ("12 apples", "12 apples"),
        ("two\nlines", "two lines"),
        ("back\\slash", "back\\\\slash"),
        ("a & b", "a \\& b"),
    ],
)
def test_escaping(text: str, expected: str) -> None:
    assert escaped(text) == expected


def test_code_that_holds_the_marks_of_code() -> None:
    assert code("a`b") == "``a`b``"
    assert code("`a") == "`` `a ``"
    assert code(["x", 1]) == '`["x", 1]`'
    assert fenced(Text("a.md", "```\nx\n```")) == "````\n```\nx\n```\n````"
    assert linked("https://example.org/<x>") == "https://example.org/\\<x\\>"


def test_examples_of_a_folder_of_the_users(tmp_path: Path) -> None:
    folder = tmp_path / "fixtures" / "TST-001"
    (folder / "fail").mkdir(parents=True)
    (folder / "fail" / "main.tf").write_text("\n" * 60 + "here = 1\n" + "\n" * 60, encoding="utf-8")
    (folder / "expected.yaml").write_text("fail: [{address: a.b, file: main.tf, line: 61}]\n", encoding="utf-8")
    page = pages(Bundle((policy(),), (), (), "sha256:0"), (tmp_path,))["TST-001.md"]
    assert "`main.tf` from line 56\n" in page
    assert page.count("here = 1") == 1
