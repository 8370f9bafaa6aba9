"""Turns what one `releasegate.yaml` says into settings by the names of `Config`, each with its line."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from scanner.config.errors import UsageError, severity
from scanner.config.files import Written
from scanner.config.options import Identity
from scanner.core.location import Location


@dataclass(frozen=True)
class Setting:
    """A value and where it was set, in words; `place` is its line in a file."""

    value: Any
    origin: str
    place: Location | None = None


Settings = dict[str, Setting]
_Read = Callable[[Any, Path], Any]


def words(value: str | Sequence[str]) -> tuple[str, ...]:
    """One word or several, as several."""
    return (value,) if isinstance(value, str) else tuple(value)


def _plain(value: Any, _: Path) -> Any:
    return tuple(value) if isinstance(value, list) else value


def _words(value: Any, _: Path) -> tuple[str, ...]:
    return words(value)


def _severity(value: Any, _: Path) -> Any:
    return severity(value)


def _path(value: str, folder: Path) -> Path:
    return folder / value


def _paths(value: Sequence[str], folder: Path) -> tuple[Path, ...]:
    return tuple(folder / each for each in value)


def _scope(value: Any, _: Path) -> dict[str, tuple[str, ...]]:
    return {name: words(each) for name, each in value.items()}


def _identities(value: Any, _: Path) -> tuple[Identity, ...]:
    return tuple(Identity(**each) for each in value)


def _mebibytes(value: Any, _: Path) -> int:
    return int(value) << 20


GATE: Mapping[str, tuple[str, _Read]] = {
    "fail_on": ("fail_on", _severity),
    "compliance": ("frameworks", _plain),
    "must_meet": ("must_meet", _plain),
    "allow_unknown": ("allow_unknown", _plain),
    "allow_incomplete": ("allow_incomplete", _plain),
    "max_waivers": ("max_waivers", _plain),
}
"""What a profile can set: the key in the file, the name in `Config`, and how the value is read."""

_KEYS: Mapping[str, tuple[str, _Read]] = {
    **GATE,
    "profile": ("profile", _plain),
    "soft_fail": ("soft_fail", _plain),
    "baseline": ("baseline", _path),
    "waivers": ("waiver_files", _paths),
    "policy": ("policy_directories", _paths),
    "check": ("checks", _plain),
    "skip_check": ("skip_checks", _plain),
    "engine": ("engines", _words),
    "exclude": ("excludes", _plain),
    "use_gitignore": ("use_gitignore", _plain),
    "inline_waivers": ("inline_waivers", _plain),
    "max_file_size": ("max_file_size", _plain),
    "time_limit": ("time_limit", _plain),
    "scope": ("scope", _scope),
    "parameters": ("parameters", _plain),
    "terraform.var_files": ("terraform.var_files", _paths),
    "terraform.workspace": ("terraform.workspace", _plain),
    "terraform.module_directories": ("terraform.module_directories", _paths),
    "terraform.accept_unresolved_modules": ("terraform.accepted_modules", _plain),
    "kubernetes.helm_values": ("kubernetes.helm_values", _paths),
    "dockerfile.build_args": ("dockerfile.build_args", _plain),
    "models.trusted_keys": ("models.trusted_keys", _paths),
    "models.trusted_certificates": ("models.trusted_certificates", _paths),
    "models.trusted_identities": ("models.trusted_identities", _identities),
    "models.trust_root": ("models.trust_root", _path),
    "models.approved_versions": ("models.approved_versions", _paths),
    "rego.grants": ("rego.grants", _plain),
    "rego.time_limit": ("rego.time_limit", _plain),
    "rego.memory_limit": ("rego.memory_limit", _mebibytes),
    "checkov.all": ("checkov.all_checks", _plain),
    "checkov.policies": ("checkov.policies", _paths),
    "checkov.run_python": ("checkov.run_python", _plain),
    "checkov.time_limit": ("checkov.time_limit", _plain),
    "checkov.memory_limit": ("checkov.memory_limit", _mebibytes),
    "conftest.namespace": ("conftest.namespaces", _words),
    "conftest.all_namespaces": ("conftest.all_namespaces", _plain),
    "conftest.data": ("conftest.data", _paths),
    "conftest.combine": ("conftest.combine", _plain),
}
_GROUPS = frozenset(key.partition(".")[0] for key in _KEYS if "." in key)

KEY_OF: Mapping[str, str] = {name: key for key, (name, _) in _KEYS.items()}
"""The key of the file for a name of `Config`."""

_ELSEWHERE = {
    "rego.grants": "{} grants functions to policies; that takes --grant, or a file that --config names",
    "checkov.run_python": "{} has Python of the scanned tree run; that takes --checkov-python, or a file that "
    "--config names",
    "soft_fail": "{} switches the gate off for whoever proposes a change; that takes --soft-fail, or a file that "
    "--config names",
}
_WITHIN = (
    "baseline",
    "waiver_files",
    "policy_directories",
    "terraform.var_files",
    "terraform.module_directories",
    "kubernetes.helm_values",
    "models.trusted_keys",
    "models.trusted_certificates",
    "models.trust_root",
    "models.approved_versions",
    "conftest.data",
    "checkov.policies",
)


def settings_of(written: Written, within: Path | None) -> Settings:
    """What the file sets. Raises `UsageError` for what a file that was found, `within` a repository, may not."""
    found: Settings = {}
    for key, value in _flat(written.settings):
        name, read = _KEYS[key]
        place = written.place(*key.split("."))
        if key in _ELSEWHERE and not written.is_trusted and value:
            raise UsageError(_ELSEWHERE[key].format(place))
        found[name] = Setting(read(value, written.file.parent), str(place), place)
    if within is not None:
        for name in _WITHIN:
            if name in found:
                _check_within(within, found[name])
    return found


def _flat(settings: Mapping[str, Any]) -> list[tuple[str, Any]]:
    """`{"a": 1, "terraform": {"workspace": "x"}}` → `[("a", 1), ("terraform.workspace", "x")]`, without profiles."""
    found: list[tuple[str, Any]] = []
    for key, value in settings.items():
        if key in _GROUPS:
            found.extend((f"{key}.{name}", each) for name, each in value.items())
        elif key != "profiles":
            found.append((key, value))
    return found


def _check_within(within: Path, setting: Setting) -> None:
    for path in [setting.value] if isinstance(setting.value, Path) else setting.value:
        if not path.resolve().is_relative_to(within.resolve()):
            message = (
                f"{setting.origin} names {path}, which lies outside of the repository; name it on the command line"
            )
            raise UsageError(message)
