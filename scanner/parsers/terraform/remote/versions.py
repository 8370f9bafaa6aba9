"""Terraform's version constraints: which of some versions is the newest that satisfies them.

Own code, because `packaging` reads PEP 440: there `~> 1.2` has no counterpart for `~> 1`, pre-releases are spelled
and ordered otherwise, and `1.0-beta.2` is no version. The rules here are those of HashiCorp's go-version, with
Terraform's own on top: a pre-release is taken only when a constraint names exactly that one.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import zip_longest

_PART = r"[0-9A-Za-z\-~]"
_VERSION = (
    r"v?(?P<segments>[0-9]+(?:\.[0-9]+)*)"
    rf"(?:-(?P<numeric>[0-9]+{_PART}*(?:\.{_PART}+)*)|-?(?P<named>[A-Za-z\-~]+{_PART}*(?:\.{_PART}+)*))?"
    rf"(?:\+(?P<metadata>{_PART}+(?:\.{_PART}+)*))?"
)
_VERSION_TEXT = re.compile(_VERSION)
_CONSTRAINT_TEXT = re.compile(rf"\s*(?P<operator><=|>=|!=|~>|<|>|=|)\s*(?P<version>{_VERSION})\s*", re.ASCII)
_LARGEST = (1 << 63) - 1
_LONGEST = 256


class VersionError(ValueError):
    """A text that is no version or no constraint; `str()` shows it."""


@dataclass(frozen=True)
class Version:
    """Three segments or more (missing ones are 0), of which `written` were given, and a pre-release or ""."""

    segments: tuple[int, ...]
    written: int
    prerelease: str
    metadata: str

    def __str__(self) -> str:
        text = ".".join(map(str, self.segments))
        text += f"-{self.prerelease}" if self.prerelease else ""
        return text + (f"+{self.metadata}" if self.metadata else "")


@dataclass(frozen=True)
class Constraint:
    """One comparison; `operator` is one of =, !=, >, >=, <, <= and ~>."""

    operator: str
    version: Version


def parse_version(text: str) -> Version:
    """The version that `text` writes, with or without a leading v. Raises `VersionError`."""
    match = _VERSION_TEXT.fullmatch(text) if len(text) <= _LONGEST else None
    segments = tuple(int(each) for each in match["segments"].split(".")) if match else ()
    if match is None or max(segments) > _LARGEST:
        raise VersionError(f"{text[:_LONGEST]!r} is no version")
    padded = segments + (0,) * (3 - len(segments))
    return Version(padded, len(segments), match["numeric"] or match["named"] or "", match["metadata"] or "")


def parse_constraints(text: str) -> tuple[Constraint, ...]:
    """The comparisons of a comma-separated list, all of which must hold. Raises `VersionError`."""
    found = []
    for part in text.split(","):
        match = _CONSTRAINT_TEXT.fullmatch(part) if len(part) <= _LONGEST else None
        if match is None:
            raise VersionError(f"{part[:_LONGEST].strip()!r} is no version constraint")
        found.append(Constraint(match["operator"] or "=", parse_version(match["version"])))
    return tuple(found)


def newest(versions: Iterable[str], constraint: str | None) -> str | None:
    """The newest of `versions` that satisfies `constraint`, as it is written there; None when none does.

    Without a constraint every version but a pre-release will do. What is no version is passed over. Raises
    `VersionError` for a constraint that cannot be read.
    """
    constraints = () if constraint is None else parse_constraints(constraint)
    best: tuple[Version, str] | None = None
    for text in versions:
        try:
            version = parse_version(text)
        except VersionError:
            continue
        if satisfies(version, constraints) and (best is None or compare(version, best[0]) > 0):
            best = version, text
    return best[1] if best else None


def exact_version(constraint: str | None) -> str | None:
    """The one version that can satisfy `constraint`, None when there may be several. Raises `VersionError`."""
    constraints = () if constraint is None else parse_constraints(constraint)
    exact = [each.version for each in constraints if each.operator == "="]
    return str(exact[0]) if exact and satisfies(exact[0], constraints) else None


def satisfies(version: Version, constraints: Iterable[Constraint]) -> bool:
    """Whether every one of `constraints` holds for `version`, and a pre-release is named exactly."""
    constraints = tuple(constraints)
    named = {(each.version.segments, each.version.prerelease) for each in constraints if each.operator == "="}
    if version.prerelease and (version.segments, version.prerelease) not in named:
        return False
    return all(_holds(version, each) for each in constraints)


def compare(left: Version, right: Version) -> int:
    """Below 0 when `left` is older than `right`, above 0 when it is newer, 0 when neither."""
    if left.segments != right.segments:
        pairs = zip_longest(left.segments, right.segments, fillvalue=0)
        return next((1 if one > other else -1 for one, other in pairs if one != other), 0)
    if left.prerelease == right.prerelease:
        return 0
    if not left.prerelease or not right.prerelease:
        return -1 if left.prerelease else 1
    parts = zip_longest(left.prerelease.split("."), right.prerelease.split("."), fillvalue="")
    return next((_compare_parts(one, other) for one, other in parts if one != other), 0)


def _compare_parts(left: str, right: str) -> int:
    """Two different parts of pre-releases: numbers before names, and a missing part before a number, after a name."""
    if not left:
        return -1 if _is_number(right) else 1
    if not right:
        return 1 if _is_number(left) else -1
    if _is_number(left) and _is_number(right):
        return 1 if int(left) > int(right) else -1
    if _is_number(left) or _is_number(right):
        return -1 if _is_number(left) else 1
    return 1 if left > right else -1


def _is_number(part: str) -> bool:
    return part.isdecimal() and int(part) <= _LARGEST


def _holds(version: Version, constraint: Constraint) -> bool:
    limit = constraint.version
    order = compare(version, limit)
    if constraint.operator == "=":
        return order == 0
    if constraint.operator == "!=":
        return order != 0
    # A comparison says nothing about pre-releases, but for one that names a pre-release of the same version.
    if version.prerelease and (not limit.prerelease or version.segments != limit.segments):
        return False
    if constraint.operator == "~>":
        return order >= 0 and _is_near(version, limit)
    return {">": order > 0, ">=": order >= 0, "<": order < 0, "<=": order <= 0}[constraint.operator]


def _is_near(version: Version, limit: Version) -> bool:
    """Whether no segment but the last one written has grown: ~> 1.2 takes 1.9 but not 2.0, ~> 1.2.3 not 1.3."""
    if limit.prerelease and not version.prerelease:
        return False
    if len(limit.segments) > len(version.segments):
        return False
    fixed = limit.written - 1
    return version.segments[:fixed] == limit.segments[:fixed]
