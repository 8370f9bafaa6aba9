"""The documentation of a bundle: a Markdown page a policy, a page a framework, and an index."""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from scanner.authoring.descriptions import Clause, ShownExample, Text, clauses, examples, language
from scanner.authoring.rendering import rendered
from scanner.core.bundle import Bundle
from scanner.core.control import Control
from scanner.core.policy import CHECKOV, Policy

_SPECIAL = re.compile(r"([\\`*_\[\]<>|#~&])")
_LINE_START = re.compile(r"^(\s*)([-+=]|\d+(?=[.)]))", re.MULTILINE)
_URL = re.compile(r"https?://[^\s<>]+")
_NUMBER = re.compile(r"-[0-9]{3,}")
_FENCES = re.compile(r"`{3,}")
INDEX = "README.md"
_CHECKOV = "checkov-checks.md"


def pages(bundle: Bundle, directories: Sequence[Path]) -> dict[str, str]:
    """The text of every page by its file name; `directories` are those of the bundle beside what ships."""
    policies = [policy for policy in bundle.policies if policy.engine != CHECKOV]
    checks = [policy for policy in bundle.policies if policy.engine == CHECKOV and policy.is_mapped]
    names = _names(policies)
    links = {policy.id: f"[{escaped(policy.id)}]({names[policy.id]})" for policy in policies}
    found = {
        names[policy.id]: _page(policy, clauses(policy, bundle), list(examples(policy, directories)))
        for policy in policies
    }
    if checks:
        found[_CHECKOV] = rendered(
            "checkov.md.jinja", {"checks": checks, "same": lambda each: _same(each, links)}, _FILTERS
        )
    for framework in bundle.frameworks:
        values: dict[str, Any] = {"framework": framework, "policies_of": lambda control: _named(control, links, checks)}
        found[_framework_name(framework.id)] = rendered("framework.md.jinja", values, _FILTERS)
    values = {
        "areas": _areas(policies),
        "checks": len(checks),
        "links": links,
        "language": language,
        "frameworks": bundle.frameworks,
    }
    found[INDEX] = rendered("index.md.jinja", values | {"framework_name": _framework_name}, _FILTERS)
    return found


def _page(policy: Policy, found: Sequence[Clause], shown: Sequence[ShownExample]) -> str:
    frameworks: dict[str, list[Clause]] = {}
    for clause in found:
        frameworks.setdefault(clause.framework.id, []).append(clause)
    values = {"policy": policy, "language": language(policy), "frameworks": frameworks, "examples": shown}
    return rendered("policy.md.jinja", values | {"framework_name": _framework_name}, _FILTERS)


def _names(policies: Sequence[Policy]) -> dict[str, str]:
    """A file name for each policy, whatever its id is made of; no two differ in the case of letters alone."""
    names: dict[str, str] = {}
    taken: set[str] = set()
    for policy in policies:
        base = re.sub(r"[^A-Za-z0-9._-]+", "-", policy.id).strip(".-") or "policy"
        name, number = f"{base}.md", 1
        while name.lower() in taken or name.lower() == INDEX.lower():
            number += 1
            name = f"{base}-{number}.md"
        taken.add(name.lower())
        names[policy.id] = name
    return names


def _framework_name(framework: str) -> str:
    return f"framework-{re.sub(r'[^A-Za-z0-9._-]+', '-', framework)}.md"


def _areas(policies: Sequence[Policy]) -> Mapping[str, list[Policy]]:
    """The policies by the letters before their number; those of other programs by the program."""
    areas: dict[str, list[Policy]] = {}
    for policy in policies:
        number = _NUMBER.search(policy.id)
        is_own = policy.engine in ("conditions", "rego") and number is not None
        areas.setdefault(policy.id[: number.start()] if number and is_own else language(policy), []).append(policy)
    return dict(sorted(areas.items()))


def _named(control: Control, links: Mapping[str, str], checks: Sequence[Policy]) -> str:
    by_checkov = {policy.id for policy in checks}.intersection(control.policies)
    named = [
        f"{links.get(id_, escaped(id_))}{'' if strength == 'direct' else f' ({strength})'}"
        for id_, strength in control.policies.items()
        if id_ not in by_checkov
    ]
    return ", ".join([*named, *([f"[{len(by_checkov)} checks of Checkov]({_CHECKOV})"] if by_checkov else [])])


def _same(check: Policy, links: Mapping[str, str]) -> str:
    return ", ".join(links.get(id_, escaped(id_)) for id_ in check.same_as)


def escaped(text: object) -> str:
    """Text that Markdown shows as it is, in one paragraph or cell."""
    line = " ".join(str(text).split())
    return _LINE_START.sub(r"\1\\\2", _SPECIAL.sub(r"\\\1", line)) if not line[:1].isdigit() else _numbered(line)


def _numbered(line: str) -> str:
    """A paragraph that begins with a number is no list."""
    return re.sub(r"^(\d+)([.)])", r"\1\\\2", _SPECIAL.sub(r"\\\1", line))


def linked(url: str) -> str:
    """A link to the address, if it is one of the web."""
    return f"<{url}>" if _URL.fullmatch(url) else escaped(url)


def fenced(text: Text) -> str:
    """The lines of a file as a block of code."""
    longest = max((len(found) for found in _FENCES.findall(text.text)), default=2)
    fence = "`" * max(3, longest + 1)
    return f"{fence}\n{text.text}\n{fence}"


def code(value: object) -> str:
    """A value as JSON in a span of code."""
    text = json.dumps(value, ensure_ascii=False, default=str) if not isinstance(value, str) else value
    ticks = "`" * (max((len(found) for found in re.findall(r"`+", text)), default=0) + 1)
    space = " " if text.startswith("`") or text.endswith("`") else ""
    return f"{ticks}{space}{text}{space}{ticks}".replace("\n", " ").replace("|", "\\|")


_FILTERS: Mapping[str, Callable[..., str]] = {"md": escaped, "code": code, "link": linked, "block": fenced}
