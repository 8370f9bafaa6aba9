"""The text of files that a container mounts from config maps, as far as the manifests hold them."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from scanner.parsers.kubernetes.catalog import Catalog
from scanner.parsers.kubernetes.manifests import Manifest
from scanner.parsers.kubernetes.reading import at, elements, mapping, word


def file_text(
    container: Mapping[str, Any], spec: Mapping[str, Any], manifest: Manifest, catalog: Catalog
) -> Callable[[str], str | None]:
    """A function from the path of a file in the container to its text, None where no config map of the release has it.

    The longest mount path that leads to the file counts, as in the container.
    """

    def text(path: str) -> str | None:
        mounts = [each for each in elements(container.get("volumeMounts")) if isinstance(each, Mapping)]
        leading = [each for each in mounts if _inside(path, word(each.get("mountPath")) or "") is not None]
        if not leading:
            return None
        mount = max(leading, key=lambda each: len((word(each.get("mountPath")) or "").rstrip("/")))
        inside = _inside(path, word(mount.get("mountPath")) or "") or ""
        prefix = word(mount.get("subPath"))
        name = "/".join(filter(None, (prefix, inside)))
        for volume in elements(spec.get("volumes")):
            if word(at(volume, "name")) == word(mount.get("name")):
                return next((found for found in _texts(volume, name, manifest, catalog) if found is not None), None)
        return None

    return text


def _inside(path: str, mount: str) -> str | None:
    """The path below the mount, "" for the mount itself, None for a path outside."""
    mount = mount.rstrip("/")
    if not mount:
        return None
    if path == mount:
        return ""
    return path[len(mount) + 1 :] if path.startswith(f"{mount}/") else None


def _texts(volume: Any, name: str, manifest: Manifest, catalog: Catalog) -> Iterator[str | None]:
    sources = [mapping(volume), *elements(at(volume, "projected", "sources"))]
    for source in sources:
        written = mapping(at(source, "configMap"))
        reference = word(written.get("name"))
        if not reference:
            continue
        found = catalog.named("ConfigMap", reference, manifest.namespace or "default", manifest).manifest
        data = mapping(found.body.get("data")) if found is not None else {}
        items = elements(written.get("items"))
        keys = {word(at(each, "path")): word(at(each, "key")) for each in items}
        key = keys.get(name) if items else name
        value = data.get(key) if key else None
        yield value if isinstance(value, str) else None
