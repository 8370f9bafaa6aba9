"""What COPY and ADD bring into the image: of which kind each source is, and where it comes from."""

import re
from collections.abc import Mapping
from posixpath import basename
from typing import Any

from scanner.core.values import Unresolved

_WEIGHTS = re.compile(
    r".*\.(safetensors|gguf|ggml|pt|pth|pt2|ckpt|bin|onnx|pkl|pickle|joblib|h5|hdf5|keras|tflite|npz|msgpack|nemo|mar"
    r"|llamafile)|(?=.*model).*\.(tar\.gz|tgz|tar|zip)",
    re.IGNORECASE,
)
_KEY = re.compile(
    r"id_(rsa|dsa|ecdsa|ed25519)|.*\.(pem|key|p12|pfx|jks|keystore|ppk)|.*private[_-]?key(\.(pem|key|der))?",
    re.IGNORECASE,
)
_PUBLIC = re.compile(
    r".*([._-](crt|cert|certs|chain|ca|pub|public)|ca-bundle|cacert|fullchain)[^/]*\.pem|.*\.pub", re.IGNORECASE
)
_ENV_FILE = re.compile(r"\.env(\.[a-z0-9_-]+)*|(prod|production|staging|secrets?)\.env", re.IGNORECASE)
_CREDENTIALS = re.compile(
    r"[._]netrc|\.(pypirc|pgpass|dockercfg|git-credentials|htpasswd)|\.(ssh|aws|kube)"
    r"|\.?kubeconfig([._-][a-z0-9_-]+)*(\.ya?ml)?"
    r"|[a-z0-9_.-]+\.kubeconfig|credentials|[a-z0-9_.-]*(credentials?|client_?secrets?)\.(json|ya?ml|txt|csv|ini)"
    r"|[a-z0-9_.-]*service[_-]?account([_-]?key)?\.json|secrets?\.(ya?ml|json|toml|txt)",
    re.IGNORECASE,
)
_EXAMPLE = re.compile(r".*[._-](example|sample|template|tmpl|dist)(\.[a-z]+)?", re.IGNORECASE)
_EVERYTHING = frozenset([".", "./", "*", "./*", "/", "/.", "**", ".\\"])
REMOTE = re.compile(r"https?://|git@|git://|ssh://|[\w.-]+\.git(#.*)?$")


def kind_of(path: str) -> str:
    """What the file or folder of this name holds: weights, key, env_file, credentials, notebook, all or source."""
    if path in _EVERYTHING:
        return "all"
    name = basename(path.replace("\\", "/").rstrip("/"))
    if _EXAMPLE.fullmatch(name):
        return "source"
    if _KEY.fullmatch(name) and not _PUBLIC.fullmatch(name):
        return "key"
    for kind, pattern in (("env_file", _ENV_FILE), ("credentials", _CREDENTIALS), ("weights", _WEIGHTS)):
        if pattern.fullmatch(name):
            return kind
    return "notebook" if name.endswith(".ipynb") else "source"


def copied(
    source: str | Unresolved, destination: str | Unresolved, flags: Mapping[str, Any], heredoc: bool
) -> dict[str, Any]:
    """One source of COPY or ADD as an entry of `copied`; a here-document has the kind of the file that it becomes."""
    named = destination if heredoc else source
    text = named if isinstance(named, str) else named.expression
    kind = kind_of(text)
    if isinstance(named, Unresolved) and kind in ("all", "source"):
        entry: dict[str, Any] = {"source": source, "destination": destination, "kind": named}
    else:
        entry = {"source": source, "destination": destination, "kind": "source" if heredoc and kind == "all" else kind}
    for name in ("chown", "chmod"):
        if name in flags:
            entry[name] = flags[name]
    if heredoc:
        entry["inline"] = True
    elif isinstance(source, str) and REMOTE.match(source):
        entry["remote"] = True
    return entry
