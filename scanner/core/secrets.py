"""Which values are secrets, and how they are kept out of every message, excerpt and error."""

import json
import re
from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from typing import Any

from scanner.core.values import AttributePath, leaves

MASK = "********"

_SECRET_NAME = re.compile(
    r"(password|passwd|passphrase|secret|token|credentials?|shared_access_signature"
    r"|(api|access|private|account|secret|signing|encryption)[_-]?key|(secret|connection)[_-]?string)$",
    re.IGNORECASE,
)
# Well-known credentials: how each begins, and what follows.
_CREDENTIALS: Mapping[str, str] = {
    "AKIA": r"[0-9A-Z]{16}",
    "ASIA": r"[0-9A-Z]{16}",
    "hf_": r"[A-Za-z0-9]{30,}",
    "sk-": r"[A-Za-z0-9_-]{20,}",
    "ghp_": r"[A-Za-z0-9]{36,}",
    "gho_": r"[A-Za-z0-9]{36,}",
    "ghu_": r"[A-Za-z0-9]{36,}",
    "ghs_": r"[A-Za-z0-9]{36,}",
    "ghr_": r"[A-Za-z0-9]{36,}",
    "glpat-": r"[A-Za-z0-9_-]{20,}",
    "xox": r"[abprs]-[A-Za-z0-9-]{10,}",
    "eyJ": r"[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{5,}",
    "-----BEGIN ": r"[A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)",
}
_BEGINNINGS = tuple(_CREDENTIALS)
_SECRET_VALUE = re.compile("|".join(beginning + rest for beginning, rest in _CREDENTIALS.items()))
_URL_PASSWORD = re.compile(r"(?<![a-z0-9+.-])[a-z0-9+.-]+://[^/\s:@\"']*:([^/\s@\"']+)@", re.IGNORECASE)
_URL = "://"
# `export DB_PASSWORD=…` in a script; what follows is no reference to a value, and no path to a file.
_ASSIGNED = re.compile(
    r"(?i:(?:password|passwd|passphrase|secret|token|(?:api|access|private|account|secret|signing|encryption)[_-]?key)=)"
    r"[\"']?(?!(?:var|local|data|each|module)\.|[$<{(/])([^\s\"'`$<>{}()\[\],;&|\\]{6,})"
)
_JSON_STARTS = ("{", "[")
_TOO_SHORT_TO_MASK = 4
# A switch or a small number gives nothing away, and masking it would spoil every other line that has one.
_PLAIN = re.compile(r"true|false|yes|no|on|off|none|null|\d{1,5}", re.IGNORECASE)


def looks_secret(name: str) -> bool:
    """Whether an attribute or variable of this name is expected to hold a credential."""
    return _SECRET_NAME.search(name) is not None


def secret_values(attributes: Mapping[str, Any]) -> frozenset[str]:
    """The literal strings in `attributes` that no report may show: by their attribute's name or by their form.

    Kubernetes writes `{name: API_KEY, value: …}`, so the value beside a secret-looking `name` counts too; text that
    is JSON (the containers of a task definition) is looked into.
    """
    found: set[str] = set()
    siblings: dict[AttributePath, str] = {}
    texts = [(path, value) for path, value in leaves(attributes) if isinstance(value, str)]
    for path, value in texts:
        if path[-1:] == ("name",):
            siblings[path[:-1]] = value
    for path, value in texts:
        name = next((part for part in reversed(path) if isinstance(part, str)), "")
        named = looks_secret(name) or (name == "value" and looks_secret(siblings.get(path[:-1], "")))
        if named and len(value) >= _TOO_SHORT_TO_MASK and not _PLAIN.fullmatch(value):
            found.add(value)
        if _may_hold_credential(value):
            found.update(match.group(0) for match in _SECRET_VALUE.finditer(value))
        if _URL in value:
            found.update(match.group(1) for match in _URL_PASSWORD.finditer(value))
        if value[:1] in _JSON_STARTS:
            found |= _secrets_in_json(value)
    return frozenset(found)


def _may_hold_credential(text: str) -> bool:
    """Whether the search of `text` for credentials is worth its price, which nearly always it is not."""
    for beginning in _BEGINNINGS:  # noqa: SIM110 - twice as fast as any()
        if beginning in text:
            return True
    return False


def _secrets_in_json(text: str) -> frozenset[str]:
    try:
        return secret_values({"": json.loads(text)})
    except (ValueError, RecursionError):
        return frozenset()


def redact(text: str, secrets: Iterable[str]) -> str:
    """`text` with every known secret, and everything of a well-known credential's form, masked."""
    return _redact(text, secrets, lambda _: MASK)


def redact_lines(text: str, secrets: Iterable[str]) -> str:
    """As `redact`, but with as many lines as before, so that line numbers still fit."""
    return _redact(text, secrets, lambda secret: MASK + "\n" * secret.count("\n"))


@lru_cache(maxsize=8)
def _longest_first(secrets: frozenset[str]) -> tuple[str, ...]:
    """Kept, because a scan masks the text of every finding by the same secrets."""
    long_enough = (secret for secret in secrets if len(secret) >= _TOO_SHORT_TO_MASK)
    return tuple(sorted(long_enough, key=lambda secret: (-len(secret), secret)))


def _redact(text: str, secrets: Iterable[str], mask: Callable[[str], str]) -> str:
    for secret in _longest_first(frozenset(secrets)):
        text = text.replace(secret, mask(secret))
    if _URL in text:
        text = _URL_PASSWORD.sub(lambda match: match.group(0).replace(f":{match.group(1)}@", f":{MASK}@"), text)
    if "=" in text:
        text = _ASSIGNED.sub(lambda match: match.group(0)[: match.start(1) - match.start()] + MASK, text)
    if _may_hold_credential(text):
        text = _SECRET_VALUE.sub(lambda match: mask(match.group(0)), text)
    return text
