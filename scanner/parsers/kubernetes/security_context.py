"""The security context that a container really runs with: its own fields, and those it takes over from its pod."""

from collections.abc import Mapping
from typing import Any

from scanner.parsers.kubernetes.reading import mapping

INHERITED = ("runAsUser", "runAsGroup", "runAsNonRoot", "seLinuxOptions", "seccompProfile", "appArmorProfile")
# A container that sets one of the two takes both from itself.
_CREDENTIALS = ("gmsaCredentialSpec", "gmsaCredentialSpecName")
_APP_ARMOR_ANNOTATION = "container.apparmor.security.beta.kubernetes.io/"
_APP_ARMOR_TYPES = {"runtime/default": "RuntimeDefault", "unconfined": "Unconfined"}

# Where an effective field is written, as a path that starts at the container or at the pod.
CONTAINER, POD, ANNOTATION = "container", "pod", "annotation"
Origin = tuple[str, tuple[str, ...]]


def effective(
    container: Mapping[str, Any], pod: Mapping[str, Any], annotations: Mapping[str, Any]
) -> tuple[dict[str, Any], dict[tuple[str, ...], Origin]]:
    """The context of a container in a pod, and where each field of it is written.

    As the kubelet does it: a field of the container wins as a whole, except for `windowsOptions`, which are put
    together option by option; `fsGroup`, `supplementalGroups` and `sysctls` belong to the pod alone. The old AppArmor
    annotation of a container wins over the profile of the pod.
    """
    own, shared = mapping(container.get("securityContext")), mapping(pod.get("securityContext"))
    context: dict[str, Any] = {}
    origins: dict[tuple[str, ...], Origin] = {}
    for name in INHERITED:
        if shared.get(name) is not None:
            context[name], origins[(name,)] = shared[name], (POD, ("securityContext", name))
    annotation = f"{_APP_ARMOR_ANNOTATION}{container.get('name')}"
    profile = annotations.get(annotation)
    if isinstance(profile, str):
        context["appArmorProfile"] = _app_armor(profile)
        origins[("appArmorProfile",)] = (ANNOTATION, (annotation,))
    for name, value in own.items():
        if value is not None and name != "windowsOptions":
            context[name], origins[(name,)] = value, (CONTAINER, ("securityContext", name))
    options: dict[str, Any] = {}
    has_credentials = any(mapping(own.get("windowsOptions")).get(name) is not None for name in _CREDENTIALS)
    for place, holder in ((POD, shared), (CONTAINER, own)):
        if mapping(holder.get("windowsOptions")):
            origins[("windowsOptions",)] = (place, ("securityContext", "windowsOptions"))
        for name, value in mapping(holder.get("windowsOptions")).items():
            if value is not None and not (place == POD and has_credentials and name in _CREDENTIALS):
                options[name] = value
                origins["windowsOptions", name] = (place, ("securityContext", "windowsOptions", name))
    if options:
        context["windowsOptions"] = options
    return context, origins


def _app_armor(annotation: str) -> dict[str, str]:
    name, is_local, profile = annotation.partition("localhost/")
    if is_local and not name:
        return {"type": "Localhost", "localhostProfile": profile}
    return {"type": _APP_ARMOR_TYPES.get(annotation, annotation)}
