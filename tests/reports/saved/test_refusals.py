"""A result may come from anyone: what is damaged, foreign or of another version is refused by its place."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from scanner.core.result import ScanResult
from scanner.reports import RENDERERS
from scanner.reports.interface import RenderOptions
from scanner.reports.saved import ResultError, read_result

Change = Callable[[dict[str, Any]], object]


def _saved(result: ScanResult) -> dict[str, Any]:
    value = json.loads(RENDERERS["json"](result, RenderOptions()))
    assert isinstance(value, dict)
    return value


def _refusal(text: str) -> str:
    with pytest.raises(ResultError) as refused:
        read_result(text)
    message = str(refused.value)
    assert message.isprintable()
    return message


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "not JSON: line 1, column 1: Expecting value"),
        ('{"a": 1,\n  b}', "not JSON: line 2, column 3: Expecting property name enclosed in double quotes"),
        ("[]", "this is no result of a scan (`releasegate scan -f json` writes one)"),
        ('{"version": "2.1.0", "runs": []}', "this is no result of a scan (`releasegate scan -f json` writes one)"),
        ("[" * 100_000, "nested too deeply to be a result"),
        ('{"a":' * 100_000, "nested too deeply to be a result"),
        ('{"a": 1.5}', "1.5 is no whole number, and a result has no other"),
        ('{"a": NaN}', "NaN is no whole number, and a result has no other"),
        ('{"a": ' + "9" * 5000 + "}", "a number with more digits than any result has"),
        ('{"a": 1, "b": {"x\\u001b": 1, "x\\u001b": 2}}', r"the key 'x\\x1b' stands twice in one object"),
        ('{"schema_version": 1}', "schema_version: expected MAJOR.MINOR such as 1.2"),
        ('{"schema_version": "1.1"}', "the result: 'tool' is a required property"),
    ],
)
def test_what_is_no_result_is_refused_with_its_place(text: str, message: str) -> None:
    assert _refusal(text) == message


@pytest.mark.parametrize(
    ("version", "message"),
    [
        ("1.0", "which did not hold all that a report shows: scan again with this releasegate (1.2)"),
        ("0.9", "which did not hold all that a report shows: scan again with this releasegate (1.2)"),
        ("2.0", "this program reads 1.x: use a newer releasegate"),
    ],
)
def test_other_versions_are_refused_with_what_to_do(version: str, message: str) -> None:
    said = _refusal(json.dumps({"schema_version": version}))

    assert said.startswith(f"written as version {version}")
    assert said.endswith(message)


def test_of_a_newer_minor_version_what_is_not_known_is_left_aside(full: ScanResult) -> None:
    newer = _saved(full)
    newer |= {"schema_version": "1.3", "more": 1}
    newer["findings"][0]["more"] = {"of": ["it"]}
    text = RENDERERS["terminal"](full, RenderOptions())

    assert RENDERERS["terminal"](read_result(json.dumps(newer)), RenderOptions()) == text
    assert _refusal(json.dumps(newer | {"schema_version": "1.2"})).startswith("the result: Additional properties")
    del newer["findings"][0]["message"]
    assert _refusal(json.dumps(newer)) == "findings[0]: 'message' is a required property"


def _set(*way: str | int, to: object) -> Change:
    def change(value: Any) -> None:
        for step in way[:-1]:
            value = value[step]
        value[way[-1]] = to

    return change


def _own_parent(saved: dict[str, Any]) -> None:
    first, second = saved["resources"][:2]
    first["parent"], second["parent"] = second["key"], first["key"]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (_set("findings", 0, "location", "start_line", to="5"), "findings[0].location.start_line: '5' is not of type"),
        (_set("findings", 0, "location", "end_line", to=1), "findings[0]: deploy/serving.yaml: a location ends before"),
        (_set("findings", 0, "location", "end_line", to=10**12), "findings[0].location.end_line: 1000000000000 is gre"),
        (_set("findings", 0, "policy", to="NO\x1b[2J"), "findings[0]: there is no policy NO\\x1b[2J"),
        (_set("findings", 0, "resource", "index", to=5), "findings[0]: there is no resource of index 5"),
        (_set("findings", 5, "waiver", "until", to="2027-02-30"), "findings[5]: day is out of range for month"),
        (_set("findings", 5, "waiver", "until", to="soon"), "findings[5].waiver.until: 'soon' does not match"),
        (_set("findings", 0, "baseline_state", to="odd"), "findings[0].baseline_state: 'odd' is not one of"),
        (_set("frameworks", 0, "controls", 0, "findings", to=["f" * 64]), "frameworks[0]: there is no finding ffff"),
        (_set("resources", 0, "key", to="x::y"), "resources[0]: the key is infra::aws_s3_bucket_acl.models"),
        (_own_parent, "resources: infra::aws_s3_bucket_acl.models is a part of itself"),
        (_set("files", 0, "line_count", to=3), "files[0]: deploy/serving.yaml has no line 9"),
        (_set("surrogates", to=[{"at": ["as_of"], "index": 0, "code": 0xD800}]), "surrogates[0]: there is no U+FFFD"),
        (_set("surrogates", to=[{"at": ["no", 1], "index": 0, "code": 0xD800}]), "surrogates[0]: there is no U+FFFD"),
        (_set("surrogates", to=[{"at": ["as_of"], "index": 0, "code": 65}]), "surrogates[0].code: 65 is less than"),
        (_set("verdict", "decision", to="FINE"), "verdict.decision: 'FINE' is not one of"),
    ],
)
def test_what_cannot_be_is_refused_with_its_place(full: ScanResult, change: Change, message: str) -> None:
    saved = _saved(full)
    change(saved)

    assert _refusal(json.dumps(saved)).startswith(message)


def test_a_file_that_claims_to_be_large_takes_no_room(full: ScanResult) -> None:
    saved = _saved(full)
    for file in saved["files"]:
        file["line_count"] = 10_000_000
    for name in ("terminal", "json", "sarif"):
        assert RENDERERS[name](read_result(json.dumps(saved)), RenderOptions())
