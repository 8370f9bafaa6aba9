"""Cuts the text of a shell into its simple commands, and puts into their words what is known of variables.

It reads what decides where a command begins and ends: quotes, escapes, operators, here-documents, substitutions and
comments. What the shell would do with the words (globs, braces, arithmetic) stays as written.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from scanner.core.values import Unresolved
from scanner.parsers.dockerfile.commands import Command, ShellError, ShellWord
from scanner.parsers.dockerfile.expand import Variables, expand

_PLAIN = re.compile(r"[^\s'\"\\`^$;&|()<>]+")
_QUOTED = re.compile(r'[^"$`^\\]+')
_ASSIGNMENT = re.compile(r"(?P<name>[A-Za-z_][A-Za-z0-9_]*)\+?=")
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*|[0-9@*#?$!-]")
_REDIRECTION = re.compile(r"\d*(?P<operator><<<|<<-|<<|<>|>>|>\||[<>]&|<|>)|&>>?")
_OPERATOR = re.compile(r"&&|\|\||\|&|;;&|;;|;&|[;&|]")
# `((i + 1))`, and not `((cd a && make))`: no two words stand side by side in a sum.
_ARITHMETIC = re.compile(
    r"\(\((?:(?![A-Za-z_][\w.-]{0,60}\s{1,9}-{0,2}[A-Za-z_\"'/])[^;()]|\([^;()]{0,100}\)){0,300}\)\)"
)
_KEYWORDS = frozenset(
    ["!", "do", "done", "elif", "else", "esac", "fi", "if", "then", "time", "until", "while", "{", "}"]
)
_DECLARING = frozenset(["declare", "export", "local", "readonly", "typeset"])
_MAX_DEPTH = 25
_TWICE = "the command sets {} more than once"


def read_commands(text: str, variables: Variables, escape: str = "\\", inner: bool = True) -> tuple[Command, ...]:
    """The commands of a script in the order in which they are written, and if `inner` those in substitutions first.

    `escape` is the character of the shell: a backslash, the backtick of PowerShell, the caret of cmd. Raises
    `ShellError`.
    """
    reader = _Reader(text, dict(variables), escape)
    commands = reader.commands("", 0)
    return tuple(_all(commands) if inner else commands)


def _all(commands: list[Command]) -> Iterator[Command]:
    for command in commands:
        for word in (*command.words, *command.assigned.values()):
            yield from _all([*word.commands])
        yield command


@dataclass
class _Open:
    """A command while it is read."""

    offset: int
    words: list[ShellWord] = field(default_factory=list)
    assigned: dict[str, ShellWord] = field(default_factory=dict)
    reads: Command | None = None
    input: tuple[str, int] = ("", 0)
    outputs: list[str] = field(default_factory=list)


class _Reader:
    """One pass over a script from left to right."""

    def __init__(self, text: str, variables: dict[str, str | Unresolved | None], escape: str) -> None:
        self.text, self.variables, self.escape = text, variables, escape
        self.position = 0
        self.own: set[str] = set()
        self.skips: dict[int, int] = {}  # from the end of a line to the end of the here-documents behind it

    def commands(self, until: str, depth: int) -> list[Command]:
        """The commands up to the unquoted character `until`, which is read past, or to the end of the text."""
        if depth > _MAX_DEPTH:
            raise ShellError("the command is nested too deeply to be read")
        found: list[Command] = []
        current = _Open(self.position)
        text = self.text
        while self.position < len(text):
            char = text[self.position]
            if char == until:
                self.position += 1
                break
            if char in " \t\r":
                self.position += 1
            elif text.startswith(f"{self.escape}\n", self.position):
                self.position += 2
            elif char == "\n":
                self.position = self.skips.pop(self.position, self.position) + 1
                current = self._finish(current, found, "")
            elif char == "#":
                end = text.find("\n", self.position)
                self.position = len(text) if end < 0 else end
            elif redirection := _REDIRECTION.match(text, self.position):
                self._redirect(redirection, current, depth)
            elif operator := _OPERATOR.match(text, self.position):
                self.position = operator.end()
                current = self._finish(current, found, operator[0])
            elif char == "(":
                current = self._parenthesis(current, found, depth)
            elif char == ")":  # behind a pattern of `case`
                self.position += 1
                current = _Open(self.position)
            else:
                self._take_word(current, depth)
        self._finish(current, found, "")
        return found

    def _finish(self, current: _Open, found: list[Command], operator: str) -> _Open:
        """Add the command that ends here; what follows a pipe reads from it."""
        following = _Open(self.position)
        if current.words or current.assigned or current.outputs:
            text, offset = current.input
            command = Command(
                tuple(current.words),
                current.offset,
                current.assigned,
                current.reads,
                text,
                offset,
                tuple(current.outputs),
            )
            found.append(command)
            self._remember(command)
            if operator in ("|", "|&"):
                following.reads = command
        elif current.reads is not None:
            following.reads = current.reads  # `a | \n b`, `a | (b)`
        return following

    def _remember(self, command: Command) -> None:
        """Keep the variables that the script sets for what follows."""
        assigned = dict(command.assigned) if not command.words else {}
        if command.words and command.words[0].text in _DECLARING:
            for word in command.words[1:]:
                if match := _ASSIGNMENT.match(word.text):
                    assigned[match["name"]] = ShellWord(word.text[match.end() :], word.offset, word.unknown)
        if command.texts[:1] in {("for",), ("read",)}:
            assigned.update(
                {word.text: ShellWord("", 0, f"{word.text} is set in a loop") for word in command.words[1:2]}
            )
        for name, word in assigned.items():
            value = word.value()
            if name in self.own and self.variables.get(name) != value:
                value = Unresolved(f"${name}", _TWICE.format(name))
            self.variables[name] = value
            self.own.add(name)

    def _parenthesis(self, current: _Open, found: list[Command], depth: int) -> _Open:
        text = self.text
        if not current.words and (found_sum := _ARITHMETIC.match(text, self.position)):
            self.position = found_sum.end()
            return current
        self.position += 1
        if current.words:  # `name() {`, or the elements of `name=(`
            inner = self.commands(")", depth + 1)
            if not inner and len(current.words) == 1:
                return _Open(self.position)
            return current
        reads = current.reads
        inner = self.commands(")", depth + 1)
        if inner and reads is not None and inner[0].reads is None:
            first = inner[0]
            inner[0] = Command(
                first.words, first.offset, first.assigned, reads, first.input, first.input_offset, first.outputs
            )
        found.extend(inner)
        return _Open(self.position)

    def _take_word(self, current: _Open, depth: int) -> None:
        start = self.position
        if not current.words and not current.assigned:
            current.offset = start
        if not current.words and (match := _ASSIGNMENT.match(self.text, start)):
            self.position = match.end()
            if self.text.startswith("(", self.position):
                self.position += 1
                self.commands(")", depth + 1)
                current.assigned[match["name"]] = ShellWord("", start, f"{match['name']} is an array")
                return
            words = self._word(depth, splits=False)
            value = words[0] if words else ShellWord("", start)
            appended = match[0].endswith("+=")
            unknown = f"{match['name']} is added to" if appended else value.unknown
            current.assigned[match["name"]] = ShellWord(value.text, start, unknown, value.commands)
            return
        words = self._word(depth, splits=True)
        if not current.words and len(words) == 1 and words[0].text in _KEYWORDS and self.position - start < 6:
            return
        current.words.extend(words)

    def _redirect(self, redirection: re.Match[str], current: _Open, depth: int) -> None:
        operator = redirection["operator"] or ">"
        if operator in ("<", ">") and self.text.startswith("(", redirection.end()):
            self.position = redirection.end() + 1  # `<(command)`, a word
            inner = self.commands(")", depth + 1)
            word = ShellWord(f"{operator}(…)", redirection.start(), "a command writes it", tuple(inner))
            current.words.append(word)
            return
        self.position = redirection.end()
        while self.position < len(self.text) and self.text[self.position] in " \t":
            self.position += 1
        start = self.position
        words = self._word(depth, splits=False)
        target = words[0] if words else ShellWord("", start)
        if operator in ("<<", "<<-"):
            raw = self.text[start : self.position]
            current.input = self._here_document(raw, operator == "<<-") or current.input
        elif operator == "<<<":
            current.input = target.text, start
        elif operator.startswith(">") and operator != ">&":
            current.outputs.append(target.text)

    def _here_document(self, written: str, tabs: bool) -> tuple[str, int] | None:
        name = re.sub(r"['\"\\]", "", written)
        end_of_line = self.text.find("\n", self.position)
        if end_of_line < 0 or not name:
            return None
        start = self.skips.get(end_of_line, end_of_line) + 1
        position = start
        while position <= len(self.text):
            end = self.text.find("\n", position)
            end = len(self.text) if end < 0 else end
            line = self.text[position:end]
            if (line.lstrip("\t") if tabs else line) == name:
                self.skips[end_of_line] = end
                return self.text[start:position], start
            position = end + 1
        self.skips[end_of_line] = len(self.text)
        return self.text[start:], start

    def _word(self, depth: int, splits: bool) -> list[ShellWord]:
        """The word that begins here: none or several where an unquoted variable holds white space."""
        word = _Word(self.position)
        finished: list[ShellWord] = []
        text = self.text
        while self.position < len(text):
            char = text[self.position]
            if plain := _PLAIN.match(text, self.position):
                word.add(plain[0])
                self.position = plain.end()
            elif char == self.escape:
                following = text[self.position + 1 : self.position + 2]
                if following != "\n":
                    word.add(following)
                self.position += 2
            elif char in "'\"":
                self._quoted(word, depth, char)
            elif char in "$`":
                before = word.unknown
                piece = self._substitution(word, depth)
                if splits and piece.split() != [piece] and not (word.unknown and not before):
                    for part in re.findall(r"\s+|\S+", piece):
                        if part.isspace():
                            finished.extend(word.done())
                            word = _Word(self.position)
                        else:
                            word.add(part)
                    continue
                word.add(piece, started=not splits or bool(piece))
            elif char in " \t\r\n;&|()<>":
                break
            else:
                word.add(char)
                self.position += 1
        return [*finished, *word.done()]

    def _quoted(self, word: "_Word", depth: int, quote: str) -> None:
        text = self.text
        self.position += 1
        word.add("")
        if quote == "'":
            end = text.find("'", self.position)
            end = len(text) if end < 0 else end
            word.add(text[self.position : end])
            self.position = end + 1
            return
        while self.position < len(text):
            char = text[self.position]
            if char == '"':
                self.position += 1
                return
            if char == self.escape:
                following = text[self.position + 1 : self.position + 2]
                kept = "" if following in ('"', "$", "`", self.escape, "\n") else char
                word.add(kept + (following if following != "\n" else ""))
                self.position += 2
            elif char in "$`":
                word.add(self._substitution(word, depth))
            else:
                found = _QUOTED.match(text, self.position)
                end = found.end() if found else self.position + 1
                word.add(text[self.position : end])
                self.position = end

    def _substitution(self, word: "_Word", depth: int) -> str:
        """What stands for the `$…` or `` `…` `` here; what is not known is told to the word and stays as written."""
        text, start = self.text, self.position
        if found := _ARITHMETIC.match(text, start + 1):
            self.position = found.end()
            return word.unknown_piece(text[start : self.position], "the shell works out its arithmetic")
        if text.startswith("$(", start):
            self.position += 2
            word.commands.extend(self.commands(")", depth + 1))
            return word.unknown_piece(text[start : self.position], "a command writes it")
        if text[start] == "`":
            end = text.find("`", start + 1)
            self.position = len(text) if end < 0 else end + 1
            inner = _Reader(text[start + 1 : self.position - 1], dict(self.variables), self.escape)
            word.commands.extend(inner.commands("", depth + 1))
            return word.unknown_piece(text[start : self.position], "a command writes it")
        if text.startswith("${", start):
            self.position = _closing(text, start + 2)
            written = text[start : self.position]
        else:
            name = _NAME.match(text, start + 1)
            self.position = name.end() if name else start + 1
            if name is None:
                return "$"
            written = text[start : self.position]
        value = expand(written, self.variables, "\\")
        if isinstance(value, Unresolved):
            return word.unknown_piece(written, value.reason)
        return value


class _Word:
    """A word while it is read."""

    def __init__(self, offset: int) -> None:
        self.offset = offset
        self.pieces: list[str] = []
        self.unknown = ""
        self.commands: list[Command] = []
        self.started = False

    def add(self, piece: str, started: bool = True) -> None:
        self.pieces.append(piece)
        self.started = self.started or started

    def unknown_piece(self, written: str, why: str) -> str:
        self.unknown = self.unknown or why
        return written

    def done(self) -> list[ShellWord]:
        if not self.started:
            return []
        return [ShellWord("".join(self.pieces), self.offset, self.unknown, tuple(self.commands))]


def _closing(text: str, position: int) -> int:
    """The position behind the brace that closes the `${` before `position`."""
    depth = 1
    while position < len(text):
        char = text[position]
        position += 2 if char == "\\" else 1
        if char == "{" and text[position - 2 : position - 1] == "$":
            depth += 1
        elif char == "}":
            depth -= 1
            if not depth:
                return position
    return len(text)
