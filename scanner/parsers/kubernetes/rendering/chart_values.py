"""The values that a chart is rendered with: what they switch off, and which of them are secrets."""

import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from scanner.core.secrets import secret_values
from scanner.parsers.kubernetes.reading import at, mapping
from scanner.parsers.kubernetes.rendering.charts import Chart, Dependency, read_text
from scanner.yaml_source import load_documents_leniently

VALUES_FILE = "values.yaml"
# The name of a Secret, which is none itself.
_NAMES = re.compile(r"existing|pull-?_?secret|secret-?_?ref", re.IGNORECASE)


def is_switched_off(dependency: Dependency, chart: Chart, files: Sequence[Path]) -> bool:
    """Whether the first of the dependency's conditions that the values answer is answered with false."""
    sources = [*(_values(read_text(file)) for file in reversed(files)), _values(text_of_values(chart))]
    for condition in dependency.conditions:
        for values in sources:
            answer = at(values, *condition.split("."))
            if isinstance(answer, bool):
                return not answer
    return False


def secrets_in_values(charts: Iterable[Chart], files: Sequence[Path]) -> Iterator[str]:
    """The values of secret-looking names in the values of charts, and in the files of values that win over them."""
    for text in (*map(text_of_values, charts), *map(read_text, files)):
        yield from secret_values(_without_names(mapping(_values(text))))


def text_of_values(chart: Chart) -> str:
    """The text of the chart's own file of values, empty when there is none."""
    return chart.text(chart.folder / VALUES_FILE)


def _without_names(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_names(inner) for key, inner in value.items() if not _NAMES.search(key)}
    return [_without_names(inner) for inner in value] if isinstance(value, list) else value


def _values(text: str) -> Any:
    documents = load_documents_leniently(text, VALUES_FILE)[0]
    return documents[0].value if documents else None
