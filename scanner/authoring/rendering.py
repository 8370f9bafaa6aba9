"""The templates of `policies new` and `policies docs`."""

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any


def rendered(name: str, values: Mapping[str, Any], filters: Mapping[str, Callable[..., str]] | None = None) -> str:
    """The template of that name with the values; what is put in has to be escaped by the filters, or before."""
    environment = _environment()
    environment.filters.update(filters or {})
    text: str = environment.get_template(name).render(values)
    return text


@cache
def _environment() -> Any:
    import jinja2  # noqa: PLC0415 - a fifth of the time in which every command starts

    return jinja2.Environment(
        loader=jinja2.PackageLoader("scanner.authoring"),
        autoescape=False,  # noqa: S701 - Rego, YAML and Markdown
        keep_trailing_newline=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
    )
