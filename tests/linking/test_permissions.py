import pytest

from tests.linking.builder import links, refers, statement, tf, ties, unknown, warnings

ROLE = tf("aws_iam_role.reader", {"name": "claims-reader", "inline_policy": [{"name": "x"}]})
POLICY = tf("aws_iam_policy.read", {"name": "read-models"})
READ = statement(POLICY)
ALLOWED = {("aws_iam_role.reader", "aws_iam_policy.read/statement[0]")}


def test_inline_policies_count_and_the_trust_policy_does_not() -> None:
    own, trust = statement(ROLE, 0, "inline_policy[0].policy"), statement(ROLE, 1, "assume_role_policy")
    (found,) = links("allows", ROLE, own, trust)
    assert (found.source, found.target) == (ROLE.key, own.key)
    assert found.evidence == ROLE.attribute_locations[("inline_policy",)]
    assert found.target_evidence == own.location


def test_a_role_policy_belongs_to_its_role() -> None:
    named, referring = (
        tf("aws_iam_role_policy.p", {"policy": "{}", "role": role}) for role in ("claims-reader", unknown("x.id"))
    )
    expected = {("aws_iam_role.reader", "aws_iam_role_policy.p/statement[0]")}
    assert ties("allows", ROLE, named, statement(named)) == expected
    assert ties("allows", ROLE, referring, statement(referring), refers(referring, "role", ROLE)) == expected
    assert ties("allows", ROLE, referring, statement(referring), refers(referring, "policy", ROLE)) == set()
    (found,) = links("allows", ROLE, named, statement(named))
    assert found.evidence == named.attribute_locations[("role",)]


def test_an_attachment_ties_role_and_policy() -> None:
    literal = {"role": "claims-reader", "policy_arn": "arn:aws:iam::123456789012:policy/ml/read-models"}
    attachment = tf("aws_iam_role_policy_attachment.a", literal)
    (found,) = links("allows", ROLE, POLICY, READ, attachment)
    assert (found.source, found.target) == (ROLE.key, READ.key)
    assert found.evidence == attachment.attribute_locations[("policy_arn",)]
    referring = tf("aws_iam_role_policy_attachment.a", {"role": unknown("a"), "policy_arn": unknown("b")})
    references = (refers(referring, "role", ROLE), refers(referring, "policy_arn", POLICY))
    assert ties("allows", ROLE, POLICY, READ, referring, *references) == ALLOWED


def test_a_policy_attachment_has_many_roles() -> None:
    writer = tf("aws_iam_role.writer", {"name": "writer"})
    attributes = {"roles": ["writer", unknown("aws_iam_role.reader.name")], "policy_arn": unknown("x")}
    attachment = tf("aws_iam_policy_attachment.a", attributes)
    references = (refers(attachment, "roles", ROLE), refers(attachment, "policy_arn", POLICY))
    assert ties("allows", ROLE, writer, POLICY, READ, attachment, *references) == {
        *ALLOWED,
        ("aws_iam_role.writer", "aws_iam_policy.read/statement[0]"),
    }


def test_policies_listed_in_the_role_itself_count() -> None:
    role = tf("aws_iam_role.reader", {"name": "r", "managed_policy_arns": ["arn:aws:iam::1:policy/read-models"]})
    assert ties("allows", role, POLICY, READ) == ALLOWED


def test_a_policy_of_aws_itself_is_no_link_and_no_trouble() -> None:
    managed = "arn:aws:iam::aws:policy/read-models"
    attachment = tf("aws_iam_role_policy_attachment.a", {"role": "claims-reader", "policy_arn": managed})
    things = (ROLE, POLICY, READ, attachment)
    assert (ties("allows", *things), warnings(*things)) == (set(), [])
    data = tf("data.aws_iam_policy.theirs", {"name": "theirs"})
    theirs = tf("aws_iam_role_policy_attachment.a", {"role": "claims-reader", "policy_arn": unknown("x")})
    assert warnings(ROLE, POLICY, READ, theirs, data, refers(theirs, "policy_arn", data)) == []


def test_what_is_attached_is_not_known() -> None:
    open_end = tf("aws_iam_role_policy_attachment.a", {"role": "claims-reader", "policy_arn": unknown("var.policy")})
    (message,) = warnings(ROLE, open_end)
    assert "policy_arn is not statically known, so what it allows is not judged" in message
    (message,) = warnings(ROLE, POLICY, open_end)
    assert "it may be aws_iam_policy.read" in message
    nobody = tf("aws_iam_role_policy_attachment.a", {"role": unknown("var.role"), "policy_arn": "read-models"})
    (message,) = warnings(ROLE, POLICY, nobody)
    assert "it may be aws_iam_role.reader" in message


def test_roles_of_one_name_in_other_roots_are_not_meant() -> None:
    twin = tf("aws_iam_role.reader", {"name": "claims-reader"}, origin="staging")
    policy = tf("aws_iam_role_policy.p", {"role": "claims-reader"}, origin="staging")
    (found,) = links("allows", ROLE, twin, policy, statement(policy))
    assert found.source == twin.key
    assert links("allows", ROLE, policy, statement(policy)) == []


HOLDERS = {"role": "aws_iam_role", "user": "aws_iam_user", "group": "aws_iam_group"}


@pytest.mark.parametrize("holder", HOLDERS)
def test_users_and_groups_have_policies_as_roles_do(holder: str) -> None:
    kind = HOLDERS[holder]
    who = tf(f"{kind}.who", {"name": "who"})
    inline = tf(f"{kind}_policy.inline", {holder: "who"})
    arn = {"policy_arn": "arn:aws:iam::123456789012:policy/read-models"}
    attached = (f"{kind}.who", "aws_iam_policy.read/statement[0]")
    assert ties("allows", who, inline, statement(inline)) == {(f"{kind}.who", f"{kind}_policy.inline/statement[0]")}
    assert ties("allows", who, POLICY, READ, tf(f"{kind}_policy_attachment.a", {holder: "who", **arn})) == {attached}
    shared = tf("aws_iam_policy_attachment.a", {f"{holder}s": ["who"], **arn})
    assert ties("allows", who, POLICY, READ, shared) == {attached}
    exclusive = {f"{holder}_name": "who", "policy_arns": [unknown("aws_iam_policy.read.arn")]}
    only = tf(f"{kind}_policy_attachments_exclusive.a", exclusive)
    assert ties("allows", who, POLICY, READ, only, refers(only, "policy_arns", POLICY)) == {attached}


def test_a_role_and_a_user_of_one_name_are_two() -> None:
    user = tf("aws_iam_user.reader", {"name": "claims-reader"})
    attachment = tf(
        "aws_iam_user_policy_attachment.a",
        {"user": "claims-reader", "policy_arn": "arn:aws:iam::123456789012:policy/read-models"},
    )
    assert ties("allows", ROLE, user, POLICY, READ, attachment) == {
        ("aws_iam_user.reader", "aws_iam_policy.read/statement[0]")
    }
