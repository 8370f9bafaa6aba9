"""What a `releasegate.yaml` in a folder may set, and what is in force below each."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from scanner.config.errors import UsageError
from scanner.config.files import Written, folder_of, read_file
from scanner.config.options import Folder, TerraformFolder, nearest
from scanner.config.profiles import looser
from scanner.config.settings import KEY_OF, Setting, Settings, settings_of
from scanner.core.notification import Level, Notification
from scanner.core.policy import Severity

NAMES = frozenset(
    ("fail_on", "allow_unknown", "checks", "skip_checks", "excludes", "terraform.var_files", "terraform.workspace")
)
"""What a folder can set, by the names of `Config`."""

_ONE_VERDICT = "a scan has one verdict"
_ONE_BUNDLE = "policies are loaded once, for all that is scanned"
_WHY_NOT: Mapping[str, str] = {
    "scope": "what is scanned together is one release",
    "policy_directories": _ONE_BUNDLE,
    "parameters": _ONE_BUNDLE,
    **dict.fromkeys(("profile", "frameworks", "must_meet", "allow_incomplete", "max_waivers"), _ONE_VERDICT),
    **dict.fromkeys(("soft_fail", "baseline", "waiver_files"), _ONE_VERDICT),
}


@dataclass(frozen=True)
class Layer:
    """The settings of one folder, which is relative to the repository root."""

    path: str
    written: Written
    settings: Settings


@dataclass(frozen=True)
class Below:
    """What is in force in the folders, from the outside in; `excludes` are patterns, each with its origin."""

    folders: tuple[Folder, ...]
    terraform: tuple[TerraformFolder, ...]
    excludes: tuple[tuple[str, str], ...]
    origins: Mapping[str, str]
    notifications: tuple[Notification, ...]


def read_layers(files: Iterable[Path], within: Path) -> list[Layer]:
    """The configurations of folders. Raises `UsageError` for what only the top one may set."""
    layers = []
    for file in files:
        written = read_file(file, within)
        path = folder_of(file, within)
        if "profiles" in written.settings:
            raise UsageError(_refusal(written.place("profiles"), "profiles", _ONE_VERDICT, path))
        settings = settings_of(written, within)
        for name, setting in settings.items():
            if name not in NAMES:
                why = _WHY_NOT.get(name, "a scan reads everything in one way")
                raise UsageError(_refusal(setting.place, KEY_OF[name], why, path))
        layers.append(Layer(path, written, settings))
    return layers


def _refusal(place: object, key: str, why: str, path: str) -> str:
    return (
        f"{place}: {key} cannot be set in a folder: {why}; set it in the releasegate.yaml at the root of the "
        f"repository, or leave {path} out with `exclude` and scan it by itself"
    )


def in_force(layers: Sequence[Layer], top: Settings, profile: Settings, given: Settings) -> Below:
    """What holds in each folder.

    An option or environment variable wins everywhere; over a profile a folder can only be stricter; over the files
    above it the folder wins, and its `skip_check`, `exclude` and `var_files` are added to theirs.
    """
    around_all = {**top, **profile, **given}
    state = _State(around_all, profile, given, {}, [])
    folders: list[Folder] = []
    terraform: list[TerraformFolder] = []
    excludes: list[tuple[str, str]] = []
    base = Folder(
        path="",
        file="",
        fail_on=_value(around_all, "fail_on", Severity.HIGH),
        allow_unknown=_value(around_all, "allow_unknown", False),
        checks=_value(around_all, "checks", ()),
        skip_checks=_value(around_all, "skip_checks", ()),
    )
    base_of_terraform = TerraformFolder(
        "", _value(around_all, "terraform.var_files", ()), _value(around_all, "terraform.workspace", None)
    )
    for layer in sorted(layers, key=lambda layer: PurePosixPath(layer.path).parts):
        around = nearest(folders, layer.path) or base
        of_terraform = nearest(terraform, layer.path) or base_of_terraform
        skipped = state.taken(layer, "skip_checks")
        files = state.taken(layer, "terraform.var_files")
        folders.append(
            Folder(
                path=layer.path,
                file=layer.written.path,
                fail_on=state.limited(layer, "fail_on", around.fail_on),
                allow_unknown=state.limited(layer, "allow_unknown", around.allow_unknown),
                checks=state.replaced(layer, "checks", around.checks),
                skip_checks=tuple(dict.fromkeys((*around.skip_checks, *skipped))),
            )
        )
        terraform.append(
            TerraformFolder(
                path=layer.path,
                var_files=(*of_terraform.var_files, *files),
                workspace=state.replaced(layer, "terraform.workspace", of_terraform.workspace),
            )
        )
        if "excludes" in layer.settings and "excludes" not in given:
            setting = layer.settings["excludes"]
            excludes.extend((_below(pattern, layer.path), setting.origin) for pattern in setting.value)
    return Below(tuple(folders), tuple(terraform), tuple(excludes), state.origins, tuple(state.notifications))


@dataclass
class _State:
    """What stands above the folders, and what is noted on the way down."""

    everywhere: Settings
    profile: Settings
    given: Settings
    origins: dict[str, str]
    notifications: list[Notification]

    def taken(self, layer: Layer, name: str) -> Any:
        """The elements that the folder adds to a list."""
        above = self._origin_around(layer, name)
        setting = self._counting(layer, name)
        if setting is None:
            return ()
        if above:
            self.origins[_name(layer.path, name)] = f"{above}, {setting.origin}"
        return setting.value

    def replaced(self, layer: Layer, name: str, around: Any) -> Any:
        """The folder's value, or the one from around it."""
        setting = self._counting(layer, name)
        return setting.value if setting else around

    def limited(self, layer: Layer, name: str, around: Any) -> Any:
        """As `replaced`, but never looser than the profile."""
        limit, setting = self.profile.get(name), layer.settings.get(name)
        if name not in self.given and limit and setting and looser(name, setting.value, limit.value):
            message = f"{name} is without effect here: {limit.origin} decides, and a folder can only be stricter"
            self.notifications.append(Notification(Level.NOTE, message, "scan", setting.place))
            return around
        return self.replaced(layer, name, around)

    def _counting(self, layer: Layer, name: str) -> Setting | None:
        setting = layer.settings.get(name)
        if setting is None or name in self.given:
            return None
        self.origins[_name(layer.path, name)] = setting.origin
        return setting

    def _origin_around(self, layer: Layer, name: str) -> str:
        """Where the list that a folder adds to was set, if it was."""
        parents = [parent.as_posix() for parent in PurePosixPath(layer.path).parents]
        known = [origin for parent in parents if (origin := self.origins.get(_name(parent, name)))]
        return known[0] if known else (self.everywhere[name].origin if name in self.everywhere else "")


def _name(path: str, name: str) -> str:
    return f"folders.{path}.{KEY_OF[name]}"


def _value(settings: Settings, name: str, default: Any) -> Any:
    return settings[name].value if name in settings else default


def _below(pattern: str, folder: str) -> str:
    """A pattern that is relative to a folder as one that is relative to the repository root."""
    negated, pattern = pattern.startswith("!"), pattern.removeprefix("!")
    is_anchored = "/" in pattern.rstrip("/")
    escaped = re.sub(r"([\\*?\[\] ])", r"\\\1", folder)
    return f"{'!' if negated else ''}/{escaped}/{'' if is_anchored else '**/'}{pattern.lstrip('/')}"
