"""The version of Rego that a manifest says a module is in, held against the one that it is in by its syntax."""

from collections.abc import Sequence

from scanner.bundle.errors import PolicyError
from scanner.bundle.manifest import Manifest
from scanner.core.location import Location
from scanner.core.notification import Level, Notification
from scanner.rego_source import parsed


def as_declared(
    modules: Sequence[tuple[str, str]], manifest: Manifest | None
) -> tuple[list[tuple[str, str]], list[PolicyError], list[Notification]]:
    """The modules, as (path, text), that are in the version they are said to be in; why others are not; and notes.

    Modules are always read by their syntax: as v0 when v1 refuses them. So what is said to be v1 and is v0 is refused,
    as OPA would, and what is said to be v0 but is v1 as well is read as v1, which a note says.
    """
    said = {path: _version(path, manifest) for path, _ in modules}
    if not any(version is not None for version in said.values()):
        return list(modules), [], []
    found, _ = parsed([(path, text) for path, text in modules if said[path] is not None])
    is_v0 = {module.path: module.is_v0 for module in found}
    errors, notes = [], []
    for path, version in said.items():
        if version == 1 and is_v0.get(path, False):
            message = "is Rego v0, but the manifest says v1; say 0 for it under file_rego_versions"
            errors.append(PolicyError(message, Location(path, 1)))
        elif version == 0 and not is_v0.get(path, True):
            message = "the manifest says that it is Rego v0; it reads as v1 too, and is read so"
            notes.append(Notification(Level.NOTE, message, "bundle", Location(path, 1)))
    refused = {error.location.path for error in errors}
    return [(path, text) for path, text in modules if path not in refused], errors, notes


def _version(path: str, manifest: Manifest | None) -> int | None:
    return manifest.version_of(path.split("/", 1)[1]) if manifest is not None else None
