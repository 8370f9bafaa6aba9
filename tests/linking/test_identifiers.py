from collections.abc import Callable

import pytest

from scanner.linking import identifiers

Read = Callable[[str], str]


@pytest.mark.parametrize(
    ("read", "written", "name"),
    [
        (identifiers.last_step, "https://sqs.eu-central-1.amazonaws.com/123456789012/jobs", "jobs"),
        (identifiers.last_step, "projects/acme/topics/jobs", "jobs"),
        (identifiers.last_step, "jobs", "jobs"),
        (identifiers.last_part, "arn:aws:sns:eu-central-1:123456789012:jobs", "jobs"),
        (identifiers.last_part, "arn:aws:dynamodb:eu-central-1:123456789012:table/jobs", "jobs"),
        (identifiers.last_part, "jobs", "jobs"),
        (identifiers.bucket, "arn:aws:s3:::models/v1/*", "models"),
        (identifiers.bucket, "arn:aws-cn:s3:::models", "models"),
        (identifiers.bucket, "s3://models/v1", "models"),
        (identifiers.bucket, "storage.googleapis.com/models", "models"),
        (identifiers.bucket, "models", "models"),
        (identifiers.role, "arn:aws:iam::123456789012:role/ml/prod/reader", "reader"),
        (identifiers.role, "reader", "reader"),
        (identifiers.policy, "arn:aws:iam::123456789012:policy/ml/read", "read"),
        (identifiers.policy, "arn:aws:iam::aws:policy/AdministratorAccess", ""),
        (identifiers.secret, "arn:aws:secretsmanager:eu-central-1:1:secret:db/password-AbC123", "db/password"),
        (identifiers.secret, "db/password", "db/password"),
        (identifiers.function, "arn:aws:lambda:eu-central-1:1:function:score:live", "score"),
        (identifiers.function, "score", "score"),
        (identifiers.log_group, "arn:aws:logs:eu-central-1:1:log-group:/aws/vpc:*", "/aws/vpc"),
        (identifiers.log_group, "/aws/vpc", "/aws/vpc"),
        (identifiers.task_family, "arn:aws:ecs:eu-central-1:1:task-definition/score:7", "score"),
        (identifiers.task_family, "score:7", "score"),
        (identifiers.key_alias, "alias/models", "alias/models"),
        (identifiers.key_alias, "arn:aws:kms:eu-central-1:1:alias/models", "alias/models"),
        (identifiers.key_alias, "arn:aws:kms:eu-central-1:1:key/1234", ""),
        (identifiers.key_alias, "1234", ""),
        (identifiers.scaled_endpoint, "endpoint/claims/variant/all", "claims"),
        (identifiers.scaled_endpoint, "service/cluster/claims", ""),
        (identifiers.scaled_service, "service/cluster/claims", "claims"),
        (identifiers.scaled_service, "table/claims", ""),
        (identifiers.service_account, "serviceAccount:reader@acme.iam.gserviceaccount.com", "reader"),
        (identifiers.service_account, "projects/-/serviceAccounts/reader@acme.iam.gserviceaccount.com", "reader"),
        (identifiers.service_account, "serviceAccount:acme.svc.id.goog[ns/reader]", ""),
        (identifiers.service_account, "user:reader@example.com", ""),
    ],
)
def test_the_name_is_read_out_of_what_is_written(read: Read, written: str, name: str) -> None:
    assert read(written) == name
