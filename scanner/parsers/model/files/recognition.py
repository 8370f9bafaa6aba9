"""Which files belong to models by what is in them: the name alone proves nothing.

The formats by content: safetensors, gguf, ggml, onnx, hdf5, saved-model, pickle, numpy, zip, tar, gzip, bzip2, xz,
zlib, lzma, zstandard, 7z, lfs-pointer, and the executables elf, pe, macho, ape and wasm. What is looked into may be
named more closely then: a zip can turn out to be keras.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from posixpath import basename, dirname, splitext

from scanner.parsers.model.draft import format_of
from scanner.parsers.model.files.executables import executable_kind
from scanner.parsers.model.files.lfs import is_pointer
from scanner.parsers.model.files.onnx import looks_like_onnx
from scanner.parsers.model.files.pickle_signs import is_zlib, looks_like_pickle
from scanner.parsers.model.files.places import Place, place_of
from scanner.parsers.model.files.saved_model import looks_like_saved_model

_HDF5 = b"\x89HDF\r\n\x1a\n"
_MAGIC: tuple[tuple[bytes, str], ...] = (
    (b"GGUF", "gguf"),
    (b"lmgg", "ggml"),
    (b"fmgg", "ggml"),
    (b"tjgg", "ggml"),
    (_HDF5, "hdf5"),
    (b"\x93NUMPY", "numpy"),
    (b"PK\x03\x04", "zip"),
    (b"PK\x05\x06", "zip"),
    (b"7z\xbc\xaf\x27\x1c", "7z"),
    (b"\x1f\x8b\x08", "gzip"),
    (b"BZh", "bzip2"),
    (b"\xfd7zXZ\x00", "xz"),
    (b"\x28\xb5\x2f\xfd", "zstandard"),
    (b"]\0\0", "lzma"),
)
_TAR_MAGIC = slice(257, 262)
_HDF5_USER_BLOCKS = (512, 1024, 2048, 4096, 8192, 16384, 32768)
_EXECUTABLES = ("elf", "pe", "macho", "ape", "wasm")
_ARCHIVES = ("zip", "tar", "gzip", "bzip2", "xz", "zstandard", "7z", "zlib", "lzma")

# Only models are named so. The others of `format_of` are shared with firmware, page templates and drawings.
_CERTAIN = frozenset((".safetensors", ".gguf", ".onnx", ".keras", ".joblib", ".dill", ".pkl", ".pickle"))
_PACKED = frozenset((".mar", ".nemo", ".llamafile"))
_NAMED_AS_WEIGHTS = re.compile(
    r"model|weights|adapter|consolidated|checkpoint|ckpt|embedding|training_args|optimizer|scheduler|rng_state"
    r"|diffusion|lora|vae|unet|ggml|scaler",
    re.IGNORECASE,
)
# Members of a zip archive that only models have.
_MODEL_MEMBERS = re.compile(
    rb"(^|/)(data\.pkl|saved_model\.pb|model\.weights\.h5|MAR-INF/MANIFEST\.json|MLmodel)$"
    rb"|\.(safetensors|gguf|onnx|keras|pt|ckpt|pkl|pickle|joblib|dill)$"  # a wheel has .pth files as well
)
_CONTROL = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]")
_CODE_BESIDE_WEIGHTS = frozenset((".so", ".dll", ".dylib", ".exe"))


def opens(path: str, head: bytes) -> bool:
    """Whether the file is a part of a model by its content, or by a name that nothing else has."""
    ending = splitext(path)[1].lower()
    found = format_by_content(head)
    if ending in _CERTAIN or ending in _PACKED or found in ("gguf", "ggml", "safetensors", "pickle", "saved-model"):
        return True
    if found == "lfs-pointer":
        return _is_named_as_model(path)
    if found == "hdf5":
        return format_of(path) is not None or ending == ".bin" or b"model_config" in head or b"keras_version" in head
    if found == "onnx":
        return ending in ("", ".onnx", ".ort", ".pb", ".bin", ".model")
    if found == "numpy":
        return b"'|O'" in head[:256]
    if found in _ARCHIVES and _is_packed_model(path):
        return True
    if found == "zip":
        return _is_named_as_model(path) or any(_MODEL_MEMBERS.search(name) for name in _zip_names(head))
    if found in _EXECUTABLES or found in _ARCHIVES:
        return _is_named_as_model(path) and ending != ".bin"
    return basename(path).lower() == "saved_model.pb" or (_is_named_as_model(path) and not _is_text(head))


def format_by_content(head: bytes) -> str | None:
    """The format that the first bytes say (64 KiB, or the whole of a smaller file), None where they say nothing."""
    for magic, format_ in _MAGIC:
        if head.startswith(magic):
            return format_
    if is_pointer(head):
        return "lfs-pointer"
    executable = executable_kind(head)
    if executable is not None:
        return executable
    if head[_TAR_MAGIC] == b"ustar":
        return "tar"
    if any(head[start : start + 8] == _HDF5 for start in _HDF5_USER_BLOCKS):
        return "hdf5"
    if _looks_like_safetensors(head):
        return "safetensors"
    if looks_like_saved_model(head):
        return "saved-model"
    if looks_like_onnx(head):
        return "onnx"
    if looks_like_pickle(head):
        return "pickle"
    return "zlib" if is_zlib(head) else None


def format_of_file(path: str, head: bytes) -> str | None:
    """`format_by_content`; a SavedModel is known by its name too, for its fields may come in any order."""
    found = format_by_content(head)
    return "saved-model" if found is None and basename(path).lower() == "saved_model.pb" else found


def companions(models: Iterable[str], listing: Mapping[str, int], root: Path) -> set[str]:
    """The executables and archives that lie with the files of models, and belong to what is handed out with them.

    With means in the same folder, or below it where it is not the repository root: that holds other things as well.
    """
    folders = {dirname(path) for path in models}
    return {path for path in listing if _lies_in(path, folders) and _is_companion(path, root)}


def _lies_in(path: str, folders: set[str]) -> bool:
    here = dirname(path)
    if here in folders:
        return True
    while here:
        here = dirname(here)
        if here and here in folders:
            return True
    return False


def _is_companion(path: str, root: Path) -> bool:
    if splitext(path)[1].lower() in _CODE_BESIDE_WEIGHTS:
        return True
    place = place_of(path, root)
    if not isinstance(place, Place):
        return False
    try:
        with place.open() as opened:
            head = opened.read(1024)
    except OSError:
        return False  # discovery has said so
    found = format_by_content(head)
    return found in _EXECUTABLES or (found in _ARCHIVES and splitext(path)[1].lower() in _PLAIN_ARCHIVES)


_PLAIN_ARCHIVES = frozenset((".zip", ".tar", ".tgz", ".gz", ".bz2", ".xz", ".7z"))


def _is_named_as_model(path: str) -> bool:
    """Whether the ending is one of weights; the ambiguous ones count only together with a word that says so."""
    ending = splitext(path)[1].lower()
    if ending in _CERTAIN or ending in _PACKED:
        return True
    if ending == ".bin":
        return _NAMED_AS_WEIGHTS.search(basename(path)) is not None
    return format_of(path) is not None


def _is_packed_model(path: str) -> bool:
    """Whether an archive is named as one of weights: SageMaker deploys model.tar.gz, numpy saves .npz."""
    stem, ending = splitext(path)
    if ending.lower() not in _PLAIN_ARCHIVES:
        return ending.lower() == ".npz"
    return splitext(stem)[1].lower() in _CERTAIN or _NAMED_AS_WEIGHTS.search(basename(stem)) is not None


def _is_text(head: bytes) -> bool:
    """Whether this is text, in UTF-8 or an older encoding: weights have control characters everywhere."""
    return _CONTROL.search(head) is None


def _looks_like_safetensors(head: bytes) -> bool:
    """The length of a JSON header, and its first characters; a length that is a lie is for the inspection to tell."""
    return re.match(rb"\{\s*[\"}]", head[8:64]) is not None and b"\0" in head[:8] and any(head[:8])


def _zip_names(head: bytes) -> Iterator[bytes]:
    """The names of the members whose headers lie in the head."""
    start = head.find(b"PK\x03\x04")
    while start >= 0:
        length = int.from_bytes(head[start + 26 : start + 28], "little")
        yield head[start + 30 : start + 30 + length]
        start = head.find(b"PK\x03\x04", start + 4)
