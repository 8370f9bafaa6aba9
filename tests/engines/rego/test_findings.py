"""What the rules of a Rego policy give, as findings."""

import pytest

from scanner.core.finding import Finding, Status
from scanner.core.location import Location
from scanner.core.notification import Level
from scanner.core.values import Unresolved
from tests.builders import link, release, resource
from tests.engines.rego.judging import findings, judged, rego

P, F, U = Status.PASS, Status.FAIL, Status.UNKNOWN
SECRET_LATER = Unresolved("var.acl", "var.acl has no default")

PUBLIC = """
deny contains {"resource": r.key, "message": sprintf("%s is public", [r.address]), "attribute": "acl"} if {
    some r in input.resources.bucket
    not r.attributes.acl == "private"
}
"""


def by_address(found: tuple[Finding, ...]) -> dict[str, Status]:
    return {each.resource.address: each.status for each in found}


def test_denied_resources_fail_and_the_others_pass() -> None:
    bad = resource("bucket.bad", {"acl": "public"}, lines={"acl": 7})
    good = resource("bucket.good", {"acl": "private"}, line=9)
    of_other_type = resource("queue.q")
    failed, passed = findings(rego(PUBLIC), release(bad, good, of_other_type))
    assert (failed.resource, failed.status, failed.message) == (bad, F, "bucket.bad is public")
    assert (failed.attribute, failed.location) == ("acl", Location("main.tf", 7))
    assert (passed.resource, passed.status, passed.location) == (good, P, good.location)
    assert passed.message == "bucket.good: Buckets are as they should be"


def test_one_finding_for_each_item() -> None:
    policy = rego(
        'deny contains {"resource": r.key, "message": m} if { some r in input.resources.bucket; some m in ["a", "b"] }'
    )
    found = findings(policy, release(resource("bucket.a")))
    assert [(each.status, each.message) for each in found] == [(F, "a"), (F, "b")]


def test_a_denied_attribute_that_is_not_known_gives_unknown_with_its_cause() -> None:
    (found,) = findings(rego(PUBLIC), release(resource("bucket.a", {"acl": SECRET_LATER}, lines={"acl": 4})))
    assert (found.status, found.cause, found.location.start_line) == (U, "var.acl has no default", 4)
    assert found.message == "bucket.a cannot be judged: var.acl has no default"


def test_a_denied_attribute_below_an_unknown_is_unknown_too() -> None:
    policy = rego(PUBLIC.replace('"acl"', '"rule.acl"'))
    (found,) = findings(policy, release(resource("bucket.a", {"rule": SECRET_LATER})))
    assert (found.status, found.cause) == (U, "var.acl has no default")


def test_a_path_through_a_list_is_unknown_only_when_nothing_on_it_is_known() -> None:
    policy = rego(PUBLIC.replace('"acl"', '"rule.acl"'))
    mixed = resource("bucket.mixed", {"rule": [{"acl": "public"}, {"acl": SECRET_LATER}]}, lines={"rule[0].acl": 5})
    dark = resource("bucket.dark", {"rule": [{"acl": SECRET_LATER}]})
    found = findings(policy, release(mixed, dark))
    assert by_address(found) == {"bucket.mixed": F, "bucket.dark": U}
    assert next(each for each in found if each.resource == mixed).location.start_line == 5


UNKNOWN_RULE = """
import data.lib.releasegate as lib
deny contains {"resource": r.key, "message": "public"} if {
    some r in input.resources.bucket
    lib.known(r.attributes.acl)
    r.attributes.acl != "private"
}
unknown contains object.union(said, {"resource": r.key, "message": "may be public", "attribute": "acl"}) if {
    some r in input.resources.bucket
    said := {"cause": lib.cause(r.attributes.acl)}
    lib.unresolved(r.attributes.acl)
}
"""


def test_the_unknown_rule() -> None:
    (found,) = findings(rego(UNKNOWN_RULE), release(resource("bucket.a", {"acl": SECRET_LATER})))
    assert (found.status, found.message, found.cause) == (U, "may be public", "var.acl has no default")


def test_the_cause_of_an_unknown_is_that_of_its_attribute_when_none_is_given() -> None:
    policy = rego(UNKNOWN_RULE.replace('{"cause": lib.cause(r.attributes.acl)}', "{}"))
    (found,) = findings(policy, release(resource("bucket.a", {"acl": SECRET_LATER})))
    assert found.cause == "var.acl has no default"


def test_an_attribute_that_is_read_and_not_known_keeps_a_resource_from_passing() -> None:
    policy = rego('deny contains {"resource": "", "message": "x"} if false', reads=("owner", "acl"))
    dark = resource("bucket.dark", {"acl": SECRET_LATER}, lines={"acl": 3})
    clear = resource("bucket.clear", {"acl": "private"})
    first, second = findings(policy, release(dark, clear))
    assert (first.status, first.cause, first.attribute) == (U, "var.acl has no default", "acl")
    assert first.location.start_line == 3
    assert second.status is P


def test_a_skipped_resource_has_no_finding_at_all() -> None:
    policy = rego(PUBLIC + "skip contains r.key if { some r in input.resources.bucket; r.attributes.logs }")
    logs = resource("bucket.logs", {"logs": True})
    assert by_address(findings(policy, release(logs, resource("bucket.a")))) == {"bucket.a": F}


def test_related_resources_and_evidence() -> None:
    policy = rego(
        """
import data.lib.releasegate as lib
deny contains {"resource": r.key, "message": "open", "evidence": "world", "related": [
    {"resource": t.key, "attribute": "cidr[0]", "message": "is the way in"}, {"resource": t.key}
]} if { some r in input.resources.bucket; some t in lib.linked_from(r.key, "references") }
"""
    )
    bucket = resource("bucket.a")
    gate = resource("gate.g", {"cidr": ["::/0"]}, line=20, lines={"cidr[0]": 22})
    (found,) = findings(policy, release(bucket, gate, links=[link(bucket, "references", gate)]))
    places = [(each.location.start_line, each.message) for each in found.related_locations]
    assert places == [(22, "is the way in"), (20, "gate.g")]
    assert found.evidence == "world"


def test_parameters_scope_and_parents_are_in_the_input() -> None:
    policy = rego(
        """
deny contains {"resource": r.key, "message": concat(" ", words)} if {
    some r in input.resources.part
    words := [input.parameters.word, input.scope.data[0], r.parent, r.path, r.format]
}
""",
        types=["part"],
        parameters={"word": "hello"},
    )
    whole = resource("bucket.a")
    (found,) = findings(policy, release(whole, resource("part.p", parent=whole)))
    assert found.message == "hello personal .::bucket.a main.tf terraform"


def test_each_policy_has_its_own_parameters() -> None:
    body = 'deny contains {"resource": r.key, "message": input.parameters.word} if { some r in input.resources.bucket }'
    policies = [rego(body, id_=f"TST-00{n}", parameters={"word": f"w{n}"}) for n in range(3)]
    assert [each.message for each in findings(policies, release(resource("bucket.a")))] == ["w0", "w1", "w2"]


def test_the_format_narrows_what_a_policy_applies_to() -> None:
    policy = rego(PUBLIC)
    other = type(policy.applies_to)(policy.applies_to.types, "kubernetes")
    elsewhere = type(policy)(**{**vars(policy), "applies_to": other})
    assert judged(elsewhere, release(resource("bucket.a"))).findings == ()


def test_a_policy_without_resources_to_judge_finds_nothing() -> None:
    assert findings(rego(PUBLIC), release(resource("queue.q"))) == ()


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        ('deny contains {"resource": "nowhere", "message": "m"}', "a resource that does not exist: 'nowhere'"),
        ('deny contains {"resource": ".::queue.q", "message": "m"}', "the queue queue.q, but it applies to bucket"),
        ('deny contains {"message": "m"}', "a resource that does not exist: None"),
        ('deny contains "just text"', "'just text', which is no object"),
        ('deny contains {"resource": ".::bucket.a"}', "no message"),
        ('deny contains {"resource": ".::bucket.a", "message": 3}', "3 for message, which is no text"),
        ('deny contains {"resource": ".::bucket.a", "message": "m", "attribute": "a..b"}', "no path: empty part"),
        ('deny contains {"resource": ".::bucket.a", "message": "m", "colour": "red"}', "an unknown key 'colour'"),
        ('deny contains {"resource": ".::bucket.a", "message": "m", "cause": "c"}', "an unknown key 'cause'"),
        ('deny contains {"resource": ".::bucket.a", "message": "m", "related": "x"}', "'x' for related"),
        ('deny contains {"resource": ".::bucket.a", "message": "m", "related": [{"resource": "x"}]}',
         "a related resource that does not exist: 'x'"),
        ('deny contains 1 if false\nunknown contains {"resource": ".::bucket.a", "message": "m"}', "without cause"),
        ('deny contains 1 if false\nskip contains "nowhere"', "a resource that does not exist: 'nowhere'"),
    ],
)  # fmt: skip
def test_what_is_no_finding_is_an_error_and_nothing_passes(rule: str, said: str) -> None:
    evaluation = judged(rego(rule), release(resource("bucket.a"), resource("bucket.b"), resource("queue.q")))
    (note,) = evaluation.notifications
    assert note.level is Level.ERROR
    assert note.message.startswith("policy TST-001 returned ")
    assert said in note.message
    assert evaluation.findings == ()
    assert evaluation.failed == {"TST-001"}


def test_failures_stay_beside_an_unusable_item() -> None:
    policy = rego(PUBLIC + 'deny contains {"resource": "nowhere", "message": "m"}')
    evaluation = judged(policy, release(resource("bucket.a"), resource("bucket.b", {"acl": "private"})))
    assert by_address(evaluation.findings) == {"bucket.a": F}
    assert len(evaluation.notifications) == 1
