"""The samples that scanners of pickles are compared on: what loads them would run code, or would not."""

import bz2
import codecs
import io
import lzma
import pickle
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from importlib import import_module
from typing import Any

from tests.benchmarks.pickle_scanners.assembly import (
    HARMLESS,
    PAYLOAD,
    PROTOCOL,
    STATE_DICT,
    STOP,
    SYSTEM,
    array,
    call,
    called,
    changed,
    crc_of,
    doubled,
    found,
    gzipped,
    octets,
    program,
    tarred,
    text,
    torch_legacy,
    torch_zip,
    zipped,
)
from tests.benchmarks.pickle_scanners.gadgets import GADGETS

BENIGN = "benign"
USERS_OWN = "dataclass of a user's module"
_CENTRAL, _LOCAL = b"PK\x01\x02", b"PK\x03\x04"


@dataclass(frozen=True)
class Sample:
    """One file: `group` says what kind it is of, and all but those of the group `benign` run a command when loaded."""

    group: str
    name: str
    file: str
    content: bytes


class _Command:
    def __reduce__(self) -> tuple[Callable[..., Any], tuple[str]]:
        return import_module("os").system, ("true",)


def samples() -> Iterator[Sample]:
    """All of them. Those that numpy, scikit-learn, joblib, dill and py7zr write need these libraries."""
    yield from written()
    for group, made in (("nested", _nested_by_libraries()), (BENIGN, _benign_by_libraries())):
        yield from (Sample(group, *each) for each in made)


def written() -> Iterator[Sample]:
    """Those that are written by hand."""
    for group, made in (
        ("direct", _direct()),
        ("nested", _nested()),
        ("obfuscated", _obfuscated()),
        ("obfuscated", ((f"gadget {m}.{n}", "model.pkl", program(call(m, n, text("true")))) for m, n in GADGETS)),
        ("broken", _broken()),
        ("wrong extension", _misnamed()),
        (BENIGN, _benign()),
    ):
        yield from (Sample(group, *each) for each in made)


def _direct() -> Iterator[tuple[str, str, bytes]]:
    for protocol in range(6):
        yield f"os.system, protocol {protocol}", "model.pkl", pickle.dumps(_Command(), protocol)
    yield "GLOBAL, REDUCE", "model.pkl", b"cposix\nsystem\n(S'true'\ntR."
    yield "INST", "model.pkl", b"(S'true'\niposix\nsystem\n."
    yield "OBJ", "model.pkl", b"(cposix\nsystem\nS'true'\no."
    yield "STACK_GLOBAL, TUPLE1, REDUCE", "model.pkl", program(found("posix", "system"), text("true"), b"\x85R")
    partial = found("functools", "partial") + b"(" + found("posix", "system") + text("true") + b"t"
    yield "NEWOBJ of partial", "model.pkl", program(partial, b"\x81)R")
    yield "NEWOBJ_EX of partial", "model.pkl", program(partial, b"}\x92)R")
    state = b"}" + text("__setstate__") + found("posix", "system") + b"sb" + text("true") + b"b"
    yield "BUILD sets __setstate__", "model.pkl", program(call("collections", "OrderedDict"), state)
    for module, name in (("os", "system"), ("nt", "system"), ("subprocess", "check_output"), ("os", "execv")):
        yield f"{module}.{name}", "model.pkl", program(call(module, name, text("true")))
    for module in ("builtins", "__builtin__"):
        for name in ("eval", "exec"):
            yield f"{module}.{name}", "model.pkl", program(call(module, name, text("print")))


def _nested() -> Iterator[tuple[str, str, bytes]]:
    yield "pickle.loads of a pickle", "model.pkl", program(call("_pickle", "loads", octets(PAYLOAD)))
    yield "second pickle of a file", "model.pkl", HARMLESS + PAYLOAD
    yield "numpy object array", "model.npy", array(PAYLOAD)
    yield "numpy .npz", "model.npz", zipped({"a.npy": array(PAYLOAD)})
    yield "numpy .npz, compressed", "model.npz", zipped({"a.npy": array(PAYLOAD)}, zipfile.ZIP_DEFLATED)
    yield "torch zip", "model.pt", torch_zip(PAYLOAD)
    yield "torch zip, in the tensors' place", "model.pth", torch_zip(STATE_DICT[:2] + SYSTEM + b"0" + STATE_DICT[2:])
    yield "torch legacy", "model.pt", torch_legacy(PAYLOAD)
    yield "torch legacy, in the list of keys", "model.bin", torch_legacy(STATE_DICT, keys=PAYLOAD)
    yield "TorchScript constants", "model.pt", zipped({"m/data.pkl": HARMLESS, "m/constants.pkl": PAYLOAD})
    yield "zip", "model.zip", zipped({"model.pkl": PAYLOAD})
    yield "zip, member without ending", "model.zip", zipped({"weights": b"cposix\nsystem\n(S'true'\ntR."})
    yield "zip in zip", "model.zip", zipped({"inner.zip": zipped({"model.pkl": PAYLOAD})})
    yield "tar", "model.tar", tarred({"model.pkl": PAYLOAD})
    yield "tar.gz", "model.tar.gz", tarred({"model.pkl": PAYLOAD}, "w:gz")
    yield "zip in tar", "model.nemo", tarred({"model.pt": torch_zip(PAYLOAD)})
    yield "gzip", "model.pkl.gz", gzipped(PAYLOAD)
    yield "joblib, zlib", "model.joblib", zlib.compress(PAYLOAD)
    yield "joblib, gzip", "model.joblib", gzipped(PAYLOAD)
    yield "joblib, bz2", "model.joblib", bz2.compress(PAYLOAD)
    yield "joblib, xz", "model.joblib", lzma.compress(PAYLOAD)
    yield "joblib, lzma", "model.joblib", lzma.compress(PAYLOAD, lzma.FORMAT_ALONE)


def _nested_by_libraries() -> Iterator[tuple[str, str, bytes]]:
    yield "joblib, payload after an array", "model.joblib", _dumped("joblib", [_numbers(), _Command()])
    yield "dill", "model.dill", import_module("dill").dumps(_Command())
    made = io.BytesIO()
    with import_module("py7zr").SevenZipFile(made, "w") as archive:
        archive.writestr(PAYLOAD, "model.pkl")
    yield "7z", "model.7z", made.getvalue()


def _obfuscated() -> Iterator[tuple[str, str, bytes]]:
    name = "model.pkl"
    arguments = text("true") + b"\x85R"
    yield (
        "names out of the memo",
        name,
        program(text("system"), b"\x940", text("posix"), b"\x940h\x01h\x00\x93", arguments),
    )
    yield "memo written over", name, program(
        text("json"), b"q\x000", text("posix"), b"q\x000", text("loads"), b"q\x010", text("system"), b"q\x010",
        b"h\x00h\x01\x93", arguments,
    )  # fmt: skip
    yield "noise that is popped", name, program(text("posix"), text("x"), b"0", text("system"), b"N0\x93", arguments)
    yield (
        "noise that is popped to the mark",
        name,
        program(text("posix"), b"(", text("json"), b"1", text("system"), b"(", text("loads"), b"1\x93", arguments),
    )
    yield "DUP", name, program(text("posix"), b"2q\x000", text("system"), b"\x93", arguments)
    yield "escapes in the names", name, b"V\\u0070osix\nV\\u0073ystem\n\x93" + arguments + STOP
    yield "names as BINSTRING", name, b"U\x05posixU\x06system\x93" + arguments + STOP
    yield (
        "names out of a call",
        name,
        program(call("codecs", "decode", text("cbfvk"), text("rot13")), text("system"), b"\x93", arguments),
    )
    yield "no PROTO", name, SYSTEM + STOP
    yield "PROTO not at the start", name, b"N0" + PAYLOAD
    yield "empty frame first", name, PROTOCOL + b"\x95" + bytes(8) + SYSTEM + STOP
    for module, path in (
        ("shutil", "os.system"), ("collections", "_sys.exit"), ("torch", "os.system"), ("random", "_os.system"),
        ("sklearn.base", "os.system"), ("numpy._core.multiarray", "os.system"),
    ):  # fmt: skip
        yield f"dotted name {module}:{path}", name, program(call(module, path, text("true")))
    os_ = call("importlib", "import_module", text("os"))
    yield "importlib and getattr", name, program(called(call("builtins", "getattr", os_, text("system")), text("true")))
    chain = call("operator", "attrgetter", text("system"))
    yield "attrgetter", name, program(called(called(chain, call("builtins", "__import__", text("os"))), text("true")))
    hidden = call("_operator", "methodcaller", text("system"), text("true"))
    yield "methodcaller", name, program(called(hidden, call("_frozen_importlib", "import_module", text("os"))))
    yield (
        "map",
        name,
        program(
            call("builtins", "list", call("builtins", "map", found("posix", "system"), b"]" + text("true") + b"a"))
        ),
    )
    base64 = codecs.encode(PAYLOAD, "base64").decode().strip()
    inner = call("base64", "b64decode", text(base64))
    yield "base64 and pickle.loads", name, program(call("pickle", "loads", inner))
    registered = call("copyreg", "add_extension", text("posix"), text("system"), b"K\xf0")
    yield "EXT1 after add_extension", name, program(registered, b"0\x82\xf0", arguments)
    yield "EXT4", name, program(b"\x84\xf0\x00\x00\x00", arguments)
    yield "payload as a persistent id", name, program(SYSTEM, b"Q")
    yield (
        "BUILD on a module's dictionary",
        name,
        program(
            call("builtins", "vars", call("importlib", "import_module", text("json"))),
            text("loads"),
            found("posix", "system"),
            b"s",
        ),
    )


def _broken() -> Iterator[tuple[str, str, bytes]]:
    yield "no STOP", "model.pkl", PAYLOAD[:-1]
    yield "no STOP, protocol 0", "model.pkl", b"cposix\nsystem\n(S'true'\ntR"
    yield "truncated in the next opcode", "model.pkl", PAYLOAD[:-1] + b"X\xff\x00\x00\x00short"
    yield "unknown opcode after the call", "model.pkl", PAYLOAD[:-1] + b"\xff\xfe\xfd."
    yield "stack empty after the call", "model.pkl", PAYLOAD[:-1] + b"0000."
    yield "unknown memo key after the call", "model.pkl", PAYLOAD[:-1] + b"h\x77."
    yield "text that is no UTF-8 after the call", "model.pkl", PAYLOAD[:-1] + b"\x8c\x02\xff\xfe."
    yield "huge length after the call", "model.pkl", PAYLOAD[:-1] + b"\x8e\xff\xff\xff\xff\xff\xff\xff\x7f"
    yield "garbage behind the end", "model.pkl", PAYLOAD + bytes(range(128, 256)) * 3
    yield "garbage in zip's place", "model.pt", PAYLOAD + b"PK\x03\x04garbage" + b"PK\x05\x06" + bytes(18)
    good = torch_zip(PAYLOAD)
    yield "zip, wrong checksum", "model.pt", good.replace(crc_of(PAYLOAD), b"\0\0\0\0")
    yield "zip, other name in the local header", "model.pt", good.replace(b"archive/data.pkl", b"archive/none.txt", 1)
    yield "zip, says it is encrypted", "model.pt", changed(good, _CENTRAL, 8, b"\x01\x00")
    yield "zip, encrypted by local header", "model.pt", changed(good, _LOCAL, 6, b"\x01\x00")
    yield "zip, wrong version needed", "model.pt", changed(good, _CENTRAL, 6, b"\xff\x00")
    yield "zip, harmless twin last", "model.pt", doubled("archive/data.pkl", (PAYLOAD, HARMLESS))
    yield "zip, harmless twin first", "model.pt", doubled("archive/data.pkl", (HARMLESS, PAYLOAD))


def _misnamed() -> Iterator[tuple[str, str, bytes]]:
    for ending in (".safetensors", ".txt", ".png", "", ".onnx", ".gguf", ".json", ".bin"):
        yield f"pickle as {ending or 'no ending'}", f"model{ending}", PAYLOAD
    yield "protocol 0 as .safetensors", "model.safetensors", b"cposix\nsystem\n(S'true'\ntR."
    yield "torch zip as .safetensors", "model.safetensors", torch_zip(PAYLOAD)
    yield "torch zip as .pkl", "model.pkl", torch_zip(PAYLOAD)
    yield "torch legacy as .gguf", "model.gguf", torch_legacy(PAYLOAD)
    yield "joblib zlib as .onnx", "model.onnx", zlib.compress(PAYLOAD)
    yield "numpy as .bin", "model.bin", array(PAYLOAD)
    yield "pickle in zip as .png", "model.zip", zipped({"model.png": PAYLOAD})
    yield "torch tar as .pt", "model.pt", tarred({"storages": PAYLOAD})


def _benign() -> Iterator[tuple[str, str, bytes]]:
    plain = {"a": [1, 2.5, None, True], "when": datetime(2026, 1, 2), "price": Decimal("1.5"), "ids": {1, 2}}  # noqa: DTZ001
    for protocol in (0, 2, 4, 5):
        yield f"plain values, protocol {protocol}", "model.pkl", pickle.dumps(plain, protocol)
    yield "OrderedDict", "model.pkl", program(call("collections", "OrderedDict"))
    yield "torch zip", "model.pt", torch_zip(STATE_DICT)
    yield "torch zip as .bin", "pytorch_model.bin", torch_zip(STATE_DICT, "pytorch_model")
    yield "torch legacy", "model.pt", torch_legacy(STATE_DICT)
    yield "numpy .npy", "a.npy", array(bytes(16), "<f8", "(2,)")
    yield "numpy .npz", "a.npz", zipped({"a.npy": array(bytes(16), "<f8", "(2,)")})
    yield USERS_OWN, "model.pkl", program(found("triage.settings", "Settings"), b")\x81}", text("epochs"), b"K\x07sb")
    yield "words of a payload in a text", "model.pkl", program(text("cposix system os.system eval(input())"))
    yield "safetensors", "model.safetensors", b"\x02" + bytes(7) + b"{}"
    yield "text", "notes.txt", b"class\nthe import of os.system(1) is no pickle.\n"
    yield "empty", "empty.txt", b""


def _benign_by_libraries() -> Iterator[tuple[str, str, bytes]]:
    for protocol in (0, 2, 4, 5):
        yield f"numpy array, protocol {protocol}", "model.pkl", pickle.dumps(_numbers(), protocol)
    yield "numpy .npy of objects", "a.npy", array(pickle.dumps(_numbers().astype(object), 4))
    yield "joblib, an array", "model.joblib", _dumped("joblib", {"w": _numbers()})
    yield "joblib, an array, compressed", "model.joblib", _dumped("joblib", {"w": _numbers()}, compress=3)
    for title, estimator in _estimators():
        yield f"scikit-learn {title}", "model.pkl", pickle.dumps(estimator, 5)
        yield f"scikit-learn {title}, joblib", "model.joblib", _dumped("joblib", estimator)


def _estimators() -> Iterator[tuple[str, Any]]:
    linear = import_module("sklearn.linear_model").LogisticRegression()
    forest = import_module("sklearn.ensemble").RandomForestClassifier(n_estimators=2)
    scaler = import_module("sklearn.preprocessing").StandardScaler()
    rows, labels = _numbers().reshape(4, 2), [0, 1, 0, 1]
    yield "LogisticRegression", linear.fit(rows, labels)
    yield "RandomForestClassifier", forest.fit(rows, labels)
    yield "Pipeline", import_module("sklearn.pipeline").make_pipeline(scaler, linear).fit(rows, labels)
    boosted = import_module("sklearn.ensemble").GradientBoostingClassifier(n_estimators=2)
    yield "GradientBoostingClassifier", boosted.fit(rows, labels)
    yield "KMeans", import_module("sklearn.cluster").KMeans(2, n_init=1).fit(rows)


def _numbers() -> Any:
    return import_module("numpy").arange(8.0)


def _dumped(library: str, value: Any, **options: Any) -> bytes:
    made = io.BytesIO()
    import_module(library).dump(value, made, **options)
    return made.getvalue()
