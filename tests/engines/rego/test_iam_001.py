"""IAM-001: no wildcard actions or resources on AI services."""

from typing import Any

import pytest

from scanner.core.finding import Finding, Status
from scanner.core.resource import Resource
from scanner.core.values import Unresolved
from tests.builders import release, resource
from tests.engines.rego.judging import bundled, findings

POLICY = bundled("terraform/IAM-001.rego")
LATER = Unresolved("var.x", "var.x has no default")
ENDPOINT = "arn:aws:sagemaker:eu-central-1:111122223333:endpoint/claims"
P, F, U = Status.PASS, Status.FAIL, Status.UNKNOWN


def statement(**attributes: Any) -> Resource:
    written = {"effect": "Allow", "principals": [], "attribute": "policy", **attributes}
    return resource("aws_iam_policy.p/statement[0]", written, type_="iam_statement")


def judged(*resources: Resource) -> tuple[Finding, ...]:
    return findings(POLICY, release(*resources))


@pytest.mark.parametrize(
    ("attributes", "expected"),
    [
        ({"actions": ["bedrock:*"], "resources": [ENDPOINT]}, [F]),
        ({"actions": ["SageMaker:*"], "resources": ["*"]}, [F]),
        ({"actions": ["s3:GetObject", "bedrock-agentcore:*"], "resources": ["*"]}, [F]),
        ({"actions": ["sagemaker:InvokeEndpoint"], "resources": ["*"]}, [F]),
        ({"actions": ["bedrock:Invoke*"], "resources": ["arn:aws:bedrock:*:*:*"]}, [F]),
        ({"actions": ["bedrock:*Model"], "resources": ["arn:aws:bedrock:eu-central-1::*"]}, [F]),
        ({"actions": ["sagemaker:InvokeEndpoint"], "not_resources": [ENDPOINT]}, [F]),
        ({"actions": ["sagemaker:InvokeEndpoint"], "resources": [ENDPOINT]}, [P]),
        ({"actions": ["bedrock:InvokeModel"], "resources": ["arn:aws:bedrock:*::foundation-model/amazon.nova*"]}, [P]),
        ({"actions": ["bedrock:ListFoundationModels"], "resources": ["*"]}, [P]),
        ({"actions": ["*"], "resources": ["*"]}, [F]),
        ({"actions": ["*"], "resources": [ENDPOINT]}, [P]),
        ({"actions": ["*"], "resources": ["arn:aws:s3:::models/*"]}, []),
        ({"actions": ["*"], "resources": ["*"], "principals": ["AWS:111122223333"]}, []),
        ({"not_actions": ["iam:*"], "resources": ["*"]}, [F]),
        ({"not_actions": ["bedrock:*", "bedrock-agentcore:*", "sagemaker:*"], "resources": ["*"]}, [P]),
        ({"not_actions": [LATER], "resources": ["*"]}, [F]),
        ({"actions": ["bedrock:*"], "resources": ["*"], "effect": "Deny"}, []),
        ({"actions": ["s3:*"], "resources": ["*"]}, []),
        ({"actions": [LATER], "resources": ["*"], "attribute": "assume_role_policy"}, []),
        ({"actions": LATER, "resources": ["*"]}, [U]),
        ({"actions": ["s3:GetObject", LATER], "resources": ["*"]}, [U]),
        ({"actions": LATER, "resources": ["arn:aws:s3:::models/*"]}, []),
        ({"actions": LATER, "resources": [Unresolved("aws_s3_bucket.m.arn", "is known only after apply")]}, []),
        ({"actions": LATER, "resources": Unresolved("aws_s3_bucket.m.arn", "is known only after apply")}, []),
        ({"actions": LATER, "resources": Unresolved("aws_bedrockagent_agent.a.arn", "x")}, [U]),
        ({"actions": ["bedrock:*"], "resources": ["*"], "effect": LATER}, [U]),
        ({"actions": ["sagemaker:InvokeEndpoint"], "resources": [LATER]}, [U]),
        ({"actions": ["sagemaker:InvokeEndpoint"],
          "resources": [Unresolved("aws_sagemaker_endpoint.e.arn", "known only after apply")]}, [P]),
        ({"actions": ["sagemaker:InvokeEndpoint"],
          "resources": [Unresolved('var.all ? "*" : aws_sagemaker_endpoint.e.arn', "var.all")]}, [U]),
        ({"effect": LATER, "actions": LATER, "resources": LATER, "principals": LATER}, [U]),
    ],
)  # fmt: skip
def test_statements(attributes: dict[str, Any], expected: list[Status]) -> None:
    assert [each.status for each in judged(statement(**attributes))] == expected


def test_the_deciding_action_is_named() -> None:
    (found,) = judged(statement(actions=["s3:GetObject", "bedrock:*"], resources=["*"]))
    assert (found.attribute, found.evidence) == ("actions[1]", "bedrock:*")
    assert found.message == "aws_iam_policy.p/statement[0] allows every action of bedrock"


def test_the_cause_of_an_unknown_effect_is_named() -> None:
    (found,) = judged(statement(actions=["bedrock:*"], resources=["*"], effect=LATER))
    assert (found.attribute, found.cause) == ("effect", "var.x has no default")


@pytest.mark.parametrize(
    ("type_", "attributes", "expected"),
    [
        ("google_project_iam_member", {"role": "roles/aiplatform.admin"}, F),
        ("google_organization_iam_binding", {"role": "roles/owner"}, F),
        ("google_folder_iam_member", {"role": "roles/editor"}, F),
        ("google_project_iam_member", {"role": "roles/aiplatform.user"}, P),
        ("google_project_iam_member", {"role": LATER}, U),
        ("data.google_iam_policy", {"binding": [{"role": "roles/viewer"}, {"role": "roles/owner"}]}, F),
        ("data.google_iam_policy", {"binding": [{"role": "roles/viewer"}]}, P),
    ],
)
def test_google_roles(type_: str, attributes: dict[str, Any], expected: Status) -> None:
    (found,) = judged(resource(f"{type_}.x", attributes))
    assert found.status is expected
