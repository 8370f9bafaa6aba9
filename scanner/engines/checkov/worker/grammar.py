"""Has the grammar of Terraform compiled for the first file that needs it, and not for each start of the process."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from importlib import import_module
from typing import Any

_LIBRARY = "lark"  # which is Checkov's, and none of the project's own


class LateParser:
    """Stands for a parser of Lark's, with its arguments.

    Lark would keep the compiled grammar as a pickle in the folder for temporary files, where others may have put one.
    """

    def __init__(self, **options: Any) -> None:
        self._options = {**options, "cache": False}

    def parse(self, text: str) -> Any:
        """The tree of a text. Raises what the parser raises."""
        return self._parser.parse(text)

    @cached_property
    def _parser(self) -> Any:
        return import_module(_LIBRARY).Lark(**self._options)


@contextmanager
def compiled_late() -> Iterator[None]:
    """Parsers that are made within it are late ones."""
    library: Any = import_module(_LIBRARY)
    original, library.Lark = library.Lark, LateParser
    try:
        yield
    finally:
        library.Lark = original
