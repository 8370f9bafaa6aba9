"""Modules that are too large, too deep or no text: the policies beside them are judged as if they were not there."""

from pathlib import Path

import pytest

from tests.engines.rego.hostility import FINDING, Outcome, module, outcome, scan

DEEP = 20_000
HEAD = module("HST-001", "")


def long_chain(length: int) -> str:
    links = "\n".join(f"r{number} := r{number + 1}" for number in range(length))
    return f'{links}\nr{length} := "found"\ndeny contains {{"resource": bucket_key, "message": r0}}'


# By name: what stands below the metadata, and a part of what is said.
QUICK = {
    "too many lines": ("\n" * 300_000 + FINDING, "exceeds maximum allowed line count"),
    "12 megabytes": (("# " + "x" * 100 + "\n") * 120_000 + FINDING, "exceeds maximum allowed policy file size"),
    "a line of a megabyte": (f'x := "{"a" * 1_000_000}"\n{FINDING}', "exceeds maximum column width"),
    "deep parentheses": (f"x := {'(' * DEEP}1{')' * DEEP}\n{FINDING}", "expression nesting too deep"),
    "deep negation": (f"x if {{ {'not ' * DEEP}true }}\n{FINDING}", "unexpected keyword `not`"),
}
SLOW = {
    "deep arrays": f"x := {'[' * DEEP}{']' * DEEP}\n{FINDING}",
    "deep arrays over many lines": "x := " + "[\n" * DEEP + "]" * DEEP + f"\n{FINDING}",
    "a long sum": f"x := {'+'.join(['1'] * 40_000)}\n{FINDING}",
    "a long reference": f"x := input{'.a' * 40_000}\n{FINDING}",
    "deep references": f"x := input{'[input' * 8_000}{']' * 8_000}\n{FINDING}",
    "many else": "x := 1 if { false }" + " else := 2 if { false }\n" * DEEP + FINDING,
    "deep comprehensions": f"x := {'[y | y := ' * 5_000}1{']' * 5_000}\n{FINDING}",
    "deep calls": f"x := {'count(' * 10_000}[]{')' * 10_000}\n{FINDING}",
    "a long chain of rules": long_chain(DEEP),
    "a hundred thousand rules": "\n".join(f"r{number} := {number}" for number in range(100_000)) + f"\n{FINDING}",
}
WHOLE: dict[str, tuple[str | bytes, str]] = {
    "no UTF-8": (HEAD.encode() + b'x := "\xff\xfe"\n', "not UTF-8"),
    "UTF-16": (HEAD.encode("utf-16"), "not UTF-8"),
    "nothing": (b"", "package"),
    "comments alone": (b"# nothing\n", "package"),
    "the package of the libraries": (
        HEAD.replace("releasegate.hst_001", "lib.releasegate"),
        "the package of",
    ),
    "the package of all": (HEAD.replace("releasegate.hst_001", "releasegate"), "the package of"),
    "the package of another": (HEAD.replace("releasegate.hst_001", "releasegate.inn_001"), "the package of"),
    "a package in another's": (HEAD.replace("hst_001", "inn_001.deny"), "the package of"),
    "the package of the parameters": (HEAD.replace("releasegate.hst_001", "releasegate_parameters"), "the package of"),
    "deep metadata": (HEAD.replace("A policy", "[" * DEEP), ""),
}
FINE = {
    "a byte order mark": b"\xef\xbb\xbf" + (HEAD + FINDING).encode(),
    "lines of Windows": (HEAD + FINDING + "\n").replace("\n", "\r\n").encode(),
    "no end of line": (HEAD + FINDING).encode(),
    "a long line": f'{HEAD}x := "{"a" * 90_000}"\n{FINDING}\n'.encode(),
    "a long raw text": (HEAD + "x := `" + ("a" * 1000 + "\n") * 3000 + f"`\n{FINDING}\n").encode(),
    "text from right to left": f'{HEAD}x := "\u202e\u2066"\n# \u202e trojan\n{FINDING}\n'.encode(),
    "Rego v0": (HEAD.replace("import rego.v1\n", "") + FINDING.replace(" contains ", "[x] { x := ") + " }").encode(),
}  # fmt: skip


TOGETHER: dict[str, bytes] = {
    **{name: module("HST-001", text).encode() for name, (text, _) in QUICK.items()},
    **{name: text if isinstance(text, bytes) else text.encode() for name, (text, _) in WHOLE.items()},
    **FINE,
}


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Outcome]:
    """What becomes of each of them, in one scan of all."""
    ids = {name: f"HST-{number:03}" for number, name in enumerate(TOGETHER)}
    policies = {
        id_: TOGETHER[name]
        .replace(b"HST-001", id_.encode())
        .replace(b"hst_001", id_.lower().replace("-", "_").encode())
        for name, id_ in ids.items()
    }
    result = scan(tmp_path_factory.mktemp("modules"), policies, time_limit=5.0)
    assert result.verdict.decision.name == "INCOMPLETE"
    return {name: outcome(result, id_) for name, id_ in ids.items()}


@pytest.mark.xdist_group("hostile-modules")
@pytest.mark.parametrize("name", [*QUICK, *WHOLE])
def test_a_module_that_cannot_be_read_costs_itself(outcomes: dict[str, Outcome], name: str) -> None:
    of, (_, says) = outcomes[name], {**QUICK, **WHOLE}[name]
    assert not of.passed
    assert not of.found
    assert any(says in message for message in of.said), of


@pytest.mark.xdist_group("hostile-modules")
@pytest.mark.parametrize("name", FINE)
def test_what_is_only_odd_is_read(outcomes: dict[str, Outcome], name: str) -> None:
    assert outcomes[name] == Outcome((), ("found",), passed=False)


@pytest.mark.slow
@pytest.mark.parametrize("name", SLOW)
def test_a_module_that_takes_the_reader_down_costs_itself(tmp_path: Path, name: str) -> None:
    result = scan(tmp_path, {"HST-001": module("HST-001", SLOW[name])})
    assert result.verdict.decision.name == "INCOMPLETE"
    of = outcome(result, "HST-001")
    assert not of.passed
    assert any("HST-001 was not evaluated" in message for message in of.said), of
