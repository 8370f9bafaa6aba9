"""The engines that judge policies, by the name a policy carries in `Policy.engine`."""

from collections.abc import Mapping

from scanner.engines import conditions, rego
from scanner.engines.interface import Evaluate

ENGINES: Mapping[str, Evaluate] = {
    "conditions": conditions.evaluate,
    "rego": rego.evaluate,
}
