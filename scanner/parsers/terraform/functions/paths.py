"""Functions over the names of files, which read nothing."""

import posixpath
from collections.abc import Mapping

from scanner.parsers.terraform.functions.signature import Function
from scanner.parsers.terraform.value_types import STRING
from scanner.parsers.terraform.values import Unknown, Value


def _basename(path: str) -> str:
    stripped = path.rstrip("/")
    return stripped.rpartition("/")[2] or ("/" if path else ".")


def _dirname(path: str) -> str:
    folder, slash, _ = path.rpartition("/")
    cleaned = posixpath.normpath(folder + slash) if slash else "."
    return "/" + cleaned.lstrip("/") if cleaned.startswith("/") else cleaned


def _expand(path: str) -> Value:
    if path.startswith("~"):
        return Unknown("pathexpand() depends on who runs Terraform")
    return path


FUNCTIONS: Mapping[str, Function] = {
    "basename": Function(_basename, (STRING,)),
    "dirname": Function(_dirname, (STRING,)),
    "pathexpand": Function(_expand, (STRING,)),
}
