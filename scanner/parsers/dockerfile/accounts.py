"""The user accounts that commands make: a name that stands for the number 0 is root, whatever it is called."""

from collections.abc import Iterable, Iterator

from scanner.core.values import Unresolved
from scanner.parsers.dockerfile.commands import Command
from scanner.parsers.dockerfile.programs import bare, options, program

_MAKING = frozenset(["useradd", "adduser", "usermod"])
_VALUED = frozenset([
    "-b", "-c", "-d", "-e", "-f", "-g", "-G", "-h", "-k", "-K", "-l", "-p", "-s", "-u", "--base-dir", "--comment",
    "--expiredate", "--gecos", "--gid", "--group", "--groups", "--home", "--home-dir", "--ingroup", "--key", "--login",
    "--password", "--shell", "--skel", "--uid", "--firstuid", "--lastuid", "--firstgid", "--lastgid",
])  # fmt: skip


def accounts(commands: Iterable[Command]) -> Iterator[tuple[str, str | Unresolved | None]]:
    """Each account that `useradd`, `adduser` or `usermod` names: its name, and its number where one is given."""
    for command in commands:
        words = bare(command.words)
        name = program(words)
        if name not in _MAKING:
            continue
        # BusyBox's `-g` and `-h` take a value as well, and `-G` of shadow's.
        found = list(options(words[1:], _VALUED))
        number = next((value for option, value in found if option in ("-u", "--uid") and value is not None), None)
        named = [value for option, value in found if not option and value is not None]
        if named and not named[0].unknown:
            yield named[0].text, number.value() if number is not None else None
