"""Which parts of a module's address are secrets, and the address without them.

Whoever stands before the host may be a token, but for ssh, and so may the value of any parameter that Terraform does
not know.
"""

import re
from urllib.parse import unquote

from scanner.core.secrets import MASK, redact

_USER = re.compile(r"(?<![A-Za-z0-9+.-])(?P<scheme>[A-Za-z][A-Za-z0-9+.-]*)://(?P<user>[^/?#]*)@")
_SHORT_USER = re.compile(r"(?:[A-Za-z0-9]+::)*(?P<user>[^@/]+)@")
_PARAMETER = re.compile(r"(?<=[?&])(?P<name>[^=&#]*)=(?P<value>[^&#]*)")
_HARMLESS = frozenset({"ref", "depth", "archive", "checksum", "rev", "tag", "digest", "version", "region", "filename"})


def secret_parts(source: str) -> tuple[str, ...]:
    """The secrets in `source`, as they are written and as they are meant, the longest first."""
    found: set[str] = set()
    for user, _ in _users(source):
        found.update((user, *user.partition(":")[::2]))
    found.update(match["value"] for match in _PARAMETER.finditer(source) if match["name"] not in _HARMLESS)
    found.update([unquote(each) for each in found])
    return tuple(sorted(found - {""}, key=lambda each: (-len(each), each)))


def mask(source: str) -> str:
    """`source` with its secrets masked, fit to be shown."""
    for user, start in reversed(_users(source)):
        source = source[:start] + MASK + source[start + len(user) :]
    source = _PARAMETER.sub(
        lambda match: match[0] if match["name"] in _HARMLESS or not match["value"] else f"{match['name']}={MASK}",
        source,
    )
    return redact(source, ())


def _users(source: str) -> list[tuple[str, int]]:
    """What stands before an @ and is no plain name of a user, and where it begins."""
    found = []
    for match in _USER.finditer(source):
        user, start = match["user"], match.start("user")
        if match["scheme"].lower() == "ssh":  # the name itself is public there, as in ssh://git@…
            start += len(user.partition(":")[0]) + 1
            user = user.partition(":")[2]
        if user:
            found.append((user, start))
    short = _SHORT_USER.match(source)
    if short and short["user"] != "git" and "://" not in source.partition("?")[0]:
        found.append((short["user"], short.start("user")))
    return found
