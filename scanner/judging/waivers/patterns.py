"""The patterns of a file of waivers: which addresses and which paths one of them covers.

An address pattern means the same whether a resource was read from HCL, from a plan or inside a module. `*` stands for
any characters within one part of an address, `?` for one, `**` for any parts; the parts of a Terraform address are
divided by `.` and `/`, of every other by `/`. Brackets are no pattern but the key of an instance: a part without one
covers all its instances (`aws_s3_bucket.models` also `aws_s3_bucket.models["eu"]`, `module.store` in front also
`module.store[0]`), `[*]` says so aloud, and `["eu-*"]` covers those keys. What is covered is covered with its parts
(`aws_iam_policy.ci` with `aws_iam_policy.ci/statement[0]`, a Deployment with its containers).

A path pattern is one of .gitignore, relative to the root of the repository, except that brackets, `!` and `#` mean
themselves: a path is also that of a call that leads to the resource.
"""

import re
from functools import cache
from typing import Any

from pathspec import GitIgnoreSpec

from scanner.core.finding import Finding
from scanner.core.resource import Resource

_KEY = r'\[(?:"(?:[^"\\]|\\.)*"|[^\[\]"]*)\]'
_TOKEN = re.compile(
    r"""(?P<key>\["(?:[^"\\]|\\.)*"\]|\['(?:[^'\\]|\\.)*'\]|\[[^\[\]"']*\])|(?P<all>\*\*[./]?)|(?P<some>[*?])|(?P<other>.)""",
    re.DOTALL,
)
_SPECIAL = re.compile(r"([\[\]!#])")


def covers_address(pattern: str, resource: Resource) -> bool:
    """Whether the pattern, empty for any, covers the address of the resource or of what it is a part of."""
    return not pattern or bool(_address(pattern, resource.format == "terraform").fullmatch(resource.address))


def covers_path(pattern: str, path: str) -> bool:
    """Whether the pattern, empty for any, covers the path of a file, relative to the root of the repository."""
    return not pattern or _path(pattern).match_file(path)


def covers(address: str, path: str, finding: Finding) -> bool:
    """Whether both patterns cover the finding; the path may be that of its resource or of a call that leads there."""
    if not covers_address(address, finding.resource):
        return False
    places = (finding.location, finding.resource.location, *(call.location for call in finding.resource.calls))
    return any(covers_path(path, place) for place in dict.fromkeys(place.path for place in places))


def weight(address: str, path: str) -> tuple[int, int]:
    """How closely two patterns describe something: first by how many there are, then by how much of them is literal."""
    literal = sum(len(pattern) - pattern.count("*") - pattern.count("?") for pattern in (address, path))
    return bool(address) + bool(path), literal


@cache
def _path(pattern: str) -> GitIgnoreSpec:
    return GitIgnoreSpec.from_lines([_SPECIAL.sub(r"\\\1", pattern)])


@cache
def _address(pattern: str, is_terraform: bool) -> Any:
    import re2  # noqa: PLC0415 - few scans have patterns; matching takes linear time, whoever wrote them

    dividers = "./" if is_terraform else "/"
    within = f"[^{re.escape(dividers)}]"
    parts: list[str] = []
    has_key = False
    for token in _TOKEN.finditer(pattern):
        kind, text = token.lastgroup, token[0]
        if kind == "key":
            parts.append(_key(text))
            has_key = True
            continue
        if text in dividers and not has_key:
            parts.append(f"(?:{_KEY})*")
        has_key = False
        if kind == "all":
            ends_part = text[2:] and text[2:] in dividers  # as in .gitignore, that may be no part at all
            parts.append(f"(?:.*{re.escape(text[2:])})?" if ends_part else f".*{re.escape(text[2:])}")
        elif kind == "some":
            # a key is no part: "*" goes over it whole, or a dot within it would end the part
            parts.append(f"(?:{within[:-1]}\\[]|{_KEY})*" if text == "*" else within)
        else:
            parts.append(re.escape(text))
    end = "" if has_key else f"(?:{_KEY})*"
    return re2.compile(f"(?s:{''.join(parts)}{end}(?:/.*)?)")


def _key(text: str) -> str:
    """The key of an instance: quoted, a number, or with patterns in it."""
    inner = text[1:-1]
    if inner == "*":
        return _KEY
    if inner[:1] in ("'", '"'):
        inner = f'"{inner[1:-1]}"'
    any_of_it = r'(?:[^"\\]|\\.)'
    pieces = (
        {"*": f"{any_of_it}*", "?": any_of_it}.get(piece) or re.escape(piece) for piece in re.split(r"([*?])", inner)
    )
    return rf"\[{''.join(pieces)}\]"
