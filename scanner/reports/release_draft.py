"""A `model-release.yaml` to start from: what was found of a model, and commented out what nobody has said yet."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

import yaml

from scanner.bundled import bundled_path
from scanner.core.location import Location
from scanner.core.secrets import redact
from scanner.core.values import AttributePath
from scanner.reports.inventory.assets import Asset, known

_WIDTH = 100
_NAMES = {"name": "id"}
"""What the schema calls an attribute of the model."""
_MODEL_KEYS = ("name", "version", "digest", "uri", "kind", "task", "license", "base_model", "datasets", "custom_code")
_ARTIFACT_KEYS = ("path", "uri", "digest", "format", "size")
_HEAD = """\
## What the organisation declares about this release of the model. Each value says where it was found: check it.
## To fill in one of the other keys, take the "# " away in front of it and of the key above it.
apiVersion: releasegate/v1
kind: ModelRelease
"""


def render_draft(asset: Asset, secrets: frozenset[str], folder: str = "model") -> str:
    """The text of the file. It is valid by `model-release.schema.json`, and every value has its origin beside it.

    `folder` is what the folder of the whole repository is called: a model that nobody has named there is called so.
    """
    schema = json.loads(bundled_path("schemas", "model-release.schema.json").read_text(encoding="utf-8"))
    lines = [_HEAD.rstrip()]
    for key, described in schema["properties"].items():
        if key in ("apiVersion", "kind"):
            continue
        resolved = _resolved(described, schema)
        lines += ["", f"## {resolved['title']}: {_sentence(resolved)}"]
        lines += (
            _model(asset, resolved, schema, folder) if key == "model" else _section(asset, (key,), resolved, schema)
        )
    return redact("\n".join(lines) + "\n", secrets)


def _model(asset: Asset, described: Mapping[str, Any], schema: Mapping[str, Any], folder: str) -> list[str]:
    lines = ["model:"]
    for name in _MODEL_KEYS:
        key = _NAMES.get(name, name)
        resolved = _resolved(described["properties"][key], schema)
        found = _found(asset, (name,))
        if found is None and key == "id":
            called = asset.leading.location.path.rpartition("/")[0].rpartition("/")[2] or folder
            lines += [f"{line}  # stated nowhere; the folder is called so" for line in _written({key: called}, 1)]
            continue
        lines += _entry(key, found, resolved, depth=1)
    artifacts = list(_artifacts(asset))
    return lines + (_written({"artifacts": artifacts}, 1) if artifacts else _entry("artifacts", None, {}, depth=1))


def _artifacts(asset: Asset) -> Iterator[dict[str, Any]]:
    """The files that lie here with the digests that they have, else those that are declared."""
    folder = asset.leading.location.path.rpartition("/")[0]
    seen: set[str] = set()
    for part in (*asset.files, *asset.artifacts):
        entry = {key: value for key in _ARTIFACT_KEYS if (value := known(part.attributes, key)) is not None}
        if entry.get("format") == "lfs-pointer":  # what it points to is what is released
            entry |= {"format": known(part.attributes, "format_by_name")}
        entry = {key: value for key, value in entry.items() if value is not None}
        path = str(entry.get("path", entry.get("uri", "")))
        if part.type == "model_file" and folder and path.startswith(f"{folder}/"):
            path = entry["path"] = path.removeprefix(f"{folder}/")
        if (
            path
            and path not in seen
            and path != asset.fact("uri")
            and not str(entry.get("digest", "sha256:")).startswith("md5:")
        ):
            seen.add(path)
            yield entry


def _section(asset: Asset, path: AttributePath, described: Mapping[str, Any], schema: Mapping[str, Any]) -> list[str]:
    """A part of the file with its keys; commented out as a whole where nothing of it is known."""
    if "properties" not in described:
        return _entry(str(path[-1]), _found(asset, path), described, depth=0)
    lines: list[str] = []
    is_known = False
    for key, inner in described["properties"].items():
        found = _found(asset, (*path, key))
        is_known = is_known or found is not None
        lines += _entry(key, found, _resolved(inner, schema), depth=1)
    return [f"{path[-1]}:" if is_known else f"# {path[-1]}:", *lines]


def _entry(key: str, found: tuple[Any, Location] | None, described: Mapping[str, Any], depth: int) -> list[str]:
    if found is None:
        example = _example(described)
        return [f"# {'  ' * depth}{key}: {example}".rstrip() + (f"  # {_sentence(described)}" if described else "")]
    value, location = found
    lines = _written({key: value}, depth)
    origin = f"  # {location.path}:{location.start_line}"
    return (
        [lines[0] + origin, *lines[1:]]
        if len(lines) == 1 or lines[0].endswith(":")
        else [*lines, f"{'  ' * depth}#{origin[3:]}"]
    )


def _written(value: Any, depth: int) -> list[str]:
    text = yaml.safe_dump(value, sort_keys=False, allow_unicode=True, width=_WIDTH)
    return [f"{'  ' * depth}{line}" for line in text.splitlines()]


def _found(asset: Asset, path: AttributePath) -> tuple[Any, Location] | None:
    for manifest in asset.manifests:
        value = known(manifest.attributes, *map(str, path))
        if value is not None:
            return _plain(value), manifest.locate(path)
    return None


def _plain(value: Any) -> Any:
    """The value without what is not known inside it."""
    if isinstance(value, Mapping):
        return {key: _plain(inner) for key, inner in value.items() if known(value, key) is not None}
    if isinstance(value, list):
        return [_plain(inner) for inner in value if known({"": inner}, "") is not None]
    return value


def _resolved(described: Mapping[str, Any], schema: Mapping[str, Any]) -> dict[str, Any]:
    reference = described.get("$ref", "")
    inner = schema["$defs"].get(reference.rpartition("/")[2], {}) if reference else {}
    return {**inner, **described}


def _example(described: Mapping[str, Any]) -> str:
    values = () if described.get("enum") else described.get("examples") or ()  # no choice is made for anybody
    return json.dumps(values[0], ensure_ascii=False) if values and not isinstance(values[0], dict) else ""


def _sentence(described: Mapping[str, Any]) -> str:
    choices = described.get("enum") or ()
    listed = f" ({', '.join(str(each) for each in choices if each is not None)})" if choices else ""
    return f"{str(described.get('description', '')).split('. ')[0].rstrip('.')}{listed}"
