"""What a container takes over from its pod, value by value."""

from typing import Any

import pytest

from scanner.parsers.kubernetes.security_context import INHERITED, effective

VALUES: dict[str, tuple[Any, Any]] = {
    "runAsUser": (1000, 0),
    "runAsGroup": (1000, 0),
    "runAsNonRoot": (True, False),
    "seLinuxOptions": ({"level": "s0", "role": "r"}, {"level": "s1"}),
    "seccompProfile": ({"type": "RuntimeDefault"}, {"type": "Unconfined"}),
    "appArmorProfile": ({"type": "RuntimeDefault"}, {"type": "Unconfined"}),
}


def test_every_inherited_field_is_tested() -> None:
    assert set(VALUES) == set(INHERITED)


@pytest.mark.parametrize("name", VALUES)
def test_inherited_field(name: str) -> None:
    pods, own = VALUES[name]
    pod = {"securityContext": {name: pods}}
    context, origins = effective({}, pod, {})
    assert context == {name: pods}
    assert origins == {(name,): ("pod", ("securityContext", name))}
    context, origins = effective({"securityContext": {name: own}}, pod, {})
    assert context == {name: own}, "the field of the container wins as a whole"
    assert origins == {(name,): ("container", ("securityContext", name))}
    assert effective({"securityContext": {name: None}}, pod, {})[0] == {name: pods}
    assert effective({"securityContext": {name: own}}, {}, {})[0] == {name: own}


@pytest.mark.parametrize(
    "name",
    [
        *("fsGroup", "fsGroupChangePolicy", "supplementalGroups", "supplementalGroupsPolicy", "sysctls"),
        *("seLinuxChangePolicy", "privileged", "allowPrivilegeEscalation", "capabilities", "procMount"),
        "readOnlyRootFilesystem",
    ],
)
def test_fields_of_the_pod_alone(name: str) -> None:
    assert effective({}, {"securityContext": {name: 1}}, {}) == ({}, {})


@pytest.mark.parametrize(
    "name", ["privileged", "allowPrivilegeEscalation", "capabilities", "readOnlyRootFilesystem", "procMount"]
)
def test_fields_of_the_container_alone(name: str) -> None:
    context, origins = effective({"securityContext": {name: False}}, {}, {})
    assert context == {name: False}
    assert origins[(name,)] == ("container", ("securityContext", name))


def test_windows_options_are_put_together() -> None:
    pod = {"securityContext": {"windowsOptions": {"hostProcess": True, "runAsUserName": "pod"}}}
    own = {"securityContext": {"windowsOptions": {"runAsUserName": "own"}}}
    context, origins = effective(own, pod, {})
    assert context == {"windowsOptions": {"hostProcess": True, "runAsUserName": "own"}}
    assert origins["windowsOptions", "hostProcess"][0] == "pod"
    assert origins["windowsOptions", "runAsUserName"][0] == "container"
    assert effective({}, pod, {})[0] == pod["securityContext"]


def test_credentials_of_windows_go_hand_in_hand() -> None:
    pod = {"securityContext": {"windowsOptions": {"gmsaCredentialSpec": "pod", "gmsaCredentialSpecName": "pod-name"}}}
    own = {"securityContext": {"windowsOptions": {"gmsaCredentialSpecName": "own-name"}}}
    assert effective(own, pod, {})[0] == {"windowsOptions": {"gmsaCredentialSpecName": "own-name"}}
    assert effective({}, pod, {})[0] == pod["securityContext"]


@pytest.mark.parametrize(
    ("annotation", "profile"),
    [
        ("runtime/default", {"type": "RuntimeDefault"}),
        ("unconfined", {"type": "Unconfined"}),
        ("localhost/strict", {"type": "Localhost", "localhostProfile": "strict"}),
    ],
)
def test_app_armor_annotation(annotation: str, profile: dict[str, str]) -> None:
    key = "container.apparmor.security.beta.kubernetes.io/app"
    pod = {"securityContext": {"appArmorProfile": {"type": "Pod"}}}
    context, origins = effective({"name": "app"}, pod, {key: annotation})
    assert context == {"appArmorProfile": profile}
    assert origins == {("appArmorProfile",): ("annotation", (key,))}
    own = {"name": "app", "securityContext": {"appArmorProfile": {"type": "Own"}}}
    assert effective(own, pod, {key: annotation})[0] == {"appArmorProfile": {"type": "Own"}}
    assert effective({"name": "other"}, pod, {key: annotation})[0] == {"appArmorProfile": {"type": "Pod"}}


@pytest.mark.parametrize("broken", ["text", 1, [], None])
def test_broken_contexts(broken: Any) -> None:
    assert effective({"securityContext": broken}, {"securityContext": broken}, {}) == ({}, {})
