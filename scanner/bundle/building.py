"""Makes an archive of a folder of policies: OPA's layout, and the same bytes for the same files."""

import io
import json
import tarfile
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from scanner.bundle import load_bundle
from scanner.bundle.data import data_document, places
from scanner.bundle.errors import BundleError
from scanner.bundle.globs import literal
from scanner.bundle.keys import PrivateKey
from scanner.bundle.layout import check_roots, open_source
from scanner.bundle.manifest import Manifest, parse_manifest
from scanner.bundle.names import MANIFEST, SIGNATURES, checked_name, counts, folded, is_data, order, shown
from scanner.bundle.roots import narrowest, package_of
from scanner.bundle.signatures import Claims, signed
from scanner.bundle.sources import Source
from scanner.core.bundle import Bundle
from scanner.core.location import Location
from scanner.core.notification import Level, Notification
from scanner.rego_source import parsed


@dataclass(frozen=True)
class Signing:
    """With which key a bundle is signed, and what the signature says."""

    key: PrivateKey
    claims: Claims


def build(
    folder: Path, revision: str | None = None, roots: tuple[str, ...] = (), signing: Signing | None = None
) -> bytes:
    """The archive (`.tar.gz`) of a folder, or of another archive: what counts of it, a manifest, a signature.

    `revision` and `roots` go before those of a manifest that is there; without any, the roots are the packages and the
    data that there are. Raises `BundleError` for what OPA or `read_archive` would not take.
    """
    opened = open_source(folder)
    source = opened.source
    for note in source.notifications:
        if note.level is Level.ERROR:
            raise BundleError(note.message, note.location or Location(source.name, 1))
    files = {path: content for path, content in source.files.items() if counts(path)}
    _check_names(files, source.name)
    content = _manifest(files, source.name, opened.manifest if MANIFEST in source.files else None, revision, roots)
    files[MANIFEST] = content
    if signing is not None:
        files[SIGNATURES] = signed(files, signing.key, signing.claims)
    return _compressed(_archive(files))


def troubles(folder: Path, shipped: Path) -> tuple[Notification, ...]:
    """What keeps the policies of a folder from being loaded, by themselves and beside those that are `shipped`."""
    if not _errors(load_bundle([folder], {}, vetted=False)):
        return ()
    return _errors(load_bundle([shipped, folder], {}))


def _errors(bundle: Bundle) -> tuple[Notification, ...]:
    return tuple(note for note in bundle.notifications if note.level is Level.ERROR)


def _check_names(files: Mapping[str, bytes], name: str) -> None:
    """What is built can be read again, wherever."""
    if not files:
        raise BundleError("holds no policy, framework, library or data", Location(name, 1))
    known: dict[str, str] = {}
    for path in files:
        checked_name(path, name)
        other = known.setdefault(folded(path), path)
        if other != path:
            message = f"{shown(other)} and {shown(path)} differ only in the case or composition of letters"
            raise BundleError(message, Location(name, 1))
        if path.endswith(".json") and not is_data(path) and b"gatekeeper.sh/" not in files[path]:
            message = "is nothing that a bundle holds: data are named data.json, at the place that their folder names"
            raise BundleError(message, Location(f"{name}/{path}", 1))


def _manifest(
    files: Mapping[str, bytes], name: str, known: Manifest | None, revision: str | None, roots: tuple[str, ...]
) -> bytes:
    """The manifest in its normal form: the keys in order, the roots sorted, and each module's version of Rego."""
    texts = list(_texts(files, name))
    modules = [(path, text) for path, text in texts if path.endswith(".rego")]
    data = [(f"{name}/{path}", text) for path, text in texts if is_data(path)]
    _, errors = data_document(data)
    if errors:
        raise BundleError(errors[0].message, errors[0].location)
    if not roots and known is not None and known.names_roots:
        roots = known.roots
    if not roots:
        packages = [package_of(text, f"{name}/{path}")[0] for path, text in modules]
        roots = tuple(narrowest([*packages, *(place for path, text in data for place in places(path, text))]))
    old = _v0(modules, name, known)
    manifest: dict[str, Any] = {
        "revision": known.revision if known is not None and revision is None else revision or "",
        "roots": sorted(root.strip("/") for root in roots),
        "rego_version": 1,
        "file_rego_versions": {literal(path): 0 for path in old},
        "metadata": dict(known.metadata) if known is not None else {},
    }
    kept = {key: value for key, value in manifest.items() if key in ("roots", "rego_version") or value}
    content = (json.dumps(kept, indent=1, sort_keys=True, ensure_ascii=False) + "\n").encode()
    check_roots(Source(name, files), parse_manifest(content, f"{name}/{MANIFEST}"))
    return content


def _texts(files: Mapping[str, bytes], name: str) -> Iterator[tuple[str, str]]:
    for path, content in files.items():
        try:
            yield path, content.decode()
        except UnicodeDecodeError:
            raise BundleError("cannot be read: it is not UTF-8 text", Location(f"{name}/{path}", 1)) from None


def _v0(modules: Sequence[tuple[str, str]], name: str, known: Manifest | None) -> list[str]:
    """The modules that OPA has to be told are Rego v0."""
    found, problems = parsed(modules)
    if problems:
        raise BundleError(problems[0].message, Location(f"{name}/{problems[0].path}", max(problems[0].line, 1)))
    said = {path: known.version_of(path) if known is not None else None for path, _ in modules}
    return sorted((module.path for module in found if module.is_v0 or said[module.path] == 0), key=order)


def _archive(files: Mapping[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.PAX_FORMAT) as archive:
        for path in sorted(files, key=order):
            member = tarfile.TarInfo(path)  # of nobody, at no time
            member.size = len(files[path])
            archive.addfile(member, io.BytesIO(files[path]))
    return buffer.getvalue()


def _compressed(content: bytes) -> bytes:
    """As gzip without name and time, and without the system it was made on, which zlib writes into byte 9."""
    compressor = zlib.compressobj(9, wbits=31)
    whole = compressor.compress(content) + compressor.flush()
    return whole[:9] + b"\xff" + whole[10:]
