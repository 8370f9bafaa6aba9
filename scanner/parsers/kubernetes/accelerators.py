"""The accelerators that a container asks for: devices by their resource name, and claims of dynamic allocation."""

import re
from collections.abc import Mapping
from typing import Any

from scanner.core.values import AttributePath
from scanner.parsers.kubernetes.reading import at, elements, mapping, word

_DEVICES = re.compile(
    r"nvidia\.com/(gpu|gpu\.shared|mig-[\w.-]+|[a-z0-9-]*gpu[a-z0-9-]*)"
    r"|amd\.com/(gpu|[a-z0-9_]*x[a-z0-9_]*)"
    r"|habana\.ai/gaudi|google\.com/tpu|cloud-tpus\.google\.com/[\w.-]+"
    r"|aws\.amazon\.com/(neuron|neuroncore|neurondevice)"
    r"|(gpu\.)?intel\.com/(gpu|i915|xe|[\w.-]*gpu[\w.-]*)|huawei\.com/[\w.-]*(ascend|npu)[\w.-]*|cambricon\.com/[\w.-]+"
    r"|qualcomm\.com/[\w.-]+|furiosa\.ai/[\w.-]+|rebellions\.ai/[\w.-]+|tenstorrent\.com/[\w.-]+",
    re.IGNORECASE,
)
_QUANTITY = re.compile(r"\d+")


def gpus(container: Mapping[str, Any]) -> tuple[dict[str, int | str], dict[AttributePath, AttributePath]]:
    """The number of devices by resource name, and where each is written; a limit is also the request.

    A number that is no plain one (a placeholder) stays as it is written.
    """
    found: dict[str, int | str] = {}
    routes: dict[AttributePath, AttributePath] = {}
    for part in ("requests", "limits"):
        for name, value in mapping(at(container, "resources", part)).items():
            text = word(value)
            if text is not None and _DEVICES.fullmatch(str(name)) and text != "0":
                found[name] = int(text) if _QUANTITY.fullmatch(text) else text
                routes["gpus", name] = ("resources", part, name)
    return found, routes


def resource_claims(container: Mapping[str, Any]) -> list[str]:
    """The names of the claims (of the pod's `resourceClaims`) whose devices the container gets."""
    names = [word(at(each, "name")) for each in elements(at(container, "resources", "claims"))]
    return [name for name in names if name]
