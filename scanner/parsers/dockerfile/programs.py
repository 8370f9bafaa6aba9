"""What a command really runs: without sudo, env and their like, and with the text that it hands to a shell."""

import re
from collections.abc import Iterator, Sequence
from posixpath import basename

from scanner.parsers.dockerfile.commands import Command, ShellWord

# Programs that run another one: those of their own options that take a value, and how many words stand before it.
_WRAPPERS: dict[str, tuple[frozenset[str], int]] = {
    "sudo": (frozenset(["-C", "-D", "-g", "-h", "-p", "-R", "-r", "-T", "-t", "-U", "-u", "--user", "--group"]), 0),
    "doas": (frozenset(["-C", "-u"]), 0),
    "env": (frozenset(["-C", "-S", "-u", "--chdir", "--unset"]), 0),
    "command": (frozenset(), 0),
    "exec": (frozenset(["-a"]), 0),
    "nohup": (frozenset(), 0),
    "time": (frozenset(["-f", "-o"]), 0),
    "nice": (frozenset(["-n", "--adjustment"]), 0),
    "ionice": (frozenset(["-c", "-n", "-p"]), 0),
    "timeout": (frozenset(["-k", "-s", "--kill-after", "--signal"]), 1),
    "gosu": (frozenset(), 1),
    "su-exec": (frozenset(), 1),
    "xargs": (frozenset(["-a", "-d", "-E", "-I", "-L", "-n", "-P", "-s"]), 0),
    "tini": (frozenset(["-e", "-p", "-v"]), 0),
    "dumb-init": (frozenset(["--rewrite", "-r"]), 0),
}
_RUNNERS = frozenset(["conda", "mamba", "micromamba", "pdm", "pipenv", "pixi", "poetry", "uv"])
_RUNNER_VALUES = frozenset(
    ["-e", "-n", "-p", "--cwd", "--env-file", "--extra", "--group", "--name", "--prefix", "--with"]
)
_SHELLS = re.compile(r"(ba|da|z|k|a)?sh|pwsh|powershell(\.exe)?|cmd(\.exe)?")
_TAKES_TEXT = re.compile(r"-[a-z]*c|-(?i:command)|/[cCsS]")
_ASSIGNMENT = re.compile(r"[A-Za-z_][A-Za-z0-9_]*=")


def program(words: Sequence[ShellWord]) -> str:
    """The name of the program that the words run, without its folder; "" for none."""
    return basename(words[0].text.replace("\\", "/")) if words else ""


def bare(words: Sequence[ShellWord]) -> tuple[ShellWord, ...]:
    """The words from the program on that does the work: `sudo -E env A=b pip install x` is `pip install x`."""
    rest = tuple(words)
    while rest:
        name = program(rest)
        if name in _WRAPPERS:
            valued, positional = _WRAPPERS[name]
            rest = _behind_options(rest[1:], valued)[positional:]
        elif name in _RUNNERS and len(rest) > 1 and rest[1].text == "run":
            rest = _behind_options(rest[2:], _RUNNER_VALUES)
        else:
            break
    return rest


def _behind_options(words: tuple[ShellWord, ...], valued: frozenset[str]) -> tuple[ShellWord, ...]:
    position = 0
    while position < len(words):
        text = words[position].text
        if text == "--":
            return words[position + 1 :]
        if text in valued:
            position += 2
        elif text.startswith("-") or _ASSIGNMENT.match(text):
            position += 1
        else:
            break
    return words[position:]


def shell_text(words: Sequence[ShellWord]) -> ShellWord | None:
    """The text in `sh -c "text"`, None for any other command."""
    if program(words) == "su":
        return next((words[i + 1] for i, word in enumerate(words[:-1]) if word.text in ("-c", "--command")), None)
    if not _SHELLS.fullmatch(program(words)):
        return None
    return next((words[i + 1] for i, word in enumerate(words[:-1]) if _TAKES_TEXT.fullmatch(word.text)), None)


def is_shell(words: Sequence[ShellWord]) -> bool:
    """Whether the program is a shell that reads its commands from its input."""
    return _SHELLS.fullmatch(program(words)) is not None and shell_text(words) is None


def is_interpreter(words: Sequence[ShellWord]) -> bool:
    """Whether the program reads a script and runs it."""
    return (
        re.fullmatch(r"(ba|da|z|k|a)?sh|python[0-9.]*|perl|ruby|node|php|pwsh|iex|source|\.|eval", program(words))
        is not None
    )


def python_text(command: Command) -> ShellWord | None:
    """The Python code that a command is given by `-c` or on its standard input."""
    words = bare(command.words)
    if not re.fullmatch(r"python[0-9.]*|pypy[0-9.]*", program(words)):
        return None
    for number, word in enumerate(words[1:-1], start=1):
        if re.fullmatch(r"-[A-Za-z]*c", word.text):
            return words[number + 1]
        if not word.text.startswith("-"):
            return None
    return ShellWord(command.input, command.input_offset) if command.input else None


def options(words: Sequence[ShellWord], valued: frozenset[str]) -> Iterator[tuple[str, ShellWord | None]]:
    """The options and the other words behind a program, each as name (`""` for a word) and value.

    `valued` are the options whose value may be the word behind.
    """
    position, only_words = 0, False
    while position < len(words):
        word = words[position]
        position += 1
        if only_words or not word.text.startswith("-") or word.text == "-":
            yield "", word
        elif word.text == "--":
            only_words = True
        elif "=" in word.text and word.text.startswith("--"):
            name, _, value = word.text.partition("=")
            yield name, ShellWord(value, word.offset, word.unknown)
        elif word.text in valued and position < len(words):
            yield word.text, words[position]
            position += 1
        elif len(word.text) > 2 and word.text[:2] in valued and not word.text.startswith("--"):
            yield word.text[:2], ShellWord(word.text[2:].removeprefix("="), word.offset, word.unknown)
        else:
            yield word.text, None
