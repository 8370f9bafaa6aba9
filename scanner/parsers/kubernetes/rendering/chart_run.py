"""The renderings of one chart: as it is, with marks, and with other random values."""

import secrets
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from scanner.core.location import Location
from scanner.core.notification import Level, Notification
from scanner.parsers.interface import ParseContext
from scanner.parsers.kubernetes.rendering.chart_values import VALUES_FILE, text_of_values
from scanner.parsers.kubernetes.rendering.charts import read_text
from scanner.parsers.kubernetes.rendering.helm import HelmError, render
from scanner.parsers.kubernetes.rendering.markers import marked, may_change, with_other_values
from scanner.parsers.kubernetes.rendering.programs import Limits
from scanner.parsers.kubernetes.rendering.references import References, references
from scanner.parsers.kubernetes.rendering.rendered import Chunk, Sources, chunks
from scanner.parsers.kubernetes.rendering.staging import Parts, Stage, stage, templates

MEMORY_LIMIT = 2 << 30
_MOST_ROUNDS = 20
MOST_NAMES = 4


@dataclass(frozen=True)
class Output:
    """The documents by template: as they are, with marks, and with other random values; None for what failed."""

    plain: Mapping[str, list[Chunk]]
    marked: Mapping[str, list[Chunk]]
    other: Mapping[str, list[Chunk]] | None


@dataclass
class Run:
    """The renderings of one chart in the folder `work`."""

    helm: Path
    parts: Parts
    context: ParseContext
    texts: Mapping[str, str]
    work: Path
    notifications: list[Notification] = field(default_factory=list)
    dropped: frozenset[str] = frozenset()
    ignore_schema: bool = False

    def __post_init__(self) -> None:
        rendered = [path for path in self.texts if _is_marked(path)]
        self.sources = Sources(secrets.token_hex(8), rendered, self.texts)  # nobody can write marks that are not ours
        self.numbers = {path: number for number, path in enumerate(rendered)}

    @cached_property
    def references(self) -> References:
        """What the templates use of one another."""
        return references(self.texts)

    def output(self) -> Output | None:
        plain = stage(self.parts, self.work / "plain", lambda _, text: text)
        marks = stage(self.parts, self.work / "marked", self._marked)
        others = self._others()
        with ThreadPoolExecutor(2) as pool:
            ahead = pool.submit(self._render, marks)
            first = self._mended(plain, marks, others)
            if first is None:
                return None
            second = ahead.result() if not (self.dropped or self.ignore_schema) else self._render(marks)
            other = pool.submit(self._render, others) if others else None
            second = self._unmarked(second, marks)
            third = other.result() if other else None
        if isinstance(third, HelmError):
            third = self._render(plain)
        return Output(
            chunks(first),
            chunks(second, self.sources.token) if isinstance(second, str) else {},
            chunks(third) if isinstance(third, str) else None,
        )

    def _mended(self, plain: Stage, *others: Stage | None) -> str | None:
        """What Helm writes, without the templates that it refuses: each is an error with its line."""
        for _ in range(_MOST_ROUNDS):
            result = self._render(plain)
            if isinstance(result, str):
                return result
            if result.of_schema and not self.ignore_schema:
                self.ignore_schema = True
                self._tell(result.message, Location(self.parts.chart.file(VALUES_FILE), 1))
                continue
            refused = self._refused(result) - self.dropped
            if not refused:
                return None
            self.dropped |= refused
            for copy in filter(None, (plain, *others)):
                for path in refused:
                    copy.write(path, "")
        return None

    def _refused(self, error: HelmError) -> frozenset[str]:
        """The templates that cannot be rendered because of an error, which is told; none when it concerns them all."""
        path, line = self._place(error.template, error.line)
        inner, inner_line = self._place(error.inner, error.inner_line)
        place = Location(inner, inner_line) if inner else Location(path, line) if path else None
        message = error.message
        names: set[str] = set()
        if error.undefined:
            names = {error.undefined}
            if not any(chart.archives for chart in self.parts.charts()):
                names |= self.references.undefined
        elif path and not _can_be_left_out(path) and error.executing:
            names = {error.executing}
        users = frozenset(filter(_can_be_left_out, self.references.users_of(names))) - self.dropped
        if names and len(users) > 1:
            shown = some(sorted(names))
            message += f"; {len(users)} templates that use {shown} were left out ({some(sorted(map(name_of, users)))})"
        elif path and _can_be_left_out(path):
            users = frozenset((path,))
        if len(users) == 1:
            message += f"; the template {name_of(min(users))} was left out"
        self._tell(message, place)
        return users

    def _unmarked(self, result: str | HelmError, marks: Stage) -> str | HelmError:
        """The marked rendering, without the marks of templates that mean something else with them."""
        for _ in range(_MOST_ROUNDS):
            if isinstance(result, str):
                break
            path = self._place(result.template, 1)[0]
            if path not in self.numbers or path in self.dropped:
                break
            marks.write(path, self.texts[path])
            result = self._render(marks)
        return result

    def _render(self, copy: Stage) -> str | HelmError:
        context = self.context
        limits = Limits(context.time_limit, min(MEMORY_LIMIT, context.memory_limit))
        values = context.kubernetes.helm_values
        return render(self.helm, copy.folder, self.parts.chart.name, values, limits, ignore_schema=self.ignore_schema)

    def _others(self) -> Stage | None:
        """A copy that gives other random values, None for a chart without any."""
        packed = any(each.archives for each in self.parts.charts())
        reads_files = any(".Files" in text and "tpl" in text for text in self.texts.values())
        values = (*map(text_of_values, self.parts.charts()), *map(read_text, self.context.kubernetes.helm_values))
        texts = [*self.texts.values(), *values]
        if not (packed or reads_files or any(map(may_change, texts))):
            return None
        return stage(self.parts, self.work / "other", lambda _, text: with_other_values(text))

    def _marked(self, path: str, text: str) -> str:
        number = self.numbers.get(path)
        return text if number is None else marked(text, self.sources.token, number)

    def _tell(self, message: str, place: Location | None) -> None:
        self.notifications.append(Notification(Level.ERROR, message, "parser", place or self.parts.chart.location))

    def _place(self, source: str, line: int) -> tuple[str, int]:
        """The template that Helm names, and a line in it; ("", 1) when it is none of the repository's."""
        found = self.template(source) if source else None
        if not isinstance(found, str) or found not in self.texts:
            return "", 1
        return found, min(max(1, line), self.texts[found].count("\n") + 1)

    def template(self, source: str) -> str | Location:
        """The written file of a `# Source:` comment, or the line that names the packed chart that it came from."""
        chart, rest = self.parts.chart, source.split("/")[1:]
        inner = {each.name: each for each in (*chart.subcharts, *self.parts.added.values())}
        while len(rest) > 2 and rest[0] == "charts":
            named = next((each for each in chart.dependencies if each.label == rest[1]), None)
            found = inner.get(named.name if named else rest[1])
            if found is None:
                return named.location if named else chart.location
            chart, rest = found, rest[2:]
            inner = {each.name: each for each in chart.subcharts}
        return chart.file("/".join(rest))


def texts_of(parts: Parts) -> dict[str, str]:
    """The text of every file of the templates, by its path relative to the repository root."""
    return {path: chart.text(file) for chart in parts.charts() for path, file in templates(chart)}


def is_rendered(path: str) -> bool:
    """Whether Helm makes objects of a file of the templates: it holds no parts of others, and no notes."""
    return _can_be_left_out(path) and name_of(path) != "NOTES.txt"


def _can_be_left_out(path: str) -> bool:
    """Whether no other template is made with the file's help."""
    return not name_of(path).startswith(("_", "."))


def _is_marked(path: str) -> bool:
    return is_rendered(path) and path.lower().endswith((".yaml", ".yml", ".json"))


def some(names: Sequence[str]) -> str:
    """The names, the first of them when they are many."""
    return ", ".join(names[:MOST_NAMES]) + (", …" if len(names) > MOST_NAMES else "")


def name_of(path: str) -> str:
    """The name of a file without its folders."""
    return path.rpartition("/")[2]
