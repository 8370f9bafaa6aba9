"""Inputs that mean harm: a policy sees them as they are, or the scan says what it did not see."""

from pathlib import Path

import pytest

from tests.engines.rego.hostility import Outcome, module, outcome, scan

ECHO = 'deny contains {"resource": bucket_key, "message": bucket.bucket}'
COUNT = 'deny contains {"resource": bucket_key, "message": sprintf("%d", [count(json.marshal(bucket))])}'
KNOWS = """deny contains {"resource": bucket_key, "message": "five", "attribute": "tags.it"} if { bucket.tags.it == 5 }

unknown contains {"resource": bucket_key, "message": "it", "attribute": "tags.it", "cause": bucket.tags.it.reason} if {
  bucket.tags.it.reason
}"""


def bucket(name: str = '"acme"', more: str = "") -> str:
    return f'resource "aws_s3_bucket" "models" {{\n  bucket = {name}\n{more}\n}}\n'


TEXTS = {
    "quotes": (r'"a\"b`c"', 'a"b`c'),
    "escapes": (r'"a\\n\\u0041"', r"a\n\u0041"),
    "beyond the basic plane": ('"😀"', "😀"),
    "from right to left": ('"\u202eacme"', "\u202eacme"),
    "Rego": ('"\\", deny: true} #"', '", deny: true} #'),
    "undefined": ('"<undefined>"', "<undefined>"),
    "JSON": (r'"{\"$unresolved\": 1}"', '{"$unresolved": 1}'),
    "long": (f'"{"a" * 50_000}"', "a" * 50_000),
}
UNREADABLE = {
    "deep lists": bucket(more=f"  tags = {{ it = {'[' * 300}{']' * 300} }}"),
    "an infinite number": bucket(more="  tags = { it = 1e400 }"),
}
LARGE = {
    "many keys": bucket(more="  tags = {\n" + "\n".join(f'    k{number} = "v"' for number in range(5_000)) + "\n  }"),
    "many resources": bucket() + "\n".join(f'resource "aws_s3_bucket" "b{n}" {{ bucket = "b" }}' for n in range(2_000)),
}


@pytest.mark.parametrize("name", TEXTS)
def test_a_text_of_the_input_is_what_the_policy_says(tmp_path: Path, name: str) -> None:
    written, text = TEXTS[name]
    result = scan(tmp_path, {"HST-001": module("HST-001", ECHO)}, text=bucket(written), time_limit=5.0)
    assert outcome(result, "HST-001").found == (text,)


@pytest.mark.parametrize("number", ["18446744073709551616", "-9223372036854775809", "123456789012345678901"])
def test_a_number_beyond_64_bits_is_unknown(tmp_path: Path, number: str) -> None:
    text = bucket(more=f"  tags = {{ it = {number} }}")
    of = outcome(scan(tmp_path, {"HST-001": module("HST-001", KNOWS)}, text=text, time_limit=5.0), "HST-001")
    assert of == Outcome((), ("it",), passed=False)


@pytest.mark.parametrize("name", UNREADABLE)
def test_what_nobody_can_read_makes_the_scan_incomplete(tmp_path: Path, name: str) -> None:
    result = scan(tmp_path, {"HST-001": module("HST-001", COUNT)}, text=UNREADABLE[name], time_limit=5.0)
    assert result.verdict.decision.name == "INCOMPLETE"
    assert not outcome(result, "HST-001").passed


@pytest.mark.parametrize("name", LARGE)
def test_a_large_input_is_judged(tmp_path: Path, name: str) -> None:
    result = scan(tmp_path, {"HST-001": module("HST-001", COUNT)}, text=LARGE[name], time_limit=5.0)
    assert len(outcome(result, "HST-001").found) == 1
