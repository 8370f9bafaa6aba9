"""What a container's command line downloads: buckets, models of a hub, repositories and files."""

import re
from collections.abc import Iterator, Mapping, Sequence
from posixpath import basename
from typing import Any

from scanner.core.values import AttributePath, Unresolved
from scanner.parsers.kubernetes.arguments import Word

_SEPARATORS = frozenset({"&&", "||", ";", "|", "&", ";;", "(", ")"})
_URI = re.compile(r"[a-z][a-z0-9+.-]*://\S+|git@[\w.-]+:\S+", re.IGNORECASE)
_REPOSITORY = re.compile(r"[\w.-]+/[\w.-]+")
_COMMIT = re.compile(r"[0-9a-f]{40}")
# The program, the words that must follow it in this order (flags between them), what stands for the URI, its scheme.
_TOOLS: Mapping[str, tuple[tuple[tuple[str, ...], str, str], ...]] = {
    "aws": ((("s3", "cp"), "uri", ""), (("s3", "sync"), "uri", ""), (("s3", "mv"), "uri", "")),
    "s5cmd": ((("cp",), "uri", ""), (("sync",), "uri", "")),
    "gsutil": ((("cp",), "uri", ""), (("rsync",), "uri", "")),
    "gcloud": ((("storage", "cp"), "uri", ""), (("storage", "rsync"), "uri", "")),
    "azcopy": ((("copy",), "uri", ""), (("cp",), "uri", ""), (("sync",), "uri", "")),
    "rclone": ((("copy",), "first", ""), (("sync",), "first", "")),
    "mc": ((("cp",), "first", ""), (("mirror",), "first", "")),
    "hf": ((("download",), "first", "hf://"),),
    "huggingface-cli": ((("download",), "first", "hf://"),),
    "modelscope": ((("download",), "first", "modelscope://"),),
    "git": ((("clone",), "uri", ""), (("lfs", "clone"), "uri", "")),
    "curl": (((), "uri", ""),),
    "wget": (((), "uri", ""),),
    "oras": ((("pull",), "first", "oci://"),),
    "ollama": ((("pull",), "first", "ollama://"),),
    "storage-initializer": (((), "uri", ""),),
}
# Images whose entrypoint is the program.
_IMAGES = {
    "aws-cli": "aws",
    "s5cmd": "s5cmd",
    "azcopy": "azcopy",
    "rclone": "rclone",
    "mc": "mc",
    "curl": "curl",
    "git": "git",
    "oras": "oras",
    "storage-initializer": "storage-initializer",
}
_REVISION_FLAGS = {
    "hf": ("--revision",),
    "huggingface-cli": ("--revision",),
    "modelscope": ("--revision",),
    "git": ("--branch", "-b", "--revision"),
    "aws": ("--version-id",),
}
_VALUED = """
    -o -O -H -u -d -X -A -e -b -c -P --output --header --user --data --request --local-dir --cache-dir
    --revision --token --include --exclude --repo-type --branch --depth --profile --region --endpoint-url
    --output-document --directory-prefix --retry --max-time --connect-timeout --model
"""
_FLAGS_WITH_VALUE = frozenset(_VALUED.split())
_CHECKS = (
    ("sha256sum", "-c", "--check", "--status"),
    ("sha512sum", "-c", "--check"),
    ("shasum", "-c", "--check"),
    ("gpg", "--verify"),
    ("cosign", "verify-blob", "verify"),
    ("openssl", "-verify"),
    ("minisign", "-V"),
)


def downloads(
    words: Sequence[tuple[Word, AttributePath]], image: str | None = None
) -> tuple[list[dict[str, Any]], dict[AttributePath, AttributePath]]:
    """Each download as `{tool, uri, revision, verified}`, without a revision where none is named, and its place.

    `verified` says that a later word of the same command line checks a digest or a signature. `image` is the repository
    of an image that is left to start its own entrypoint.
    """
    entrypoint = _IMAGES.get(basename(image)) if image and words else None
    if entrypoint is not None:
        words = [(entrypoint, words[0][1]), *words]
    starts = [index for index, (word, _) in enumerate(words) if isinstance(word, str) and basename(word) in _TOOLS]
    found: list[dict[str, Any]] = []
    routes: dict[AttributePath, AttributePath] = {}
    for number, start in enumerate(starts):
        end = starts[number + 1] if number + 1 < len(starts) else len(words)
        own = [word for word, _ in words[start:end]]
        own = own[: next((at for at, each in enumerate(own) if each in _SEPARATORS), len(own))]
        download = _download(own, words[start:])
        if download is not None:
            routes["downloads", len(found)] = _place(download["uri"], words[start:end])
            found.append(download | {"verified": _is_checked([word for word, _ in words[start:]])})
    return found, routes


def _download(own: Sequence[Word], rest: Sequence[tuple[Word, AttributePath]]) -> dict[str, Any] | None:
    tool = basename(str(own[0]))
    for subcommands, kind, scheme in _TOOLS[tool]:
        arguments = _after(own[1:], subcommands)
        uri = _uri(arguments, kind, scheme) if arguments is not None else None
        if arguments is None or uri is None:
            continue
        revision = _flag(arguments, _REVISION_FLAGS.get(tool, ()))
        if tool == "git":
            revision = _checked_out([word for word, _ in rest]) or revision
        return {"tool": tool, "uri": uri, **({} if revision is None else {"revision": revision})}
    return None


def _place(uri: Word, words: Sequence[tuple[Word, AttributePath]]) -> AttributePath:
    """Where the URI is written, or the program when it is none of the words."""
    text = uri.expression if isinstance(uri, Unresolved) else uri.rpartition("://")[2]
    places = (place for word, place in words if text in (word.expression if isinstance(word, Unresolved) else word))
    return next(places, words[0][1])


def _after(words: Sequence[Word], subcommands: Sequence[str]) -> Sequence[Word] | None:
    """What follows the subcommands, None where they are not there."""
    position = 0
    for wanted in subcommands:
        while position < len(words) and isinstance(words[position], str) and str(words[position]).startswith("-"):
            position += 2 if words[position] in _FLAGS_WITH_VALUE else 1
        if position >= len(words) or words[position] != wanted:
            return None
        position += 1
    return words[position:]


def _uri(arguments: Sequence[Word], kind: str, scheme: str) -> Word | None:
    plain = list(_plain(arguments))
    for word in plain:
        text = word.expression if isinstance(word, Unresolved) else word
        match = _URI.search(text)
        if match:
            return word if isinstance(word, Unresolved) else match[0]
        if isinstance(word, Unresolved):
            return word
        if kind == "first":
            named = not scheme.startswith("hf") or _REPOSITORY.fullmatch(text)
            return f"{scheme}{text}" if named else None
    return None


def _plain(arguments: Sequence[Word]) -> Iterator[Word]:
    """The arguments that are neither a flag nor the value of one."""
    skipped = False
    for word in arguments:
        text = word.expression if isinstance(word, Unresolved) else word
        if skipped:
            skipped = False
        elif text.startswith("-"):
            skipped = text in _FLAGS_WITH_VALUE
            if "://" in text and "=" in text and not text.startswith("--header"):
                yield text.partition("=")[2]
        else:
            yield word


def _flag(arguments: Sequence[Word], flags: Sequence[str]) -> Word | None:
    for index, word in enumerate(arguments):
        text = word.expression if isinstance(word, Unresolved) else word
        name, assigned, value = text.partition("=")
        if name in flags:
            if assigned:
                return Unresolved(value, word.reason) if isinstance(word, Unresolved) else value
            return arguments[index + 1] if index + 1 < len(arguments) else None
    return None


def _checked_out(words: Sequence[Word]) -> Word | None:
    """What `git checkout` takes after a clone."""
    for index, word in enumerate(words):
        if word in ("checkout", "reset") and index + 1 < len(words):
            plain = [each for each in words[index + 1 : index + 3] if not str(each).startswith("-")]
            return plain[0] if plain else None
    return None


def _is_checked(words: Sequence[Word]) -> bool:
    for index, word in enumerate(words):
        for program, *marks in _CHECKS:
            if isinstance(word, str) and basename(word) == program:
                following = [each for each in words[index + 1 : index + 8] if isinstance(each, str)]
                if any(mark in following or f"{mark}ck" in following for mark in marks):
                    return True
    return False
