"""The options that a container's model server runs with, from its arguments, variables and configuration file."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from scanner.core.values import AttributePath, Unresolved
from scanner.parsers.kubernetes.arguments import Environment, Word
from scanner.parsers.kubernetes.option_values import origin_of_key, read
from scanner.parsers.kubernetes.server_settings import parsed
from scanner.parsers.kubernetes.server_words import CONFIGURATION_FILE, CommandLine, read_words
from scanner.parsers.kubernetes.serving_flags import SERVERS, Option, Server
from scanner.parsers.kubernetes.serving_flags.interface import KEY, LISTS, NAMES

ARGUMENT, VARIABLE, FILE, IMAGE, DEFAULT, UNKNOWN = "argument", "variable", "file", "image", "default", "unknown"


@dataclass(frozen=True)
class Setting:
    """The value of one option; `by` says what sets it, `name` the flag, variable or setting, `place` where it is."""

    value: Any
    by: str
    name: str = ""
    place: AttributePath | None = None


@dataclass(frozen=True)
class Launch:
    """How a container starts its server.

    `filled_in` says who else writes the command line (an operator that fills in a template), `file_text` gives the text
    of a file in the container as far as the manifests hold it.
    """

    runtime: str
    words: Sequence[tuple[Word, AttributePath]]
    environment: Environment
    image: Mapping[str, Any]
    has_command: bool
    filled_in: str | None = None
    file_text: Callable[[str], str | None] = lambda _: None

    @cached_property
    def settings(self) -> Mapping[str, Setting]:
        """Every option of the server that is set, has a default, or cannot be known, by its name."""
        return settings_of(self)


def settings_of(launch: Launch) -> dict[str, Setting]:
    """Every option of the server that is set, has a default, or cannot be known, by its name."""
    server = SERVERS.get(launch.runtime)
    if server is None:
        return {}
    line = read_words(launch.runtime, launch.words, has_command=launch.has_command)
    repository = launch.image.get("repository")
    is_original = isinstance(repository, str) and server.is_image(repository)
    file = _file(launch, server, line)
    reader = _Reader(launch, server, line, is_original, file)
    found = ((option.name, reader.setting(option)) for option in server.options)
    return {name: setting for name, setting in found if setting is not None}


@dataclass(frozen=True)
class _File:
    """A configuration file: its settings, or why they are not known; None settings and no reason: there is no file."""

    settings: Mapping[str, Any] | None = None
    reason: str | None = None
    place: AttributePath | None = None


@dataclass(frozen=True)
class _Reader:
    launch: Launch
    server: Server
    line: CommandLine
    is_original: bool
    file: _File

    def setting(self, option: Option) -> Setting | None:
        """The option's setting, by the precedence of the server; None for one that is not set and has no default."""
        gated = bool(self.server.variables_if)
        sources = (self._variable, self._argument) if gated else (self._argument, self._variable)
        for source in (*sources, self._setting, self._hidden, self._fixed):
            found = source(option)
            if found is not None:
                return found
        return None

    def _argument(self, option: Option) -> Setting | None:
        given = self.line.given.get(option.name, [])
        if not given:
            return None
        counting = given if option.kind in (LISTS, NAMES) else given[-1:]
        values = [value for value, _, _ in counting]
        _, place, name = given[-1]
        return Setting(self._value(option, values, name), ARGUMENT, name, place)

    def _variable(self, option: Option) -> Setting | None:
        for name in option.variables.split():
            if name in self.line.assigned:
                value, place = self.line.assigned[name]
            elif name in self.launch.environment.places:
                place = self.launch.environment.places[name]
                value = self.launch.environment.values.get(name, Unresolved(f"$({name})", self._unknown(name)))
            else:
                continue
            ignored = self._ignored(name)
            if ignored is None:
                return Setting(self._value(option, [value], name), VARIABLE, name, place)
            if isinstance(ignored, Unresolved):
                return Setting(ignored, UNKNOWN, name, place)
        return None

    def _unknown(self, name: str) -> str:
        return self.launch.environment.reason(name) or f"{name} is set where the container runs"

    def _ignored(self, variable: str) -> Unresolved | bool | None:
        """Whether the server does not look at its variables."""
        gate = self.server.variables_if
        if not gate:
            return None
        if self.file.reason:
            return Unresolved(variable, f"{variable} counts only with {gate}, and {self.file.reason}")
        if self.file.settings is None and not self.is_original:
            return Unresolved(variable, f"{variable} counts only with {gate}, and {self.server.elsewhere}")
        return None if str((self.file.settings or {}).get(gate)).lower() == "true" else True

    def _setting(self, option: Option) -> Setting | None:
        names = option.settings.split() or [flag.lstrip("-") for flag in option.flags.split()]
        for name in names:
            value = (self.file.settings or {}).get(name)
            if value is not None:
                return Setting(self._value(option, [value], name), FILE, name, self.file.place)
        return None

    def _hidden(self, option: Option) -> Setting | None:
        """The option as an unknown, when something that is not known may set it."""
        name = next(iter((*option.flags.split(), *option.variables.split())), "")
        if not name and not option.settings:
            return None
        reason, by, place = self._reason(option)
        return Setting(Unresolved(name, reason), by, name, place) if reason else None

    def _reason(self, option: Option) -> tuple[str | None, str, AttributePath | None]:
        if self.launch.filled_in:
            return self.launch.filled_in, UNKNOWN, None
        if option.flags or option.settings:
            if self.line.hidden:
                return self.line.hidden[0], UNKNOWN, self.line.hidden[1]
            if self.file.reason:
                return self.file.reason, UNKNOWN, self.file.place
        image = self._image()
        if option.flags and not self.line.starts:
            if self.launch.has_command:
                first = self.launch.words[0][0] if self.launch.words else ""
                name = first.expression if isinstance(first, Unresolved) else first
                return f"what {name or 'the command'} starts is not known", UNKNOWN, ("command",)
            if not self.is_original:
                return f"the entrypoint of {image} may set it", IMAGE, ("image",)
        for variable in option.variables.split():
            if self.server.variables_if:
                break
            if self.launch.environment.has_more:
                return f"{variable} may come from envFrom", UNKNOWN, ("envFrom",)
            if not self.is_original:
                return f"{image} may set {variable}", IMAGE, ("image",)
        has_own_file = self.is_original and bool(self.server.image_settings)
        if self.server.elsewhere and self.file.settings is None and not has_own_file:
            return self.server.elsewhere, UNKNOWN, None
        return None, "", None

    def _image(self) -> str:
        reference = self.launch.image.get("reference")
        return f"the image {reference}" if isinstance(reference, str) else "the image, which is not known,"

    def _fixed(self, option: Option) -> Setting | None:
        left_to_image = not self.launch.has_command and not self.line.starts
        if self.is_original and left_to_image and option.name in self.server.entrypoint_settings:
            return Setting(self.server.entrypoint_settings[option.name], IMAGE, place=("image",))
        if self.is_original and option.name in self.server.image_settings and self.file.settings is None:
            return Setting(self.server.image_settings[option.name], IMAGE, place=("image",))
        if option.kind == KEY:
            return Setting("absent", DEFAULT)
        if option.default is None:
            return None
        return Setting(list(option.default) if isinstance(option.default, tuple) else option.default, DEFAULT)

    def _value(self, option: Option, values: Sequence[Any], name: str) -> Any:
        if option.kind == KEY:
            return origin_of_key(values[-1], name, self.launch.environment)
        return read(option.kind, values)


def _file(launch: Launch, server: Server, line: CommandLine) -> _File:
    """The configuration file that the server is pointed to."""
    named: list[tuple[Word, AttributePath]] = [
        (value, place) for value, place, _ in line.given.get(CONFIGURATION_FILE, [])[-1:]
    ]
    for name in server.config_variables.split():
        if name in launch.environment.places:
            known = launch.environment.values.get(name)
            reason = launch.environment.reason(name) or f"{name} is set where the container runs"
            named.insert(0, (known if known is not None else Unresolved(name, reason), launch.environment.places[name]))
    if not named:
        return _File()
    path, place = named[0]
    if isinstance(path, Unresolved):
        return _File(reason=path.reason, place=place)
    settings = parsed(path, launch.file_text(path))
    if settings is None:
        return _File(reason=f"the file {path}, whose text is not part of the release, may set it", place=place)
    return _File(settings=settings, place=place)
