"""Which attributes checks read that name none when they pass, as their source has it."""

_STATEMENTS = ("statement/effect", "statement/actions", "statement/resources")
_POD_SPECS = ("spec", "spec/template/spec", "spec/jobTemplate/spec/template/spec")


def _of_pods(name: str) -> tuple[str, ...]:
    """An attribute of a pod, wherever an object has its pod."""
    return tuple(f"{spec}/{name}" for spec in _POD_SPECS)


# By id. A check that is not here and names nothing is believed.
READS: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(
        ("CKV_AWS_1", "CKV_AWS_107", "CKV_AWS_108", "CKV_AWS_109", "CKV_AWS_110", "CKV_AWS_111", "CKV_AWS_356"),
        _STATEMENTS,
    ),
    "CKV_AWS_49": ("statement/effect", "statement/actions"),
    "CKV_AWS_283": ("statement/effect", "statement/principals", "statement/condition"),
    **dict.fromkeys(
        ("CKV_AWS_286", "CKV_AWS_287", "CKV_AWS_288", "CKV_AWS_289", "CKV_AWS_290", "CKV_AWS_355"),
        ("policy", "inline_policy"),
    ),
    "CKV_AWS_274": ("managed_policy_arn", "managed_policy_arns", "policy_arn"),
    "CKV_AWS_275": ("name", "arn"),
    "CKV_AWS_375": ("access_control_policy",),
    "CKV_K8S_17": _of_pods("hostPID"),
    "CKV_K8S_18": _of_pods("hostIPC"),
    "CKV_K8S_19": _of_pods("hostNetwork"),
    "CKV_DOCKER_1": ("exposed_ports",),
    "CKV_DOCKER_7": ("base/tag",),
    "CKV_DOCKER_8": ("user/root",),
    "CKV_DOCKER_10": ("workdir",),
}
