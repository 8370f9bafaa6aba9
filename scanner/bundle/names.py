"""The paths of files in a bundle: which names an archive may use, and which files count."""

import re
import unicodedata
from pathlib import PurePosixPath

from scanner.bundle.errors import BundleError
from scanner.core.location import Location

MANIFEST = ".manifest"
SIGNATURES = ".signatures.json"
DATA_FILES = ("data.json", "data.yaml", "data.yml")
NOT_USED = ("policy.wasm", "plan.json", "plan.pb")
"""What `opa build` makes of Rego for other programs."""

_MAX_LENGTH = 1024
_MAX_DEPTH = 32
_SUFFIXES = (".yaml", ".yml", ".json", ".rego")
_NOT_POLICIES = ("fixtures", "schemas", "tests")
# At the top: what checks of other scanners correspond to policies, which decides nothing.
_NOT_JUDGED_BY = ("foreign_ids.yaml",)
_DRIVE = re.compile(r"[A-Za-z]:")


def checked_name(raw: str, archive: str) -> str:
    """The path that a member of an archive names, relative to the bundle and with `/`.

    One leading `/`, which OPA writes, and `./`, which tar writes, are taken off. Raises `BundleError` for every name
    that could mean a place outside, or another place on another system.
    """
    wrong = _fault(raw)
    name = raw.removeprefix("/") if not raw.startswith("./") else raw[2:]
    parts = name.split("/")
    if not wrong and ("" in parts or "." in parts):
        wrong = "is no plain path"
    if not wrong and ".." in parts:
        wrong = "leads out of the bundle"
    if not wrong and _DRIVE.match(name):
        wrong = "is an absolute path"
    if not wrong and len(parts) > _MAX_DEPTH:
        wrong = f"lies more than {_MAX_DEPTH} folders deep"
    if wrong:
        raise BundleError(f"the member {shown(raw)} {wrong}; nothing of the archive is used", Location(archive, 1))
    return name


def _fault(raw: str) -> str:
    """What is wrong with the characters of a name, if anything."""
    try:
        length = len(raw.encode())
    except UnicodeEncodeError:
        return "has a name that is not UTF-8"
    if length > _MAX_LENGTH:
        return f"has a name of more than {_MAX_LENGTH} bytes"
    if not raw.isprintable():
        return "has control characters in its name"
    return "has a backslash in its name" if "\\" in raw else ""


def shown(raw: str) -> str:
    """A name of somebody else's choice, fit for one line of text."""
    text = ascii(raw)
    return text if len(text) <= 120 else f"{text[:100]}…{text[-15:]}"


def folded(name: str) -> str:
    """What stays of a name on a file system that does not tell letters of different case or composition apart."""
    return unicodedata.normalize("NFC", name).casefold()


def order(name: str) -> tuple[str, ...]:
    """The key that files are sorted by, wherever they come from: folder by folder."""
    return tuple(name.split("/"))


def is_material(name: str) -> bool:
    """Whether the file lies where nothing is a policy: with the examples, schemas and tests of the policies."""
    return "/" in name and name.split("/", 1)[0] in _NOT_POLICIES


def is_special(name: str) -> bool:
    """Whether the file speaks of the bundle itself, or is what OPA keeps beside its Rego."""
    base = name.rsplit("/", 1)[-1]
    return base in (MANIFEST, SIGNATURES, *NOT_USED) or base in ("patch.json", ".manifest.pb")


def counts(name: str) -> bool:
    """Whether the file is a part of what is judged by: a policy, framework, library or data document."""
    path = PurePosixPath(name)
    if is_material(name) or is_special(name) or name in _NOT_JUDGED_BY or path.suffix not in _SUFFIXES:
        return False
    return not path.name.endswith("_test.rego")


def is_data(name: str) -> bool:
    """Whether OPA reads the file of a bundle as data."""
    return name.rsplit("/", 1)[-1] in DATA_FILES
