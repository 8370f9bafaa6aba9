"""What there is to say about one policy: its clauses, the text it is written in, and its examples."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import takewhile
from pathlib import Path

from scanner.authoring.fixtures import Case, cases_of
from scanner.authoring.policy_folder import policy_folder
from scanner.bundled import bundled_path
from scanner.core.bundle import Bundle
from scanner.core.control import Control, Framework, Strength
from scanner.core.finding import Status
from scanner.core.foreign import ConftestRule, GatekeeperRule
from scanner.core.policy import CHECKOV, Policy
from scanner.reports.safe_text import visible

LANGUAGES = {"conditions": "yaml"}
_CONTEXT = 5
_SHORT = 30


@dataclass(frozen=True)
class Clause:
    """A control that the policy evidences; `binds` says from when, where that is not always."""

    framework: Framework
    control: Control
    strength: Strength
    binds: str


@dataclass(frozen=True)
class Text:
    """Lines of a file from number `first` on."""

    path: str
    text: str
    first: int = 1


@dataclass(frozen=True)
class ShownExample:
    """One example: the folder it lies in, what is expected of it, and the text around the line that decides."""

    name: str
    status: Status
    expected: tuple[str, ...]
    excerpt: Text | None


def harmless(line: str) -> str:
    """The line as it may be shown on a terminal: only tabs steer it."""
    return "\t".join(visible(part) for part in line.split("\t"))


def language(policy: Policy) -> str:
    """What the policy is written in, or for."""
    return LANGUAGES.get(policy.engine, policy.engine)


def judged_types(policy: Policy) -> str:
    """The types of resources that the policy judges, where it says so itself."""
    types = [type_ for type_ in policy.applies_to.types if type_ != "*"]
    return ", ".join(types) or "what its own rule names"


def beside_others(policy: Policy) -> dict[str, str]:
    """How a policy of another tool stands beside ours, by a label; nothing of what is ours."""
    said = {}
    if policy.same_as:
        said["same as"] = f"{', '.join(policy.same_as)}, whose finding is reported where both judge"
    if not policy.is_mapped:
        said["unmapped"] = "evidences no control here; runs with --checkov-all, or by its name"
    return said


def clauses(policy: Policy, bundle: Bundle) -> list[Clause]:
    """The controls that name the policy, in the order of the frameworks."""
    return [
        Clause(framework, control, control.policies[policy.id], _binds(control))
        for framework in bundle.frameworks
        for control in framework.controls
        if policy.id in control.policies
    ]


def _binds(control: Control) -> str:
    return ", ".join(
        f"from {day.isoformat()}{'' if annex == 'any' else f' ({annex})'}"
        for annex, day in control.applies_from.items()
    )


def sources(policy: Policy, directories: Sequence[Path]) -> Iterator[Text]:
    """The text of the policy: its file, or the modules of the program it was written for that it is a rule of."""
    path = policy.location.path if policy.location else ""
    if isinstance(policy.rule, ConftestRule):
        yield from (Text(name, text) for name, text in policy.rule.modules.modules if name == path)
    elif isinstance(policy.rule, GatekeeperRule):
        yield from (Text(name, text) for name, text in policy.rule.modules.modules)
        constraint = json.dumps(policy.rule.constraint, indent=2, sort_keys=True, ensure_ascii=False, default=str)
        yield Text(path, f"{constraint}\n")
    elif isinstance(policy.rule, str):
        yield Text(path, policy.rule)
    else:
        for directory in (bundled_path(), *directories):
            folder = directory.resolve()
            file = folder.parent / path
            if path.startswith(f"{folder.name}/") and file.is_file():
                yield _part(policy, Text(path, file.read_text(encoding="utf-8")))
                return


def _part(policy: Policy, whole: Text) -> Text:
    """Of a file with many checks the lines that are about this one."""
    if policy.engine != CHECKOV or policy.location is None:
        return whole
    first = policy.location.start_line
    head, *rest = whole.text.splitlines()[first - 1 :]
    depth = len(head) - len(head.lstrip())
    own = takewhile(lambda line: len(line) - len(line.lstrip()) > depth, rest)
    return Text(whole.path, "\n".join([head, *own]), first)


def examples(policy: Policy, directories: Sequence[Path]) -> Iterator[ShownExample]:
    """The first example of each status, wherever the examples of the policy's folder lie."""
    folders = [policy_folder(directory) for directory in (bundled_path(), *directories) if directory.is_dir()]
    seen: set[Status] = set()
    for folder in folders:
        for fixtures in folder.fixtures:
            for case in cases_of(fixtures / policy.id) if (fixtures / policy.id).is_dir() else ():
                if not case.mistake and case.status not in seen:
                    seen.add(case.status)
                    yield _shown(case, folder.label(case.folder))


def _shown(case: Case, name: str) -> ShownExample:
    expected = []
    for entry in case.expected:
        where = f" at {entry['file']}:{entry['line']}" if entry.get("file") and entry.get("line") else ""
        cause = f" because {entry['cause']}" if entry.get("cause") else ""
        expected.append(f"{entry['address']}{where}{cause}")
    place = next(((str(entry["file"]), int(entry["line"])) for entry in case.expected if entry.get("line")), None)
    return ShownExample(name, case.status, tuple(expected), _excerpt(case.folder, place))


def _excerpt(folder: Path, place: tuple[str, int] | None) -> Text | None:
    """The file that decides, or the first that is text; only the lines around the one that decides if it is long."""
    files = [path for path in sorted(folder.rglob("*")) if path.is_file() and path.name != "releasegate.yaml"]
    file = folder / place[0] if place else next(iter(files), None)
    if file is None or not file.is_file():
        return None
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        return None
    if any("\0" in line for line in lines):
        return None
    name = file.relative_to(folder).as_posix()
    if len(lines) <= _SHORT:
        return Text(name, "\n".join(lines))
    line = place[1] if place else 1
    first = max(1, line - _CONTEXT)
    return Text(name, "\n".join(lines[first - 1 : line + _CONTEXT]), first)
