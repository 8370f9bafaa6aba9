"""The gate's profiles: those that are built in, and those of a `releasegate.yaml`."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from scanner.config.errors import UsageError
from scanner.config.files import Written
from scanner.config.settings import GATE, KEY_OF, Setting, Settings
from scanner.core.policy import Severity
from scanner.core.suggestions import closest

BUILT_IN: Mapping[str, Mapping[str, Any]] = MappingProxyType(
    {
        "prod": {
            "fail_on": Severity.MEDIUM,
            "must_meet": ("gdpr", "hipaa", "eu-ai-act"),
            "allow_unknown": False,
            "allow_incomplete": False,
            "max_waivers": 10,
        },
        "staging": {
            "fail_on": Severity.HIGH,
            "must_meet": (),
            "allow_unknown": False,
            "allow_incomplete": False,
            "max_waivers": None,
        },
        "dev": {
            "fail_on": Severity.CRITICAL,
            "must_meet": (),
            "allow_unknown": True,
            "allow_incomplete": True,
            "max_waivers": None,
        },
    }
)
"""By the names of `Config`. Which frameworks are judged they leave as it is, and `must_meet` is judged in any case."""


_DEEPEST = 20


def profile_settings(name: str, chosen_by: str, written: Written | None) -> Settings:
    """What the profile sets. Raises `UsageError` for one that does not exist, or that may not be as it is written."""
    own = _own(written)
    if name not in own and name not in BUILT_IN:
        known = sorted({*own, *BUILT_IN})
        message = f"unknown profile {name!r} ({chosen_by}): expected {', '.join(known)}{closest([name], known)}"
        raise UsageError(message)
    found = _resolved(name, written, ())
    if written is not None and not written.is_trusted and name in own and name in BUILT_IN:
        _check_stricter(name, found, written)
    return found


def check_profiles(written: Written) -> None:
    """Raise `UsageError` for a profile of the file that extends one which does not exist, or itself."""
    for name in _own(written):
        _resolved(name, written, ())


def looser(name: str, value: Any, than: Any) -> bool:
    """Whether the gate lets more pass with one value of a setting of profiles than with another."""
    if name == "fail_on":
        return bool(value.rank > than.rank)
    if name == "must_meet":
        return not set(than) <= set(value)
    if name == "max_waivers":
        return than is not None and (value is None or value > than)
    return bool(value) and not than


def _own(written: Written | None) -> Mapping[str, Mapping[str, Any]]:
    profiles: Mapping[str, Mapping[str, Any]] = written.settings.get("profiles", {}) if written else {}
    return profiles


def _resolved(name: str, written: Written | None, above: tuple[str, ...]) -> Settings:
    """A profile of the file over the one that it extends; one that extends its own name means what is built in."""
    own = _own(written)
    if written is None or name not in own or (above and above[-1] == name):
        origin = f"profile {above[0]}, from the built-in {name}" if above else f"profile {name}"
        return {key: Setting(value, origin) for key, value in BUILT_IN[name].items()}
    settings = own[name]
    found: Settings = {}
    base = settings.get("extends")
    if base is not None:
        place = written.place("profiles", name, "extends")
        known = sorted({*own, *BUILT_IN})
        if base not in known:
            message = f"{place}: profiles.{name}: unknown profile {base!r}: expected {', '.join(known)}"
            raise UsageError(f"{message}{closest([base], known)}")
        if base in above or (base == name and name not in BUILT_IN):
            raise UsageError(f"{place}: profiles.{name}: it extends itself, by way of {base}")
        if len(above) >= _DEEPEST:
            raise UsageError(f"{place}: profiles.{name}: more than {_DEEPEST} profiles extend one another")
        found.update(_resolved(base, written, (*above, name)))
    for key, value in settings.items():
        if key != "extends":
            where = written.place("profiles", name, key)
            config_name, read = GATE[key]
            found[config_name] = Setting(read(value, written.file.parent), f"profile {name}, {where}", where)
    return found


def _check_stricter(name: str, found: Settings, written: Written) -> None:
    """What `--profile prod` promises is not for the scanned files to take back."""
    for key, built_in in BUILT_IN[name].items():
        setting = found.get(key)
        if setting is None or looser(key, setting.value, built_in):
            place = (setting.place if setting else None) or written.place("profiles", name)
            what = f"{KEY_OF[key]} is not set" if setting is None else f"{KEY_OF[key]} lets more pass"
            raise UsageError(
                f"{place}: profiles.{name} is built in, and a file of the scanned tree can only make it stricter: "
                f"{what}; give it a name of its own with `extends: {name}`, or name the file with --config"
            )
