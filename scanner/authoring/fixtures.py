"""The examples of a policy: what it must find in each of its inputs, and how far that is from what it finds."""

from collections.abc import Collection, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from scanner.authoring.outcome import Outcome, Result
from scanner.config import Config, RegoOptions, UsageError, build
from scanner.core.finding import Finding, Status
from scanner.core.notification import Level
from scanner.core.policy import CHECKOV
from scanner.core.result import ScanResult
from scanner.core.suggestions import closest
from scanner.discovery import repository_root
from scanner.engines.interface import Observe
from scanner.isolation import processes_kept
from scanner.pipeline import engines, judge, open_bundle
from scanner.yaml_source import SourceError, load_documents

# What ages is judged by this day, so that an example that passes today passes in a year.
AS_OF = date(2026, 11, 21)
_KEYS = {"address", "file", "line", "cause"}
# A policy must be right about an overlay too that no program is there to render.
_NOT_RENDERED = "overlay not rendered: it needs kustomize"

# Address, file relative to the case, line and cause; file and line count for what does not pass.
Described = tuple[str, str, int, str]


@dataclass(frozen=True)
class Case:
    """One folder below `<fixtures>/<policy>/` with the findings that are expected of it.

    `line` is that in expected.yaml; `mistake` says why it is no case.
    """

    policy: str
    folder: Path
    expected: tuple[dict[str, Any], ...] = ()
    mistake: str = ""
    line: int = 1

    @property
    def status(self) -> Status:
        return Status(self.folder.name.partition("-")[0])

    def __str__(self) -> str:
        return f"{self.policy}/{self.folder.name}"


def cases_in(fixtures: Path) -> Iterator[Case]:
    """Every case of every policy, in order; what is no case although it looks like one has a `mistake`."""
    for folder in sorted(path for path in fixtures.iterdir() if path.is_dir()):
        yield from cases_of(folder)


def cases_of(folder: Path) -> Iterator[Case]:
    """The cases of one policy, in the order of its expected.yaml."""
    file = folder / "expected.yaml"
    try:
        documents = load_documents(file.read_text(encoding="utf-8"), file.name)
    except FileNotFoundError:
        yield Case(folder.name, folder, mistake="there is no expected.yaml")
        return
    except (OSError, UnicodeDecodeError, SourceError) as error:
        yield Case(folder.name, folder, mistake=f"expected.yaml cannot be read: {error}")
        return
    expected = documents[0].value if len(documents) == 1 else None
    if not isinstance(expected, dict) or not expected:
        yield Case(folder.name, folder, mistake="expected.yaml maps the names of folders to lists of findings")
        return
    for name, where in documents[0].duplicate_keys:
        yield Case(folder.name, folder, mistake=f"expected.yaml has {name} twice", line=where.start_line)
    for name, findings in expected.items():
        mistake = _mistake(folder, name, findings)
        line = documents[0].locations[name,].start_line
        yield Case(folder.name, folder / name, () if mistake else tuple(findings), mistake, line)
    for path in sorted(path for path in folder.iterdir() if path.is_dir() and path.name not in expected):
        yield Case(folder.name, path, mistake="expected.yaml does not say what is expected of it")


def _mistake(folder: Path, name: str, findings: Any) -> str:
    if name.partition("-")[0] not in list(Status):
        return f"the name of a case begins with {', '.join(Status)}"
    if not (folder / name).is_dir():
        return "expected.yaml names it, but there is no such folder"
    if not isinstance(findings, list) or not all(isinstance(entry, dict) and "address" in entry for entry in findings):
        return "expected.yaml gives a list of {address, file, line, cause} for each case"
    surplus = sorted(str(key) for entry in findings for key in entry if key not in _KEYS)
    return f"expected.yaml has the unknown key {surplus[0]!r}: expected {', '.join(sorted(_KEYS))}" if surplus else ""


class Judge:
    """Scans cases, each by its own policy alone; the engines are opened once for all of them.

    Use as a context manager. Several threads may ask it at the same time.
    """

    def __init__(
        self,
        directories: Sequence[Path] = (),
        as_of: date = AS_OF,
        rego: RegoOptions | None = None,
        observe: Observe | None = None,
    ) -> None:
        self._directories = tuple(directories)
        self._as_of = as_of
        self._rego = rego or RegoOptions()
        self._observe = observe
        self._only: Collection[str] | None = None
        self._stack = ExitStack()
        self.bundle = open_bundle(Config(paths=(), as_of=as_of, policy_directories=self._directories))

    def limited_to(self, policies: Collection[str]) -> Self:
        """Have the engines load these policies alone, by id, where no case is of another one."""
        self._only = policies
        return self

    def __enter__(self) -> Self:
        self._stack.enter_context(processes_kept())
        ours = (each for each in self.bundle.policies if each.engine != CHECKOV)  # whose checks have no examples here
        policies = [each for each in ours if self._only is None or each.id in self._only]
        opened = engines(policies, self.bundle, Config((), self._as_of, rego=self._rego), 1, self._observe)
        self._evaluate = self._stack.enter_context(opened)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._stack.close()

    def scanned(self, case: Case) -> ScanResult:
        """The result of scanning the case. Raises `UsageError` for a wrong `releasegate.yaml` in it."""
        file = case.folder / "releasegate.yaml"
        options = {"checks": (case.policy,), "policy_directories": self._directories}
        config = build([case.folder], self._as_of, options, file if file.is_file() else None)
        if config.parameters:
            bundle = open_bundle(config)
            policies = [policy for policy in bundle.policies if policy.id == case.policy]
            with engines(policies, bundle, replace(config, rego=self._rego), 1, self._observe) as evaluate:
                return judge(config, bundle, evaluate=evaluate)
        # The others share one bundle and its engines, which take longer to load than to judge by.
        return judge(config, self.bundle, evaluate=self._evaluate)

    def outcome(self, case: Case) -> Outcome:
        """Whether the policy finds in the case what is expected."""
        if case.mistake:
            return _outcome(case, Result.ERROR, (case.mistake,))
        try:
            result = self.scanned(case)
        except UsageError as error:
            return _outcome(case, Result.ERROR, (str(error),))
        found = troubles(result)
        if found:
            return _outcome(case, Result.ERROR, tuple(found))
        different = differences(case, result)
        return _outcome(case, Result.FAILED if different else Result.PASSED, different)

    def orphan(self, case: Case) -> Outcome:
        """The outcome of a case of no policy."""
        hint = closest([case.policy], [policy.id for policy in self.bundle.policies])
        return _outcome(case, Result.ERROR, (f"there is no policy {case.policy}{hint}",))


def _outcome(case: Case, result: Result, details: tuple[str, ...]) -> Outcome:
    file = case.folder.parent / "expected.yaml"
    return Outcome("fixture", str(case), result, str(file), case.line, details)


def troubles(result: ScanResult) -> list[str]:
    """Why the scan of a case says nothing about the policy."""
    return [
        f"{note.location}: {note.message}" if note.location else note.message
        for note in result.notifications
        if note.level is Level.ERROR and note.component != "bundle" and not note.message.startswith(_NOT_RENDERED)
    ]


def differences(case: Case, result: ScanResult) -> tuple[str, ...]:
    """Lines on what was expected and is missing (`-`), and on what was found and not expected (`+`); empty if none."""
    counted = [finding for finding in result.findings if finding.status is case.status or case.status is Status.PASS]
    found = sorted(((described(finding, case), finding) for finding in counted), key=lambda pair: pair[0])
    left = list(found)
    missing: list[Described] = []
    for wanted in sorted(wanted_of(entry, case) for entry in case.expected):
        match = next((pair for pair in left if _fits(wanted, *pair, case.status)), None)
        if match is None:
            missing.append(wanted)
        else:
            left.remove(match)
    lines = [f"- {case.status}: {_shown(wanted)}" for wanted in missing]
    for description, finding in left:
        lines.append(f"+ {finding.status}: {_shown(description)}")
        lines += [f"    {finding.message}", *_source(finding, case)]
    others = [finding for finding in result.findings if finding.status is not case.status]
    if missing and not left and case.status is not Status.PASS:
        lines += [f"  {finding.status}: {finding.resource.address}  {finding.message}" for finding in others]
    if not result.findings:
        lines += ["  nothing in it is of a type that the policy applies to"] if missing else []
    return tuple(lines)


def wanted_of(entry: dict[str, Any], case: Case) -> Described:
    """An entry of expected.yaml."""
    return (
        _within(str(entry["address"]), case),
        str(entry.get("file", "")),
        int(entry.get("line", 0)),
        str(entry.get("cause", "")),
    )


def described(finding: Finding, case: Case) -> Described:
    """The finding as an entry of expected.yaml would have it."""
    address = _within(finding.resource.address, case)
    if finding.status is Status.PASS:
        return address, "", 0, ""
    return address, _within(finding.location.path, case), finding.location.start_line, finding.cause


def _within(path: str, case: Case) -> str:
    """A path, or an address that begins with one, without the folder of the case, wherever that lies."""
    folder = case.folder.resolve().relative_to(repository_root([case.folder])).as_posix()
    return path.removeprefix(f"{folder}/")


def _fits(wanted: Described, found: Described, finding: Finding, status: Status) -> bool:
    return finding.status is status and wanted[:3] == found[:3] and wanted[3] in found[3]


def _shown(description: Described) -> str:
    address, file, line, cause = description
    where = f"  {file}:{line}" if file else ""
    return f"{address}{where}{f'  cause: {cause}' if cause else ''}"


def _source(finding: Finding, case: Case) -> Iterator[str]:
    """The line that decided, as it is written."""
    where = finding.location
    try:
        lines = (repository_root([case.folder]) / where.path).read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        return
    if where.start_line <= len(lines):
        yield f"    {where.start_line:>4} | {lines[where.start_line - 1].strip()}"
