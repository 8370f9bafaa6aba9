"""Finds the comments and annotations that silence other scanners: Checkov, Trivy and tfsec, KICS, kube-linter."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from scanner.core.location import Location
from scanner.core.resource import Release, Resource, SourceFile
from scanner.judging.waivers.inline import spoken_of

_COMMENT = re.compile(r"(?:#|//|/\*|<!--)(?P<text>.*)")
_END_OF_COMMENT = re.compile(r"\s*(?:\*/|-->)?\s*$")
_CHECKOV = re.compile(r"(?:checkov|bridgecrew|cortex):skip=\s*(?P<ids>[\w-]+(?:,[\w-]+)*)(?::(?P<reason>.*))?")
_TRIVY = re.compile(r"(?:trivy|tfsec):ignore:(?P<id>[^\s:\[]+)(?P<where>\[[^\]]*\])?(?P<more>(?::(?:exp|ws):[^\s:]+)*)")
_EXPIRY = re.compile(r":exp:(\S+?)(?=:|$)")
_KICS = re.compile(r"kics-scan\s+(?P<what>ignore-line|ignore-block|ignore|disable|enable)(?:=(?P<ids>[\w,-]*))?\s*")
_CHECKOV_KEY = re.compile(r"(?:checkov|bridgecrew|cortex)\.io/skip\d*")
_KUBE_LINTER_KEY = "ignore-check.kube-linter.io/"
_KUBE_LINTER_ALL = "kube-linter.io/ignore-all"
EVERYTHING = "*"


@dataclass(frozen=True)
class Suppression:
    """One check of another scanner that somebody has silenced.

    `check` is its id there, `EVERYTHING` for all of them. `text` is what is written at `location`, and `line` the line
    that it speaks of, 0 for the whole file. `until` is empty where no end is given, as `reason` where there is none.
    """

    scanner: str
    check: str
    location: Location
    text: str
    line: int
    reason: str = ""
    until: str = ""


def suppressions(release: Release) -> list[Suppression]:
    """Every one that stands in the files of the release, by where it is written."""
    found = [each for file in release.source_files if file.is_loaded for each in _in_comments(file)]
    found += [each for resource in release.resources for each in _in_annotations(resource)]
    return sorted(dict.fromkeys(found), key=lambda each: (each.location, each.scanner, each.check))


def _in_comments(file: SourceFile) -> Iterator[Suppression]:
    if not any(word in file.text for word in (":skip=", ":ignore:", "kics-scan")):
        return
    lines = file.text.split("\n")
    for number, line in enumerate(lines, start=1):
        comment = _COMMENT.search(line)
        if comment is not None:
            text = _END_OF_COMMENT.sub("", comment["text"]).strip()
            at = Location(file.path, number)
            below = spoken_of(lines, number)
            yield from _checkov(text, at, 0 if file.format == "dockerfile" else below)
            yield from _trivy(text, at, below)
            yield from _kics(text, at, below)


def _checkov(text: str, at: Location, line: int) -> Iterator[Suppression]:
    for match in _CHECKOV.finditer(text):
        for check in match["ids"].split(","):
            yield Suppression("checkov", check, at, text, line, (match["reason"] or "").strip())


def _trivy(text: str, at: Location, line: int) -> Iterator[Suppression]:
    matches = list(_TRIVY.finditer(text))
    # Trivy has no place for a reason; what else the comment says is likely to be one.
    reason = _TRIVY.sub("", text).strip(" #/-:")
    for match in matches:
        expiry = _EXPIRY.search(match["more"])
        yield Suppression("trivy", match["id"], at, text, line, reason, _day(expiry[1]) if expiry else "")


def _day(text: str) -> str:
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        return ""


def _kics(text: str, at: Location, line: int) -> Iterator[Suppression]:
    match = _KICS.search(text)
    if match is None:
        return
    is_whole = match["what"] in ("ignore", "disable", "enable")
    named = match["ids"] if match["what"] == "disable" else ""
    reason = text[match.end() :].strip(" #/-:")
    for check in (named or EVERYTHING).split(","):
        yield Suppression("kics", check, at, text, 0 if is_whole else line, reason)


def _in_annotations(resource: Resource) -> Iterator[Suppression]:
    metadata = resource.attributes.get("metadata")
    annotations = metadata.get("annotations") if isinstance(metadata, Mapping) else None
    if resource.format != "kubernetes" or resource.parent is not None or not isinstance(annotations, Mapping):
        return
    for key, value in annotations.items():
        at = resource.locate(("metadata", "annotations", key))
        words = value.strip() if isinstance(value, str) else ""
        line, text = resource.location.start_line, f"{key}: {words}"
        if _CHECKOV_KEY.fullmatch(key):
            check, _, reason = words.partition("=")
            yield Suppression("checkov", check.strip(), at, text, line, reason.strip())
        elif key.startswith(_KUBE_LINTER_KEY):
            yield Suppression("kube-linter", key.removeprefix(_KUBE_LINTER_KEY), at, text, line, words)
        elif key == _KUBE_LINTER_ALL:
            yield Suppression("kube-linter", EVERYTHING, at, text, line, words)
