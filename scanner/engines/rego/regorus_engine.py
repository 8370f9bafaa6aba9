"""regorus as a `RegoEngine`."""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from scanner.engines.rego.interface import Asked
from scanner.rego_source.module import RegoError
from scanner.rego_source.regorus_calls import add_module, call, new_engine


class RegorusEngine:
    """Everything is compiled together once, and what rules give is kept for the expressions after it.

    For each policy anew both would take most of the time.
    """

    def __init__(self) -> None:
        self._modules: tuple[tuple[str, str], ...] = ()
        self._data = "{}"
        self._documents: Sequence[str] = ()
        self._asked: Mapping[str, Asked] = {}
        self._engine: Any = None
        self._at: int | None = None  # the document that the engine has as its input

    def load(self, modules: Iterable[tuple[str, str]], data: Mapping[str, Any]) -> None:
        """See `RegoEngine`."""
        self._modules = tuple(modules)
        self._data = json.dumps(data)
        self._engine = self._loaded()
        call("", self._engine.eval_query_as_json, "true")  # compiles

    def read(self, documents: Sequence[str], asked: Mapping[str, Asked]) -> None:
        """See `RegoEngine`."""
        self._documents = documents
        self._asked = asked
        self._at = None

    def evaluate(self, name: str) -> list[list[Any]]:
        """See `RegoEngine`."""
        asked = self._asked[name]
        try:
            return [self._evaluated(asked, document) for document in asked.documents]
        except RegoError:
            self._engine = self._loaded()  # nobody knows what is left in an engine that broke off
            self._at = None
            raise

    def _evaluated(self, asked: Asked, document: int) -> list[Any]:
        if document != self._at:
            call(asked.path, self._engine.set_input_json, self._documents[document])
            self._at = document
        answer = call(asked.path, self._engine.eval_query_as_json, f"found := {asked.expression}")
        self._engine.take_prints()  # they would add up
        return [row["bindings"]["found"] for row in json.loads(answer).get("result", ())]

    def _loaded(self) -> Any:
        engine = new_engine()
        for path, text in self._modules:
            add_module(engine, path, text)
        call("", engine.add_data_json, self._data)
        return engine
