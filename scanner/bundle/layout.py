"""One source of policies as a bundle: its signature, its manifest, and whether it keeps to what it owns."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from scanner.bundle.data import folders, nested, read_data
from scanner.bundle.errors import BundleError, PolicyError
from scanner.bundle.manifest import Manifest, parse_manifest
from scanner.bundle.names import MANIFEST, NOT_USED, SIGNATURES, counts, is_data
from scanner.bundle.roots import check_module, check_ownership, is_below, package_of, reaches, strays
from scanner.bundle.signatures import Signature, Trust, verified
from scanner.bundle.sources import Source, read_source
from scanner.core.location import Location
from scanner.core.notification import Level, Notification
from scanner.core.values import format_path


@dataclass(frozen=True)
class Opened:
    """A source with its signature, if one was asked for, and its manifest; a mere folder has none."""

    source: Source
    manifest: Manifest | None = None
    signature: Signature | None = None


def open_source(path: Path, trust: Trust | None = None) -> Opened:
    """The bundle or folder at `path`; with `trust` only when its signature holds.

    Raises `BundleError` for a bundle that may not be used.
    """
    source = read_source(path, whole=trust is not None)
    signature = None
    if trust is not None:
        signature = verified(source.name, source.files, trust, is_folder=not source.is_archive)
    manifest = None
    if MANIFEST in source.files:
        manifest = parse_manifest(source.files[MANIFEST], f"{source.name}/{MANIFEST}")
    elif source.is_archive:
        manifest = Manifest(Location(source.name, 1))
    if manifest is not None:
        _check_layout(source)
        check_roots(source, manifest)
    notes = (*source.notifications, *_notes(source, manifest, is_checked=trust is not None))
    return Opened(replace(source, notifications=notes), manifest, signature)


def check_together(opened: Sequence[Opened]) -> None:
    """Raise `BundleError` where two bundles own the same, or a mere folder defines what a bundle owns by name."""
    bundles = [
        (each.source.given or each.source.name, each.manifest.roots, each.manifest.location)
        for each in opened
        if each.manifest is not None
    ]
    check_ownership(bundles)
    owned = [(name, root) for name, roots, _ in bundles for root in roots if root]
    if not owned:
        return
    for each in opened:
        if each.manifest is None:
            for name, root in owned:
                _check_folder(each.source, name, root)


def _check_folder(source: Source, owner: str, root: str) -> None:
    for path, text in _texts(source):
        whole = f"{source.name}/{path}"
        message = f"lies below data.{root.replace('/', '.')}, which the bundle {owner} owns by its roots"
        try:
            if path.endswith(".rego"):
                package, where = package_of(text, whole)
                if is_below(root, package):
                    raise BundleError(f"the package {'.'.join(package)} {message}", where)
            elif is_data(path) and reaches(nested(folders(whole), read_data(text, whole).value), root):
                raise BundleError(f"what it holds {message}", Location(whole, 1))
        except PolicyError:
            continue  # said where the file is used


def _texts(source: Source) -> Iterator[tuple[str, str]]:
    """The files that count and are text; the others are told when they are used."""
    for path, content in source.files.items():
        if counts(path):
            try:
                yield path, content.decode()
            except UnicodeDecodeError:
                continue


def _check_layout(source: Source) -> None:
    for path in source.files:
        folder, _, base = path.rpartition("/")
        whole = f"{source.name}/{path}"
        if folder and base in (MANIFEST, SIGNATURES):
            raise BundleError(f"a bundle has its {base} at the top, and no other", Location(whole, 1))
        if path.endswith((".manifest.pb", MANIFEST)) and path != MANIFEST:
            raise BundleError("OPA reads it as the manifest; only .manifest in JSON is read here", Location(whole, 1))
        if base == "patch.json":
            message = "makes this a delta bundle, which changes another one; give the whole bundle"
            raise BundleError(message, Location(whole, 1))


def check_roots(source: Source, manifest: Manifest) -> None:
    """Raise `BundleError` where a package or data lie outside of the roots, as OPA does."""
    for path, text in _texts(source):
        whole = f"{source.name}/{path}"
        if path.endswith(".rego"):
            check_module(manifest.roots, text, whole)
        elif is_data(path):
            try:
                document = read_data(text, whole)
            except PolicyError as error:
                raise BundleError(error.message, error.location) from None
            stray = next(strays(manifest.roots, folders(whole), document.value), None)
            if stray is not None:
                name = ".".join(("data", *folders(whole), *([format_path(stray)] if stray else [])))
                message = f"{name} does not lie below the roots of the bundle ({', '.join(manifest.roots) or 'none'})"
                raise BundleError(message, document.locations.get(stray, Location(whole, 1)))


def _notes(source: Source, manifest: Manifest | None, is_checked: bool) -> Iterator[Notification]:
    def note(message: str, where: Location, level: Level = Level.NOTE) -> Notification:
        return Notification(level, message, "bundle", where)

    if SIGNATURES in source.files and not is_checked:
        yield note(
            "is signed, but no key was given to check it by (--policy-key)", Location(f"{source.name}/{SIGNATURES}", 1)
        )
    for path in source.files:
        if path.rsplit("/", 1)[-1] in NOT_USED:
            yield note("is not used: Rego is evaluated from its text", Location(f"{source.name}/{path}", 1))
    if manifest is None:
        return
    for key, where in manifest.unknown:
        yield note(f"unknown key {key}", where, Level.WARNING)
    if manifest.wasm is not None:
        yield note("WebAssembly is not used: Rego is evaluated from its text", manifest.wasm)
    if not any(counts(path) for path in source.files):
        yield note("holds no policy, framework, library or data", Location(source.name, 1), Level.ERROR)
