"""The words of a model server's command line, by the options that they set."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache

from scanner.core.values import AttributePath, Unresolved
from scanner.parsers.kubernetes.arguments import Word
from scanner.parsers.kubernetes.serving import server_in
from scanner.parsers.kubernetes.serving_flags import SERVERS, Option
from scanner.parsers.kubernetes.serving_flags.interface import LIST

CONFIGURATION_FILE = "configuration file"
"""The name under which `given` has the path of a configuration file."""

Located = tuple[Word, AttributePath]

_SEPARATORS = frozenset({"&&", "||", ";", "|", "&", ";;", "(", ")"})
_ASSIGNMENT = re.compile(r"([A-Za-z_]\w*)=(.*)", re.DOTALL)
_MORE_ARGUMENTS = re.compile(r"(^|_)(args?|arguments|flags?|options?|opts?|params?)\W*$", re.IGNORECASE)
_NUMBER = re.compile(r"-\d")


@dataclass
class CommandLine:
    """What the words of one server's command line say.

    `given` has, by option, each value with its place and the flag before it; `hidden` is why other flags may be there,
    and where; `assigned` are variables that a script sets; `starts` says whether the words start the server at all.
    """

    given: dict[str, list[tuple[Word, AttributePath, str]]] = field(default_factory=dict)
    hidden: tuple[str, AttributePath] | None = None
    assigned: dict[str, tuple[Word, AttributePath]] = field(default_factory=dict)
    starts: bool = False


def read_words(runtime: str, words: Sequence[Located], *, has_command: bool) -> CommandLine:
    """The words of the server's own command line, by the option that they set."""
    line = CommandLine()
    server = SERVERS[runtime]
    start = server_in([word for word, _ in words])
    line.starts = start is not None
    begin = start[1] if start else 0
    for word, place in words[:begin]:
        match = _ASSIGNMENT.fullmatch(word.expression if isinstance(word, Unresolved) else word)
        if match:
            value: Word = Unresolved(match[2], word.reason) if isinstance(word, Unresolved) else match[2]
            line.assigned[match[1]] = value, place
    own = list(_own(words[begin:]))
    flags = _flags(runtime)
    position = 0
    if server.positional and own and (line.starts or not has_command) and not _is_flag(own[0][0]):
        line.given.setdefault(server.positional, []).append((own[0][0], own[0][1], server.positional))
        position = 1
    while position < len(own):
        position += _take(own, position, flags, line)
    return line


@cache
def _flags(runtime: str) -> Mapping[str, Option]:
    server = SERVERS[runtime]
    files = {flag: Option(CONFIGURATION_FILE, flag) for flag in server.config_flags.split()}
    return {flag: option for option in server.options for flag in option.flags.split()} | files


def _own(words: Sequence[Located]) -> Iterator[Located]:
    for word, place in words:
        if isinstance(word, str) and word in _SEPARATORS:
            return
        yield word, place


def _take(words: Sequence[Located], position: int, flags: Mapping[str, Option], line: CommandLine) -> int:
    """Enter what stands at the position, and return how many words it takes."""
    word, place = words[position]
    text = word.expression if isinstance(word, Unresolved) else word
    name, assigned, value = text.partition("=")
    known = isinstance(word, str) or (bool(assigned) and "$" not in name and "{{" not in name)
    if not known:  # a whole word, which may be any argument
        line.hidden = line.hidden or (word.reason if isinstance(word, Unresolved) else "", place)
        return 1
    if not _is_flag(name):
        return 1
    following = words[position + 1 :]
    option, negated = _option(name, flags)
    if option is None:
        return 1 if assigned else 1 + _is_value(following)
    if assigned:
        found: Word = Unresolved(value, word.reason) if isinstance(word, Unresolved) else value
        return _give(line, option, [found], place, name, negated)
    if option.takes_value:
        count = 1 if following else 0
        if option.kind == LIST:
            count = next((i for i, (each, _) in enumerate(following) if _is_flag(each)), len(following))
        where = following[0][1] if count else place
        return _give(line, option, [each for each, _ in following[:count]] or [""], where, name, negated) + count
    is_answer = bool(following) and str(following[0][0]).lower() in ("true", "false") and not negated
    values = [following[0][0]] if is_answer else ["true"]
    return _give(line, option, values, place, name, negated) + int(is_answer)


def _give(
    line: CommandLine, option: Option, values: Sequence[Word], place: AttributePath, name: str, negated: bool
) -> int:
    unknown = next((each for each in values if isinstance(each, Unresolved)), None)
    texts = [each for each in values if isinstance(each, str)]
    value: Word = unknown if unknown is not None else "\n".join(texts)
    line.given.setdefault(option.name, []).append(("false" if negated else value, place, name))
    return 1


def _option(name: str, flags: Mapping[str, Option]) -> tuple[Option | None, bool]:
    plain = name.partition(".")[0]
    dashed = plain[:2] + plain[2:].replace("_", "-")
    if dashed in flags:
        return flags[dashed], False
    return flags.get(dashed.replace("--no-", "--", 1)) if dashed.startswith("--no-") else None, True


def _is_flag(word: Word) -> bool:
    text = word.expression if isinstance(word, Unresolved) else word
    return text.startswith("-") and not _NUMBER.match(text) and text != "-"


def _is_value(following: Sequence[Located]) -> int:
    """1 where the next word is the value of a flag that is not in the table, as far as one can tell, 0 elsewhere."""
    if not following or _is_flag(following[0][0]):
        return 0
    word = following[0][0]
    return 0 if isinstance(word, Unresolved) and _MORE_ARGUMENTS.search(word.expression.strip("$(){}")) else 1
