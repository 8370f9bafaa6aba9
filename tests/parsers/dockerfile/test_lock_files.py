"""Lock files: which packages a hash holds, at which line, and whether a lock is that of its project."""

from typing import Any

import pytest

from scanner.core.values import Unresolved
from scanner.parsers.dockerfile.lock_files import Locked, LockError, misfits, read_lock

COMMIT = "4f0c2d1e9a7b6c5d4e3f2a1b0c9d8e7f6a5b4c3d"
PACKAGE = '[[package]]\nname = "a"\nversion = "1"\n'


@pytest.mark.parametrize(
    ("manager", "rest", "held"),
    [
        ("uv", 'source = {registry = "https://x"}\nwheels = [{url = "https://x/a.whl", hash = "sha256:0"}]', True),
        ("uv", 'source = {registry = "https://x"}\nwheels = [{url = "https://x/a.whl"}]', False),
        ("uv", 'source = {registry = "https://x"}\nsdist = {url = "x", hash = "y"}\nwheels = [{url = "z"}]', False),
        ("uv", 'source = {registry = "https://x"}', False),
        ("uv", 'source = {editable = "."}', True),
        ("uv", f'source = {{git = "https://x/a?rev=main#{COMMIT}"}}', True),
        ("uv", 'source = {git = "https://x/a?rev=main"}', False),
        ("poetry", 'files = [{file = "a.whl", hash = "sha256:0"}]', True),
        ("poetry", "files = []", False),
        ("poetry", f'[package.source]\ntype = "git"\nurl = "x"\nresolved_reference = "{COMMIT}"', True),
        ("poetry", '[package.source]\ntype = "git"\nurl = "x"\nresolved_reference = "main"', False),
        ("poetry", '[package.source]\ntype = "directory"\nurl = "."', True),
        ("poetry", '[metadata.files]\na = [{file = "a.whl", hash = "sha256:0"}]', True),
        ("poetry", "[metadata.files]\na = []", False),
        ("pdm", 'files = [{url = "https://x/a.whl", hash = "sha256:0"}]', True),
        ("pdm", 'files = [{file = "a.whl"}]', False),
        ("pdm", '[metadata.files]\n"a 1" = [{url = "https://x/a.whl", hash = "sha256:0"}]', True),
        ("pdm", f'git = "https://x/a"\nrevision = "{COMMIT}"', True),
        ("pdm", 'path = "./a"', True),
    ],
)
def test_packages(manager: str, rest: str, held: bool) -> None:
    assert read_lock(manager, f"version = 1\n\n{PACKAGE}{rest}\n") == [Locked("a", 3, held)]


def test_packages_of_pipenv() -> None:
    text = (
        '{\n    "_meta": {},\n    "default": {\n        "a": {\n            "hashes": ["sha256:0"]\n        },\n'
        '        "b": {\n            "version": "==1"\n        },\n        "c": {\n            "path": "."\n        }\n'
        '    },\n    "develop": {\n        "d": {\n            "git": "x", "ref": "main"\n        }\n    }\n}\n'
    )
    assert read_lock("pipenv", text) == [
        Locked("a", 4, True),
        Locked("b", 7, False),
        Locked("c", 10, True),
        Locked("d", 15, False),
    ]


def test_lines_of_many_packages() -> None:
    found = read_lock("poetry", (PACKAGE + 'files = [{hash = "x"}]\n\n') * 3)
    assert [each.line for each in found] == [1, 6, 11]


@pytest.mark.parametrize(
    ("manager", "text"),
    [
        ("uv", "no toml"),
        ("uv", "package = 1"),
        ("uv", "package = [1]"),
        ("uv", "a = " + "[" * 5_000),
        ("pipenv", "{"),
        ("pipenv", "[]"),
        ("pipenv", "[" * 100_000),
    ],
)
def test_what_is_no_lock(manager: str, text: str) -> None:
    with pytest.raises(LockError):
        read_lock(manager, text)


@pytest.mark.parametrize("text", ['package = [{name = 1, source = 2, wheels = 3, files = "x"}]', "metadata = 1", ""])
@pytest.mark.parametrize("manager", ["uv", "poetry", "pdm"])
def test_wrong_types_are_not_held(manager: str, text: str) -> None:
    assert [each.held for each in read_lock(manager, text)] in ([], [False])


# What uv 0.13 writes for the project here, without the packages themselves.
UV_PROJECT = """
[project]
name = "Serve_App"
requires-python = ">=3.11"
dependencies = ["idna>=3, <4", "Sniffio[x]==1.3.1 ; python_version > '3.0'", "iniconfig"]
[project.optional-dependencies]
extra = ["six~=1.16"]
[dependency-groups]
dev = ["pluggy>1.0"]
all = [{include-group = "dev"}, "toml"]
"""
UV_LOCK = """
requires-python = ">=3.11"
[[package]]
name = "serve-app"
source = { virtual = "." }
[package.metadata]
requires-dist = [
    { name = "idna", specifier = ">=3,<4" },
    { name = "iniconfig" },
    { name = "six", marker = "extra == 'extra'", specifier = "~=1.16" },
    { name = "sniffio", extras = ["x"], marker = "python_full_version >= '3.1'", specifier = "==1.3.1" },
]
[package.metadata.requires-dev]
all = [
    { name = "pluggy", specifier = ">1.0" },
    { name = "toml" },
]
dev = [{ name = "pluggy", specifier = ">1.0" }]
"""


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("", "", []),
        ('"iniconfig"', '"iniconfig", "torch"', ["torch"]),
        ('"toml"]', '"toml", "ruff>1"]', ["ruff>1"]),
        ("idna>=3", "idna>=2", Unresolved("uv.lock", "it may not fit pyproject.toml, and is written anew then")),
        (', "iniconfig"', "", Unresolved("uv.lock", "it may not fit pyproject.toml, and is written anew then")),
        (">=3.11", ">=3.12", Unresolved("uv.lock", "it may not fit pyproject.toml, and is written anew then")),
        ("Serve_App", "b", Unresolved("uv.lock", "it has no b, whose dependencies could be compared")),
    ],
)
def test_whether_a_lock_of_uv_fits(old: str, new: str, expected: Any) -> None:
    assert misfits("uv", UV_LOCK, UV_PROJECT.replace(old, new) if old else UV_PROJECT) == expected


def test_whether_a_lock_of_pipenv_fits() -> None:
    # The digest is the one that Pipenv wrote into the lock of this Pipfile.
    pipfile = (
        '[[source]]\nurl = "https://pypi.org/simple"\nverify_ssl = true\nname = "pypi"\n\n[packages]\n'
        'kubernetes = "*"\ncachetools = "*"\n\n[dev-packages]\ncoala-bears = "*"\n\n'
        '[requires]\npython_version = "3.7"\n'
    )
    digest = "df4e8d25a7601f0dde05313b70c259e3d8d9e125b2cee769ddb1b4c2e3df9619"
    lock = f'{{"_meta": {{"hash": {{"sha256": "{digest}"}}}}}}'
    assert misfits("pipenv", lock, pipfile) == []
    assert isinstance(misfits("pipenv", lock, pipfile.replace('"*"', '"<2"')), Unresolved)


def test_poetry_never_resolves_anew_and_pdm_may() -> None:
    assert misfits("poetry", "", "") == []
    assert isinstance(misfits("pdm", "", ""), Unresolved)
