"""What a rule may have looked at and cannot see: attributes of Terraform resources that nobody knows before.

Conftest hands expressions to policies as text (`${var.acl}`), so that a rule decides by the text. Where the rule names
an attribute whose value nobody knows yet, neither its FAIL nor its PASS says anything of the resource.
"""

import re
from collections.abc import Iterable, Sequence

from scanner.core.policy import Policy
from scanner.core.resource import Resource
from scanner.core.values import AttributePath, Unresolved, leaves

_TYPE = "resource."
_LOOKS_LIKE_TYPE = re.compile(r"[a-z0-9]+_[a-z0-9_]+")


class Unseen:
    """The attributes without a value, looked up once for each resource."""

    def __init__(self) -> None:
        self._found: dict[str, Sequence[tuple[AttributePath, Unresolved]]] = {}

    def of(self, policy: Policy, resource: Resource) -> tuple[AttributePath, Unresolved] | None:
        """The first attribute of a Terraform resource that the policy names and nobody knows."""
        if resource.format != "terraform":
            return None
        if resource.key not in self._found:
            self._found[resource.key] = [
                (path, value) for path, value in leaves(resource.attributes) if isinstance(value, Unresolved)
            ]
        names = frozenset(policy.reads)
        return next((each for each in self._found[resource.key] if names.intersection(map(str, each[0]))), None)


def concerned(policy: Policy, resources: Iterable[Resource]) -> list[Resource]:
    """The Terraform resources that a rule may be about: those of the types that it names, or all if it names none."""
    candidates = [each for each in resources if each.format == "terraform"]
    names = frozenset(policy.reads)
    direct = {name.removeprefix(_TYPE) for name in names if name.startswith(_TYPE)}
    named = direct | {each.type for each in candidates if each.type in names}
    if not named and "resource" not in names:
        return []
    return [each for each in candidates if each.type in named] if named else candidates
