"""Command lines in the image of a model server that start no server: they wait, fetch weights or measure another."""

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise
from posixpath import basename

from scanner.core.values import Unresolved

_PROGRAMS = frozenset(
    {
        "create-model-store",
        "curl",
        "download-to-cache",
        "genai-perf",
        "hf",
        "huggingface-cli",
        "list-model-profiles",
        "perf_analyzer",
        "sleep",
        "tail",
        "torch-model-archiver",
        "wget",
    }
)
_SUBCOMMANDS = {
    "vllm": frozenset({"bench", "chat", "collect-env", "complete", "run-batch"}),
    "ollama": frozenset({"create", "list", "ls", "pull", "push", "show"}),
}
# What a shell does by itself.
_BUILTINS = frozenset(
    {":", "[", "[[", "break", "cd", "echo", "exit", "export", "false", "pip", "pip3", "mkdir", "printf", "set", "test"}
    | {"trap", "true", "wait"}
)
_STARTS_COMMAND = frozenset({"&&", "||", ";", "|", "&", "(", ")", "do", "then", "else", "while", "until", "if", "!"})
_ENDS_COMMAND = frozenset({"done", "fi", "{", "}"})
_PREFIXES = frozenset({"exec", "nohup", "time", "/usr/bin/env", "env"})
_SHELLS = frozenset({"ash", "bash", "dash", "ksh", "sh", "zsh"})
_ASSIGNMENT = re.compile(r"[A-Za-z_]\w*=.*", re.DOTALL)


def starts_something_else(words: Sequence[str | Unresolved]) -> bool:
    """Whether every program of the command line is known to be no server; one that is not known may be anything."""
    programs = list(_programs(words))
    return bool(programs) and all(_is_other(program, following) for program, following in programs)


def _is_other(program: str, following: str) -> bool:
    return program in _PROGRAMS or following in _SUBCOMMANDS.get(program, ())


def _programs(words: Sequence[str | Unresolved]) -> Iterator[tuple[str, str]]:
    """The programs that are started, each with the word after it; an unknown one is ""."""
    known = [each if isinstance(each, str) else "" for each in words]
    is_start, in_shell = True, False
    for each, following in pairwise([*known, ""]):
        name = basename(each)
        if each in _STARTS_COMMAND:
            is_start = True
        elif not is_start or each in _ENDS_COMMAND:
            continue
        elif name in _SHELLS and following.startswith("-"):
            in_shell = True  # its script comes in words of its own
        elif (in_shell and each.startswith(("-", "+"))) or name in _PREFIXES or _ASSIGNMENT.fullmatch(each):
            continue
        else:
            is_start = False
            if each not in _BUILTINS:
                yield name, following


def is_client_image(repository: str, tag: str) -> bool:
    """Whether the image of a model server holds the clients alone, as Triton's SDK does."""
    return basename(repository).lower() == "tritonserver" and tag.endswith("-sdk")
