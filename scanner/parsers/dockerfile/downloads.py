"""What a command fetches while the image is built: from where, at which revision, and whether it is checked."""

import ast
import re
from collections.abc import Iterator, Sequence
from typing import Any

from scanner.core.values import Unresolved
from scanner.parsers.dockerfile.commands import Command, ShellWord
from scanner.parsers.dockerfile.programs import bare, is_interpreter, options, program, python_text, shell_text

_URL = re.compile(r"(?:https?|ftp|git|ssh|s3|gs|hf)://|git@")
_CURL_VALUED = frozenset([
    "-o", "--output", "-H", "--header", "-u", "--user", "-A", "--user-agent", "-d", "--data", "-X", "--request", "-e",
    "-x", "--proxy", "--retry", "--retry-delay", "--connect-timeout", "-m", "--max-time", "--cacert", "-E", "--cert",
    "--key", "-b", "-c", "-w", "-F", "-T", "--output-dir", "--retry-max-time", "-C", "-K", "-r", "-y", "-Y", "-z",
])  # fmt: skip
_WGET_VALUED = frozenset(
    ["-O", "--output-document", "-P", "--directory-prefix", "--header", "-U", "-t", "-T", "-o", "-a"]
)
_OUTPUTS = frozenset(["-o", "--output", "-O", "--output-document", "--local-dir", "-d", "--dir"])
_CLONE_VALUED = frozenset([
    "-b", "--branch", "--depth", "-c", "--config", "-j", "--jobs", "-o", "--reference", "--filter", "--revision",
])  # fmt: skip
_HUB_VALUED = frozenset([
    "--revision", "--local-dir", "--cache-dir", "--token", "--repo-type", "--include", "--exclude", "--max-workers",
    "--local-dir-use-symlinks",
])  # fmt: skip
_COPIERS = (
    ("aws", ("s3", "cp")),
    ("aws", ("s3", "sync")),
    ("gsutil", ("cp",)),
    ("gsutil", ("rsync",)),
    ("gcloud", ("storage", "cp")),
    ("azcopy", ("copy",)),
    ("azcopy", ("cp",)),
    ("rclone", ("copy",)),
)
_CHECKSUM = re.compile(r"(sha(1|224|256|384|512)sum|shasum|b2sum|md5sum)")
_CHECKING = re.compile(r"-[a-zA-Z]*c[a-zA-Z]*|--check")
_COMMIT = re.compile(r"[0-9a-f]{40}")
_HUB_CALLS = ("snapshot_download", "hf_hub_download", "from_pretrained")
_LONGEST_CODE = 1 << 16


def downloads(commands: Sequence[Command]) -> Iterator[tuple[Command, dict[str, Any]]]:
    """What the commands of one script fetch, each with the command that does it.

    `verified` says whether a later command compares a checksum or a signature, `piped_to` which interpreter runs what
    comes as it comes.
    """
    verifying = [position for position, command in enumerate(commands) if _verifies(command)]
    for position, command in enumerate(commands):
        for entry in _of(command):
            entry["verified"] = any(later > position for later in verifying)
            if interpreter := _run_by(command, commands):
                entry["piped_to"] = interpreter
            if entry["tool"] == "git" and "revision" not in entry:
                entry.update(_checked_out(commands[position + 1 :]))
            yield command, entry


def _of(command: Command) -> Iterator[dict[str, Any]]:
    words = bare(command.words)
    name, texts = program(words), [word.text for word in words]
    if name in ("curl", "wget", "aria2c"):
        yield from _fetched(name, words, command)
    elif name == "git" and "clone" in texts[1:]:
        yield from _cloned(words[texts.index("clone") + 1 :])
    elif name in ("hf", "huggingface-cli") and "download" in texts[1:3]:
        yield from _from_hub(words[texts.index("download") + 1 :])
    elif name == "ollama" and texts[1:2] == ["pull"] and len(words) > 2:
        yield {"tool": "ollama", "repository": words[2].value()}
    elif any(name == tool and tuple(texts[1 : 1 + len(verbs)]) == verbs for tool, verbs in _COPIERS):
        yield from ({"tool": name, "url": word.value()} for word in words[2:] if re.match(r"\w+://", word.text))
    else:
        code = python_text(command)
        if code is not None and len(code.text) <= _LONGEST_CODE:
            yield from hub_calls(code.text)


def _fetched(name: str, words: Sequence[ShellWord], command: Command) -> Iterator[dict[str, Any]]:
    valued = _CURL_VALUED if name == "curl" else _WGET_VALUED | {"-d", "--dir", "--checksum"}
    found = list(options(words[1:], valued))
    outputs = [value.value() for option, value in found if option in _OUTPUTS and value is not None]
    outputs += [output for output in command.outputs if output != "/dev/null"]
    checksums = [value.value() for option, value in found if option == "--checksum" and value is not None]
    for option, value in found:
        if value is None or option not in ("", "--url"):
            continue
        if _URL.match(value.text) or value.unknown or re.match(r"[\w-]+(\.[\w-]+)+(/|$)", value.text):
            entry: dict[str, Any] = {"tool": name, "url": value.value()}
            if outputs:
                entry["output"] = outputs[0]
            if checksums:
                entry["checksum"] = checksums[0]
            yield entry


def _cloned(words: Sequence[ShellWord]) -> Iterator[dict[str, Any]]:
    entry: dict[str, Any] = {"tool": "git"}
    for option, value in options(words, _CLONE_VALUED):
        if value is None:
            continue
        if option in ("-b", "--branch", "--revision"):
            entry["revision"] = value.value()
        elif not option and "url" not in entry:
            entry["url"] = value.value()
        elif not option:
            entry["output"] = value.value()
    if "url" in entry:
        yield entry


def _checked_out(commands: Sequence[Command]) -> dict[str, Any]:
    """The revision that a following `git checkout` or `git reset` of the same script sets."""
    for command in commands:
        words = bare(command.words)
        texts = [word.text for word in words]
        verbs = [verb for verb in ("checkout", "reset", "switch") if verb in texts]
        if program(words) == "git" and "clone" in texts:
            break
        if program(words) == "git" and verbs:
            behind = [word for word in words[texts.index(verbs[0]) + 1 :] if not word.text.startswith("-")]
            if behind:
                return {"revision": behind[0].value()}
    return {}


def _from_hub(words: Sequence[ShellWord]) -> Iterator[dict[str, Any]]:
    entry: dict[str, Any] = {"tool": "hf"}
    files = []
    for option, value in options(words, _HUB_VALUED):
        if value is None:
            continue
        if not option:
            if "repository" not in entry:
                entry["repository"] = value.value()
            else:
                files.append(value.value())
        elif option == "--revision":
            entry["revision"] = value.value()
        elif option == "--local-dir":
            entry["output"] = value.value()
    if files:
        entry["files"] = files
    yield entry


def hub_calls(code: str) -> Iterator[dict[str, Any]]:
    """The calls in Python code that fetch from Hugging Face's hub; the code is read, not run."""
    try:
        tree = ast.parse(code)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return  # what is no Python names nothing
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        if name not in _HUB_CALLS:
            continue
        named = {keyword.arg: keyword.value for keyword in node.keywords if keyword.arg}
        offline = named.get("local_files_only")
        if isinstance(offline, ast.Constant) and offline.value is True:
            continue
        entry: dict[str, Any] = {"tool": name}
        first = node.args[0] if node.args else named.get("repo_id") or named.get("pretrained_model_name_or_path")
        if first is not None:
            entry["repository"] = _constant(first)
        if "revision" in named:
            entry["revision"] = _constant(named["revision"])
        yield entry


def _constant(node: ast.expr) -> Any:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    return Unresolved(ast.unparse(node)[:80], "it is worked out when the image is built")


def _verifies(command: Command) -> bool:
    words = bare(command.words)
    name, texts = program(words), [word.text for word in words[1:]]
    if _CHECKSUM.fullmatch(name):
        return any(_CHECKING.fullmatch(text) for text in texts)
    if name in ("gpg", "gpgv", "gpg2"):
        return name == "gpgv" or "--verify" in texts
    if name == "cosign":
        return any(text.startswith("verify") for text in texts[:1])
    if name in ("minisign", "signify"):
        return "-V" in texts or "-Vm" in texts
    # `[ "$(sha256sum file | cut …)" = … ]`
    return name in ("[", "[[", "test") and any(
        _CHECKSUM.fullmatch(program(bare(inner.words))) for word in words for inner in word.commands
    )


def _run_by(command: Command, commands: Sequence[Command]) -> str:
    """The interpreter that runs what `command` writes to its output: behind a pipe, or by a substitution."""
    writer: Command | None = command
    for later in commands:
        if later.reads is writer and writer is not None:
            words = bare(later.words)
            if is_interpreter(words):
                return program(words)
            writer = later
    for outer in commands:
        words = bare(outer.words)
        if is_interpreter(words) and any(command in word.commands for word in words):
            text = shell_text(words)
            if text is None or command in text.commands:
                return program(words)
    return ""
