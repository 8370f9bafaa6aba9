"""The map of Checkov's checks: what it says is there, and what is wrong in one is told with its line."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from scanner.bundle import load_bundle
from scanner.bundle.checkov_map import parse_checkov_map
from scanner.bundle.errors import PolicyError
from scanner.bundled import bundled_path
from scanner.core.bundle import Bundle
from scanner.core.control import Evidence, Strength
from scanner.core.notification import Level
from scanner.core.policy import Severity
from scanner.yaml_source import SourceError

MAP = """\
areas:
  REST:
    title: Data at rest are encrypted
    rationale: Whoever gets the disk reads the data.
    clauses: {GDPR-32(1)(a): direct}
checks:
  - id: CKV_AWS_3
    title: EBS volumes are encrypted at rest
    severity: high
    area: REST
    types: [aws_ebs_volume]
    same_as: [ENC-012]
    remediation: Set `encrypted = true`.
  - id: CKV_AWS_8
    title: Disks of instances are encrypted at rest
    severity: low
    area: REST
    types: [aws_instance]
    clauses: {SOC2-CC6.1: supporting}
    remediation: Set `encrypted = true`.
unmapped:
  CKV_ALI_1: Nobody here has this cloud
"""


@pytest.fixture(scope="module")
def shipped() -> Bundle:
    return load_bundle([bundled_path()], {}, vetted=False)


def test_a_map() -> None:
    found = parse_checkov_map(MAP, "checkov.yaml", checked=True)
    first, second, unmapped = found.policies
    assert (first.id, first.engine, first.severity) == ("CKV_AWS_3", "checkov", Severity.HIGH)
    assert (first.same_as, first.applies_to.types, first.rationale) == (
        ("ENC-012",),
        ("aws_ebs_volume",),
        "Whoever gets the disk reads the data.",
    )
    assert first.location is not None
    assert (first.location.start_line, second.is_mapped) == (7, True)
    assert (unmapped.title, unmapped.severity, unmapped.is_mapped) == (
        "Nobody here has this cloud",
        Severity.LOW,
        False,
    )
    assert found.controls == {
        "GDPR-32(1)(a)": {"CKV_AWS_3": Strength.DIRECT},
        "SOC2-CC6.1": {"CKV_AWS_8": Strength.SUPPORTING},  # of its own, and nothing of the area
    }


@pytest.mark.parametrize(
    ("old", "new", "line", "said"),
    [
        ("area: REST\n    types: [aws_instance]", "area: RUST\n    types: [aws_instance]", 14, "the area RUST"),
        ("id: CKV_AWS_8", "id: CKV_AWS_3", 14, "CKV_AWS_3 stands here for the second time"),
        ("severity: low", "severity: lw", 16, "'lw' is not one of"),
        ("same_as: [ENC-012]", "same_as: ENC-012", 12, "is not of type 'array'"),
        ("{SOC2-CC6.1: supporting}", "{SOC2-CC6.1: directly}", 19, "did you mean direct?"),
        ("    remediation: Set `encrypted = true`.\n  - id", "  - id", 7, "'remediation' is a required property"),
    ],
)
def test_what_is_wrong_is_told_with_its_line(old: str, new: str, line: int, said: str) -> None:
    with pytest.raises(SourceError) as error:
        parse_checkov_map(MAP.replace(old, new), "checkov.yaml", checked=True)
    assert said in error.value.message
    assert error.value.location.start_line == line


def test_a_clause_that_no_framework_has(tmp_path: Path) -> None:
    text = MAP.replace("CKV_AWS_3", "CKV2_OURS_1").replace("CKV_AWS_8", "CKV2_OURS_2").replace("CKV_ALI_1", "X_1")
    (tmp_path / "checkov.yaml").write_text(text.replace("SOC2-CC6.1", "SOC2-CC66.1"), encoding="utf-8")
    (note,) = load_bundle([bundled_path(), tmp_path], {}).notifications
    assert note.level is Level.ERROR
    assert note.message.startswith("no framework has a control SOC2-CC66.1; did you mean")
    assert note.location is not None
    assert note.location.start_line == 14


def test_a_map_of_the_user_may_map_what_ours_does_not(tmp_path: Path, shipped: Bundle) -> None:
    (known,) = [each for each in shipped.policies if each.id == "CKV_ALI_1"]
    assert not known.is_mapped
    text = MAP.replace("CKV_AWS_3", "CKV_ALI_1").replace("CKV_AWS_8", "CKV2_OURS_2").partition("unmapped")[0]
    (tmp_path / "checkov.yaml").write_text(text, encoding="utf-8")
    bundle = load_bundle([bundled_path(), tmp_path], {})
    assert bundle.notifications == ()
    (mapped,) = [each for each in bundle.policies if each.id == "CKV_ALI_1"]
    assert (mapped.is_mapped, mapped.severity) == (True, Severity.HIGH)
    assert "CKV_ALI_1" in {
        id_
        for framework in bundle.frameworks
        for control in framework.controls
        if control.id == "GDPR-32(1)(a)"
        for id_ in control.policies
    }


def test_a_framework_of_the_user_may_name_what_ours_does_not_map(tmp_path: Path) -> None:
    text = "extends: soc2\ncontrols:\n  - {id: SOC2-CC8.1, policies: {CKV_ALI_1: supporting}}\n"
    (tmp_path / "frameworks").mkdir()
    (tmp_path / "frameworks" / "soc2.yaml").write_text(text, encoding="utf-8")
    bundle = load_bundle([bundled_path(), tmp_path], {})
    assert bundle.notifications == ()
    (mapped,) = [each for each in bundle.policies if each.id == "CKV_ALI_1"]
    assert mapped.is_mapped


def test_ours_cannot_be_redefined(tmp_path: Path) -> None:
    (tmp_path / "checkov.yaml").write_text(MAP, encoding="utf-8")
    messages = [note.message for note in load_bundle([bundled_path(), tmp_path], {}).notifications]
    assert any(message.startswith("CKV_AWS_3 is already defined in policies/checkov.yaml:") for message in messages)


def test_the_shipped_map_names_only_what_there_is(shipped: Bundle) -> None:
    assert shipped.notifications == ()
    checks = [policy for policy in shipped.policies if policy.engine == "checkov"]
    own = {policy.id for policy in shipped.policies if policy.engine != "checkov"}
    assert {id_ for check in checks for id_ in check.same_as} <= own


def test_no_check_is_evidence_where_a_human_has_to_look(shipped: Bundle) -> None:
    checks = {policy.id for policy in shipped.policies if policy.engine == "checkov"}
    controls = [control for framework in shipped.frameworks for control in framework.controls]
    assert [
        each.id for each in controls if each.evidence is Evidence.MANUAL and checks.intersection(each.policies)
    ] == []


def test_every_mapped_check_evidences_a_control(shipped: Bundle) -> None:
    mapped = {policy.id for policy in shipped.policies if policy.engine == "checkov" and policy.is_mapped}
    evidencing = {id_ for framework in shipped.frameworks for each in framework.controls for id_ in each.policies}
    assert mapped <= evidencing


def test_a_check_of_low_severity_does_not_show_alone_that_a_control_is_not_met(shipped: Bundle) -> None:
    low = {policy.id for policy in shipped.policies if policy.engine == "checkov" and policy.severity is Severity.LOW}
    controls = [control for framework in shipped.frameworks for control in framework.controls]
    assert [
        (each.id, id_)
        for each in controls
        for id_, strength in each.policies.items()
        if strength is Strength.DIRECT and id_ in low
    ] == []


def test_a_check_is_no_stronger_evidence_than_the_policy_that_judges_the_same(shipped: Bundle) -> None:
    """Ours is reported where both judge; the clause would otherwise depend on who did."""
    by_id = {policy.id: policy for policy in shipped.policies}

    def stronger() -> Iterator[tuple[str, str, str]]:
        for framework in shipped.frameworks:
            for control in framework.controls:
                for id_, strength in control.policies.items():
                    for own in by_id[id_].same_as if strength is Strength.DIRECT else ():
                        if control.policies.get(own) is not Strength.DIRECT:
                            yield id_, own, control.id

    # A backup of tables is one of many things that REL-004 asks for, and a login one of those of IAM-005.
    known = {("CKV_AWS_28", "REL-004"), ("CKV_GCP_102", "IAM-005")}
    assert {(check, own) for check, own, _ in stronger()} == known


def test_an_error_is_one_of_the_policy(tmp_path: Path) -> None:
    with pytest.raises(PolicyError):
        parse_checkov_map(MAP.replace("severity: low", "severity: lw"), "checkov.yaml", checked=False)
