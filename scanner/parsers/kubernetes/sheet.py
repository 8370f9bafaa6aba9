"""The attributes of a resource while they are put together."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from scanner.core.values import AttributePath
from scanner.parsers.kubernetes.serving_facts import Fact


@dataclass
class Sheet:
    """Attributes under construction, each with the place in the object where it is written."""

    attributes: dict[str, Any] = field(default_factory=dict)
    routes: dict[AttributePath, AttributePath] = field(default_factory=dict)

    def put(self, name: str, value: Any, place: AttributePath | None = None) -> None:
        """Add an attribute, unless it is absent."""
        if value is not None:
            self.attributes[name] = value
            if place is not None:
                self.routes[(name,)] = place

    def put_facts(self, facts: Iterable[Fact], start: AttributePath = ()) -> None:
        """Add attributes whose parts have places of their own, as paths that begin at `start`."""
        for name, value, routes in facts:
            self.attributes[name] = value
            self.routes |= {path: (*start, *place) for path, place in routes.items()}
