"""The functions that read files, kept inside of the repository."""

import posixpath
from collections.abc import Callable
from typing import Any

from scanner.parsers.terraform.hcl import read_template
from scanner.parsers.terraform.sources import Repository
from scanner.parsers.terraform.syntax import Expression
from scanner.parsers.terraform.values import UNDECIDED, EvaluationError, Unknown, Value, derived, obstacle, text_of

_LARGEST_FILE = 1 << 20
# These are left to Terraform's evaluator, once it is clear that they stay inside.
_OTHERS = frozenset(
    f"file{kind}" for kind in ("base64", "base64sha256", "base64sha512", "md5", "set", "sha1", "sha256", "sha512")
)
FUNCTIONS = frozenset(("file", "fileexists", "templatefile")) | _OTHERS

Render = Callable[[Expression, dict[str, Any]], Value]


def read(name: str, arguments: list[Value], root: str, repository: Repository, render: Render) -> Value:
    """The value of a function that reads a file, whose path is relative to the directory `root`.

    `render` evaluates a template with nothing but the given names bound.
    """
    blocked = obstacle(arguments[0] if arguments else None)
    if blocked is not None or not arguments:
        return blocked
    written = text_of(arguments[0])
    path = posixpath.normpath(posixpath.join(root, written))
    if not repository.holds(path):
        return Unknown(f"{written} leads outside of the repository")
    if name in _OTHERS:
        return UNDECIDED
    text = repository.text(path, _LARGEST_FILE)
    if name == "fileexists":
        return text is not None or (repository.root / path).is_file()
    if text is None:
        raise EvaluationError(f"{written} cannot be read")
    if name == "file":
        return derived(text, arguments[0])
    names = arguments[1] if len(arguments) > 1 else {}
    if not isinstance(names, dict):
        return obstacle(names) or UNDECIDED
    return render(read_template(text, None), names)
