"""Which files are Dockerfiles by their name, and which are templates that somebody has to render first."""

import re
from pathlib import PurePosixPath

from scanner.parsers.dockerfile.lines import Instruction

_NAME = re.compile(r"(?:dockerfile|containerfile)(?P<ending>[._-].+)?|.*\.(?:dockerfile|containerfile)", re.IGNORECASE)
_FROM = re.compile(rb"^[ \t]*FROM[ \t]+\S", re.IGNORECASE | re.MULTILINE)
_OTHER_FILE = re.compile(
    r".+\.(adoc|css|dockerignore|gitignore|go|golden|html|java|js|json|lock|log|lua|md|orig|php|pl|png|pyi?|rb|rej"
    r"|rs|rst|sh|sig|sum|svg|toml|ts|txt|vim|xml|ya?ml)",
    re.IGNORECASE,
)
_TEMPLATE = re.compile(r".+\.(ejs|erb|gotmpl|in|j2|jinja2?|m4|mustache|template|tmpl|tpl)", re.IGNORECASE)
_ACTION = re.compile(r"\{\{|\{%|<%|@[A-Za-z][A-Za-z0-9_]*@|^\s*(?:include|define|ifdef)\(", re.MULTILINE)
_ACTIONS = ("{{", "{%", "{#", "<%")


def claims(path: str, head: bytes) -> bool:
    """Whether the file is a Dockerfile, by its name, and for a loose name by a FROM in its head."""
    name = PurePosixPath(path).name
    found = _NAME.fullmatch(name)
    if found is None or _OTHER_FILE.fullmatch(name):
        return False
    hidden = name.startswith(".")
    certain = not hidden and (not found["ending"] or (found["ending"].startswith(".") and name[0] in "DC"))
    return certain or is_named_template(path) or _FROM.search(head) is not None


def is_named_template(path: str) -> bool:
    """Whether the name says that the file is a template."""
    return _TEMPLATE.fullmatch(PurePosixPath(path).name) is not None


def has_actions(text: str) -> bool:
    """Whether a file whose name says so really is a template: some are called one and are filled in otherwise."""
    return _ACTION.search(text) is not None


def is_template_line(instruction: Instruction) -> bool:
    """Whether a template's action stands where an instruction or the name of an image is due."""
    if instruction.keyword.startswith(_ACTIONS):
        return True
    return instruction.keyword == "FROM" and any(action in instruction.text for action in _ACTIONS)
