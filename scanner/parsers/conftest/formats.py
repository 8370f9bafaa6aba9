"""Which format a file has in Conftest's eyes, by its name alone."""

from pathlib import PurePosixPath

READABLE = ("dockerfile", "dotenv", "hcl2", "ignore", "ini", "json", "properties", "toml", "yaml")
_NOT_READ = (
    *("cue", "cyclonedx", "edn", "groovy", "hcl1", "hocon", "jsonc", "jsonnet", "nginx", "spdx", "textproto", "vcl"),
    "xml",
)
_BY_ENDING = {
    "yml": "yaml",
    "hcl": "hcl2",
    "tf": "hcl2",
    "tfvars": "hcl2",
    "gitignore": "ignore",
    "dockerignore": "ignore",
    "env": "dotenv",
    "textpb": "textproto",
    **{name: name for name in (*READABLE, *_NOT_READ)},
}
_OWN = ("conftest.toml", "releasegate.yaml")


def format_of(path: str) -> str | None:
    """The name of Conftest's parser for the file, None where it has none.

    What configures this program or Conftest itself is no part of a release.
    """
    name = PurePosixPath(path).name.lower()
    if name in _OWN:
        return None
    ending = name.rpartition(".")[2] if "." in name else ""
    for word, format_ in (("dockerfile", "dockerfile"), (".env", "dotenv"), ("jenkinsfile", "groovy")):
        if name == word or name.startswith(f"{word}.") or (word == "dockerfile" and ending == word):
            return format_
    return "nginx" if name == "nginx.conf" else _BY_ENDING.get(ending)
