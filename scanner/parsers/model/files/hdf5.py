"""HDF5 files as Keras writes them: layers that run code, and links by which reading the file reads others."""

from pathlib import Path
from typing import IO, Any

from scanner.parsers.model.files.findings import MOST_LISTED, Problems, shown
from scanner.parsers.model.files.keras_config import code_in

_CONFIGS = ("model_config", "training_config")
_LONGEST_CONFIG = 64 << 20
_MOST_OBJECTS = 100_000
_MAGIC = b"\x89HDF\r\n\x1a\n"
_WIDTH = 8  # of an address, in every file that Keras writes


def inspect(path: str) -> dict[str, Any]:
    """`code` of the model's configuration, `external_data`, and `problems`. Raises `ValueError` for a broken file."""
    import h5py  # noqa: PLC0415 - it takes a third of a second, and few releases have such a file

    problems = Problems()
    _check_end(Path(path), problems)
    try:
        with h5py.File(Path(path), "r", locking=False) as file:
            facts = _code(file, h5py, problems) | _outside(file, h5py)
    except (OSError, RuntimeError, KeyError) as error:
        problems.add("structure", f"this is no whole HDF5 file: {shown(error)}")
        return problems.facts()
    return facts | problems.facts()


def other_files(file: IO[bytes]) -> dict[str, Any]:
    """`external_data` of an HDF5 file inside another. Raises `ValueError` where it is none."""
    import h5py  # noqa: PLC0415 - as above

    try:
        with h5py.File(file, "r") as opened:
            return _outside(opened, h5py)
    except (OSError, RuntimeError, KeyError) as error:
        raise ValueError(f"no whole HDF5 file: {shown(error)}") from error


def _check_end(path: Path, problems: Problems) -> None:
    """Whether the file ends where its first bytes say; the library itself only minds one that is too short."""
    with path.open("rb") as opened:
        head, size = opened.read(96), opened.seek(0, 2)
    version = head[8:9]
    at = {b"\0": 24, b"\1": 28, b"\2": 12, b"\3": 12}.get(version)
    if len(head) < 96 or not head.startswith(_MAGIC) or at is None or head[13 if version < b"\2" else 9] != _WIDTH:
        return
    base = int.from_bytes(head[at : at + _WIDTH], "little")
    end = int.from_bytes(head[at + 2 * _WIDTH : at + 3 * _WIDTH], "little")
    if base == 0 and end < size:
        problems.add("trailing-bytes", f"{size - end} bytes follow the end that the file gives itself")


def _code(file: Any, h5py: Any, problems: Problems) -> dict[str, Any]:
    """What the attributes of the root say, in which Keras keeps the configuration."""
    code: list[dict[str, str]] = []
    facts: dict[str, Any] = {}
    for name in _CONFIGS:
        if name not in file.attrs:
            continue
        facts["format"] = "keras"
        try:
            code += code_in(_text(file.attrs, name, h5py))
        except (ValueError, TypeError) as error:
            problems.add("config", f"the attribute {name} is not the configuration of a model: {shown(error)}")
    return facts | ({"code": code[:MOST_LISTED]} if code else {})


def _text(attributes: Any, name: str, h5py: Any) -> bytes:
    stored = attributes.get_id(name)
    if stored.shape != () or stored.get_storage_size() > _LONGEST_CONFIG:
        raise ValueError("not one text")
    if stored.dtype.kind not in "SO" or (stored.dtype.kind == "O" and h5py.check_string_dtype(stored.dtype) is None):
        raise ValueError("not a text")
    value = attributes[name]
    return value.encode() if isinstance(value, str) else bytes(value)


def _outside(file: Any, h5py: Any) -> dict[str, Any]:
    """The other files that are read with this one: by links to their objects, or as the place of an array's values."""
    found: set[str] = set()
    waiting, seen, visited = [file], 0, {h5py.h5o.get_info(file.id).addr}
    while waiting:
        group = waiting.pop()
        for name in group:
            seen += 1
            if seen > _MOST_OBJECTS:
                return {"incomplete": f"the file has more than {_MOST_OBJECTS} objects"} | _listed(found)
            link = group.get(name, getlink=True)
            if isinstance(link, h5py.ExternalLink):
                found.add(str(link.filename))
            elif isinstance(link, h5py.HardLink):
                each = group[name]
                if isinstance(each, h5py.Dataset):
                    found.update(str(external[0]) for external in each.external or ())
                elif isinstance(each, h5py.Group) and h5py.h5o.get_info(each.id).addr not in visited:
                    visited.add(h5py.h5o.get_info(each.id).addr)  # groups may hold one another
                    waiting.append(each)
    return _listed(found)


def _listed(found: set[str]) -> dict[str, Any]:
    listed = [{"location": shown(name), "problem": "other-file"} for name in sorted(found)]
    return {"external_data": listed[:MOST_LISTED]} if listed else {}
