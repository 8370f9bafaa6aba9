"""The name inside of what configurations write in its place: ARNs, URLs, full resource names, mail addresses."""

import re

_ROLE_ARN = re.compile(r"arn:[^:]*:iam::[^:]*:role/(?:.*/)?(?P<name>[^/]+)")
_POLICY_ARN = re.compile(r"arn:[^:]*:iam::(?P<account>[^:]*):policy/(?:.*/)?(?P<name>[^/]+)")
_SECRET_ARN = re.compile(r"arn:[^:]*:secretsmanager:[^:]*:[^:]*:secret:(?P<name>.+)-[A-Za-z0-9]{6}")
_FUNCTION_ARN = re.compile(r"arn:[^:]*:lambda:[^:]*:[^:]*:function:(?P<name>[^:]+)(?::.*)?")
_LOG_GROUP_ARN = re.compile(r"arn:[^:]*:logs:[^:]*:[^:]*:log-group:(?P<name>[^:]+)(?::.*)?")
_BUCKET = re.compile(r"(?:arn:[^:]*:s3:::|s3[an]?://|gs://|storage\.googleapis\.com/)(?P<name>[^/]+)(?:/.*)?")
_SERVICE_ACCOUNT = re.compile(r"(?P<name>[a-z0-9-]+)@[^@/]+\.iam\.gserviceaccount\.com")


def last_step(text: str) -> str:
    """`q` of `https://sqs…/1/q`, of `projects/p/topics/q` and of `/subscriptions/…/vaults/q`."""
    return text.rstrip("/").rpartition("/")[2]


def last_part(text: str) -> str:
    """`t` of `arn:aws:sns:eu-central-1:1:t` and of `arn:aws:dynamodb:eu-central-1:1:table/t`."""
    return last_step(text.rpartition(":")[2])


def bucket(text: str) -> str:
    """The bucket of an ARN or URI; a bare name as it is."""
    return _named(_BUCKET, text)


def role(text: str) -> str:
    """The name of an IAM role, also out of its ARN with or without a path."""
    return _named(_ROLE_ARN, text)


def policy(text: str) -> str:
    """The name of an IAM policy; `""` for one that AWS itself manages."""
    match = _POLICY_ARN.fullmatch(text)
    if match and match["account"] == "aws":
        return ""
    return match["name"] if match else text


def secret(text: str) -> str:
    """The name of a secret of Secrets Manager, which its ARN continues with six characters."""
    return _named(_SECRET_ARN, text)


def function(text: str) -> str:
    """The name of a Lambda function, without version and alias."""
    return _named(_FUNCTION_ARN, text)


def log_group(text: str) -> str:
    """The name of a CloudWatch log group."""
    return _named(_LOG_GROUP_ARN, text)


def task_family(text: str) -> str:
    """The family of an ECS task definition, without its revision."""
    return text.rpartition("task-definition/")[2].partition(":")[0]


def key_alias(text: str) -> str:
    """`alias/models` of an alias or its ARN; `""` for the id of a key, which nobody writes where the key is made."""
    before, found, name = text.partition("alias/")
    return f"alias/{name}" if found and (not before or before.startswith("arn:")) else ""


def scaled_endpoint(text: str) -> str:
    """The endpoint of `endpoint/<name>/variant/<variant>`, in which Application Auto Scaling names it."""
    steps = text.split("/")
    return steps[1] if steps[0] == "endpoint" and len(steps) == 4 else ""


def scaled_service(text: str) -> str:
    """The service of `service/<cluster>/<name>`."""
    steps = text.split("/")
    return steps[2] if steps[0] == "service" and len(steps) == 3 else ""


def service_account(text: str) -> str:
    """The account id of a Google service account: of its mail address, its member or its full name."""
    match = _SERVICE_ACCOUNT.fullmatch(last_step(text.removeprefix("serviceAccount:")))
    return match["name"] if match else ""


def _named(pattern: re.Pattern[str], text: str) -> str:
    match = pattern.fullmatch(text)
    return match["name"] if match else text
