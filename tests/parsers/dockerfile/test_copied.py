"""What COPY and ADD bring into the image: kinds, the build context on disk, and what reaches the final stage."""

from pathlib import Path
from typing import Any

import pytest

from scanner.core.resource import SourceFile
from scanner.core.values import Unresolved
from scanner.parsers.dockerfile import DOCKERFILE
from scanner.parsers.dockerfile.copies import kind_of
from scanner.parsers.dockerfile.ignore import patterns
from scanner.parsers.interface import ParseContext


def copied(root: Path, text: str, path: str = "Dockerfile", stage: int = -1) -> list[dict[str, Any]]:
    if root != Path("/nowhere"):
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text)
    parsed = DOCKERFILE.parse([SourceFile(path, "dockerfile", text)], ParseContext(root))
    return list(parsed.resources[stage].attributes["copied"])


def put(root: Path, *paths: str) -> None:
    for path in paths:
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text("")


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        (".", "all"),
        ("./", "all"),
        ("*", "all"),
        ("model.safetensors", "weights"),
        ("out/model-v2.tar.gz", "weights"),
        ("src.tar.gz", "source"),
        ("certs/server.key", "key"),
        ("id_ed25519", "key"),
        ("ingress.pem", "key"),
        ("ca-bundle.pem", "source"),
        ("id_rsa.pub", "source"),
        (".env", "env_file"),
        (".env.production", "env_file"),
        (".env.example", "source"),
        (".netrc", "credentials"),
        ("gcp-service-account.json", "credentials"),
        ("C:\\x\\credentials.json", "credentials"),
        ("train.ipynb", "notebook"),
        ("src/", "source"),
        ("environment.py", "source"),
    ],
)
def test_kinds(path: str, kind: str) -> None:
    assert kind_of(path) == kind


def test_flags_and_here_documents() -> None:
    entries = copied(
        Path("/nowhere"),
        "FROM x\nCOPY --chown=1:1 --chmod=600 --exclude=*.md a.key src /app/\nCOPY <<EOF /root/.netrc\nx\nEOF\n"
        "ADD https://x.example/m.gguf /m/\nARG S\nCOPY ${S} /s\nCOPY ${S}/.env /s\n",
    )
    shared = {"destination": "/app/", "chown": "1:1", "chmod": "600", "exclude": ["*.md"]}
    unknown = Unresolved("${S}", "ARG S has no default")
    assert entries == [
        {"source": "a.key", "kind": "key", **shared},
        {"source": "src", "kind": "source", **shared},
        {"source": "<<EOF", "destination": "/root/.netrc", "kind": "credentials", "inline": True},
        {"source": "https://x.example/m.gguf", "destination": "/m/", "kind": "weights", "remote": True},
        {"source": unknown, "destination": "/s", "kind": unknown},
        {"source": Unresolved("${S}/.env", "ARG S has no default"), "destination": "/s", "kind": "env_file"},
    ]


def test_what_a_copy_of_everything_brings(tmp_path: Path) -> None:
    put(tmp_path, ".env", "a/server.key", "a/b/model.pt", "a/notes.ipynb", "src/x.py", "local/.env", ".git/id_rsa")
    (tmp_path / ".gitignore").write_text("/local/\n")
    (tmp_path / ".dockerignore").write_text("# all notebooks\n**/*.ipynb\n.env\n")
    (entry,) = copied(tmp_path, "FROM x\nCOPY . /app\n")
    assert entry["brings"] == [{"path": "a/server.key", "kind": "key"}, {"path": "a/b/model.pt", "kind": "weights"}]


def test_folders_patterns_and_excludes(tmp_path: Path) -> None:
    put(tmp_path, "a/.env", "a/x.key", "b1/.env", "b2/.env", "c/.env")
    entries = copied(tmp_path, "FROM x\nCOPY --exclude=*.key a /a\nCOPY b? /b/\nCOPY a/x.key /k\n")
    assert [entry.get("brings") for entry in entries] == [
        [{"path": "a/.env", "kind": "env_file"}],
        [{"path": "b1/.env", "kind": "env_file"}, {"path": "b2/.env", "kind": "env_file"}],
        None,
    ]


def test_the_ignore_file_of_the_dockerfile_goes_before_that_of_the_folder(tmp_path: Path) -> None:
    put(tmp_path, ".env")
    (tmp_path / ".dockerignore").write_text(".env\n")
    (tmp_path / "Dockerfile.dockerignore").write_text("*.md\n")
    assert copied(tmp_path, "FROM x\nCOPY . .\n")[0]["brings"] == [{"path": ".env", "kind": "env_file"}]


def test_the_context_is_the_nearest_folder_that_has_all_sources(tmp_path: Path) -> None:
    put(tmp_path, "pyproject.toml", ".env", "docker/other.key")
    entries = copied(tmp_path, "FROM x\nCOPY pyproject.toml /\nCOPY . /app\n", "docker/Dockerfile")
    assert entries[1]["brings"] == [
        {"path": ".env", "kind": "env_file"},
        {"path": "docker/other.key", "kind": "key"},
    ]
    entries = copied(tmp_path, "FROM x\nCOPY nowhere.txt /\nCOPY . /app\n", "docker/Dockerfile")
    assert entries[1]["brings"] == Unresolved(".", "the folder that the image is built from is not known")


def test_nothing_outside_of_the_root_is_looked_at(tmp_path: Path) -> None:
    put(tmp_path, "outside/.env", "root/x.py")
    (tmp_path / "root" / "link").symlink_to(tmp_path / "outside")
    root = tmp_path / "root"
    entries = copied(root, "FROM x\nCOPY ../outside /a\nCOPY . /b\n")
    assert entries[1]["brings"] == Unresolved(".", "the folder that the image is built from is not known")
    assert "brings" not in copied(root, "FROM x\nCOPY . /b\n")[0]


BUILD = "FROM x AS build\nCOPY .env /src/.env\n"


@pytest.mark.parametrize(
    ("rest", "reaches"),
    [
        ("FROM x\nCOPY --from=build /src /app\n", True),
        ("FROM x\nCOPY --from=build /src/.env /app/\n", True),
        ("FROM x\nCOPY --from=0 / /\n", True),
        ("FROM x\nCOPY --from=build /src/dist /app\n", False),
        ("FROM x\nCOPY --from=build /srcs /app\n", False),
        ("FROM x\nRUN true\n", False),
        ("FROM build AS more\nFROM x\nCOPY --from=more /src /app\n", True),
        ("FROM x AS mid\nCOPY --from=build /src /mid\nFROM x\nCOPY --from=mid /mid /app\n", True),
        ("FROM x AS mid\nCOPY --from=build /src /mid\nFROM x\nCOPY --from=mid /other /app\n", False),
        ("FROM x\nCOPY --from=build /src/* /app/\n", Unresolved("/src/*", "the pattern may match it")),
    ],
)
def test_whether_a_file_of_a_build_stage_is_shipped(rest: str, reaches: Any) -> None:
    assert copied(Path("/nowhere"), BUILD + rest, stage=0)[0]["reaches_final"] == reaches


def test_a_place_below_an_unknown_workdir_may_be_shipped() -> None:
    text = "FROM x AS build\nCOPY .env .\nFROM x\nCOPY --from=build /src /app\n"
    assert isinstance(copied(Path("/nowhere"), text, stage=0)[0]["reaches_final"], Unresolved)
    assert "reaches_final" not in copied(Path("/nowhere"), text)[0]


# The answers are those of moby/patternmatcher 0.6.1.
@pytest.mark.parametrize(
    ("lines", "path", "ignored"),
    [
        (["*"], "a/b", True),
        (["*.md"], "a/README.md", False),
        (["**/*.md"], "README.md", True),
        (["/a"], "a/b", True),
        (["a/*"], "a/b/c", True),
        (["a/**/b"], "a/b", True),
        (["a/**", "!a/b"], "a/b/c", False),
        (["a", "!a/b", "a/b/c"], "a/b/c", True),
        (["!a"], "a", False),
        (["# a"], "# a", False),
        (["  a  "], "a", True),
        (["./a/"], "a", True),
        (["a?"], "a/", False),
        (["[ab]"], "b", True),
        (["[^a]"], "a", False),
        (["a\\*"], "a*", True),
        (["a\\*"], "ab", False),
        (["**a"], "xa/b", True),
        (["**/a"], "xa", False),
        (["foo["], "foo", False),
    ],
)
def test_ignore_patterns(lines: list[str], path: str, ignored: bool) -> None:
    assert patterns(lines).match(path) is ignored
