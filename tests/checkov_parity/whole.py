"""Third comparison: all raw answers together against the plain command on the folder, as its users run it."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from scanner.core.resource import Release
from scanner.engines.checkov.interface import DOCKERFILE, KUBERNETES, TERRAFORM, TERRAFORM_PLAN, Checks
from tests.checkov_parity.command import Output, Said, checkov
from tests.checkov_parity.differences import UNEXPLAINED, Compared, Difference
from tests.checkov_parity.judged import Judged, our_path
from tests.checkov_parity.raw import COMMAND, ENGINE, NOT_JUDGED

_INDEX = re.compile(r'\[(?:"(?:[^"\\]|\\.)*"|[^\]]*)\]')
_HERE_DOCUMENT = "of a Dockerfile with a here-document, whose lines the command takes for instructions"
_CALLS = re.compile(r"(?:module\.[^.]+\.)*")


def compare_whole(folder: Path, base: str, release: Release, every: Sequence[Judged], checks: Checks) -> Compared:
    """What fails for one of them alone. `base` is the path of the folder in its repository, as the release has it."""
    frameworks = (TERRAFORM, TERRAFORM_PLAN, KUBERNETES, DOCKERFILE)
    said = checkov(folder, frameworks, () if checks.is_all else checks.ids)
    theirs = {each._replace(path=f"{base}{each.path}", resource=_resource(each, base)): each for each in said.failed}
    ours: dict[Said, list[Judged]] = {}
    for judged in every:
        for each in judged.failed:
            path = our_path(judged.unit, each.path)
            resource = each.resource.replace(each.path, path) if each.framework == DOCKERFILE else each.resource
            ours.setdefault(each._replace(path=path, resource=resource), []).append(judged)
    whole = _Whole(release, every, _skipped(said, base), frozenset(ours), frozenset(theirs), said.died)
    differences = [
        *(_difference(*whole.only_ours(each, ours[each]), ENGINE, each) for each in ours.keys() - theirs.keys()),
        *(_difference(*whole.only_theirs(each), COMMAND, each) for each in theirs.keys() - ours.keys()),
    ]
    title = "raw answers against the command on the folder as it is"
    return Compared(title, len(ours.keys() & theirs.keys()), tuple(sorted(differences)))


def _skipped(said: Output, base: str) -> frozenset[Said]:
    return frozenset(each._replace(path=f"{base}{each.path}", resource=_resource(each, base)) for each in said.skipped)


def _resource(said: Said, base: str) -> str:
    """Of a Dockerfile its path is a part."""
    return f"/{base}{said.resource.lstrip('/')}" if said.framework == DOCKERFILE else said.resource


def _difference(kind: str, why: str, side: str, said: Said) -> Difference:
    return Difference(kind, side, said.check, said.path, said.resource, why)


@dataclass(frozen=True)
class _Whole:
    """Both sides, and what reasons are made of."""

    release: Release
    every: Sequence[Judged]
    skipped: frozenset[Said]
    ours: frozenset[Said]
    theirs: frozenset[Said]
    died: str

    def only_ours(self, said: Said, by: Sequence[Judged]) -> tuple[str, str]:
        """Why the command on the whole folder does not say it."""
        names = ", ".join(sorted({each.unit.name for each in by}))
        if self.died:
            return "the command broke off", self.died
        if said in self.skipped:
            return "skipped by a comment or an annotation; waivers are the project's own business", names
        if any(self._is_rewritten(said.path, each) for each in by):
            return _HERE_DOCUMENT, names
        if any(part.startswith(".") or part == "node_modules" for part in said.path.split("/")[:-1]):
            return "in a folder that the command passes over (hidden, node_modules)", names
        if all(self._is_other(said.path, each) for each in by):
            return (
                "of a text that the command has not seen as it was judged here (rendered, or under another name)",
                names,
            )
        if all(each.unit.variable_files for each in by):
            return "values of variables that the command was not given", names
        return self._of_roots(said, self.theirs, names)

    def only_theirs(self, said: Said) -> tuple[str, str]:
        """Why the engine does not say it."""
        file = self.release.files_by_path.get(said.path)
        units = [each.unit for each in self.every if said.path in {our_path(each.unit, it) for it in each.unit.files}]
        crashed = next((why for each in self.every for check, why in each.answer.crashed if check == said.check), "")
        trouble = next((each.trouble for each in self.every if each.trouble and each.unit in units), "")
        if trouble:
            return NOT_JUDGED, trouble
        if file is None:
            return "in a file that discovery has not chosen", ""
        if crashed:
            return "the check broke off, which is told and keeps its controls from being met", crashed
        if not units:
            return "in a file without a resource of ours", file.format
        if any(self._is_rewritten(said.path, each) for each in self.every):
            return _HERE_DOCUMENT, ""
        if all(self._is_other(said.path, each) for each in self.every if each.unit in units):
            return "of a template as it is written; here it was judged as it is rendered", ""
        return self._of_roots(said, self.ours, ", ".join(sorted(unit.name for unit in units)))

    def _of_roots(self, said: Said, others: Iterable[Said], names: str) -> tuple[str, str]:
        """The command reads all roots at once, and of modules that several of them call it keeps one."""
        if said.framework not in (TERRAFORM, TERRAFORM_PLAN):
            return UNEXPLAINED, names
        near = [each for each in others if (each.check, each.path) == (said.check, said.path)]
        if any(_INDEX.sub("", each.resource) == _INDEX.sub("", said.resource) for each in near):
            return "of other instances: by root, the values are those that the root gives", names
        if any(_CALLS.sub("", each.resource) == _CALLS.sub("", said.resource) for each in near):
            return "of another call of the module: the command reads all roots at once and keeps one call", names
        if len(self._roots_of(said.path)) > 1 or said.resource.startswith("module."):
            return "of a module that several roots reach, or that gets its values from the root", names
        return UNEXPLAINED, names

    def _is_other(self, path: str, judged: Judged) -> bool:
        """Whether the file was staged under another name, or as what is rendered from it."""
        unit = judged.unit
        return path in unit.paths.values() or path in {each.location.path for each in unit.objects.values()}

    def _is_rewritten(self, path: str, judged: Judged) -> bool:
        """Whether a Dockerfile was staged without its here-documents."""
        file = self.release.files_by_path.get(path)
        staged = [text for seen, text in judged.unit.files.items() if judged.unit.path_of(seen) == path]
        return judged.unit.framework == DOCKERFILE and file is not None and staged != [file.text.encode()]

    def _roots_of(self, path: str) -> Mapping[str, None]:
        return {each.unit.name: None for each in self.every if path in each.unit.files}
