"""What is said of a gate that was made looser: by the scanned files, or by an option over a profile."""

from collections.abc import Mapping, Sequence
from typing import Any

from scanner.config.files import Written
from scanner.config.folders import Layer
from scanner.config.profiles import looser
from scanner.config.settings import GATE, KEY_OF, Setting, Settings
from scanner.core.notification import Level, Notification
from scanner.core.policy import Severity

_DEFAULTS: dict[str, Any] = {"fail_on": Severity.HIGH, "allow_unknown": False, "allow_incomplete": False}
_VOUCHING = (
    *("baseline", "models.trusted_keys", "models.trusted_certificates", "models.trusted_identities"),
    *("models.trust_root", "models.approved_versions"),
)
_MOST = 5
_LEAVING_OUT = (
    *(
        "checks",
        "skip_checks",
        "engines",
        "excludes",
        "frameworks",
        "parameters",
        "scope",
        "terraform.accepted_modules",
    ),
    *_VOUCHING,
)


def loosened(
    effective: Settings, written: Written | None, layers: Sequence[Layer], given: Settings
) -> tuple[Notification, ...]:
    """What files of the scanned tree, which whoever proposes a change may have written, let pass or leave out."""
    found = []
    if written is not None and not written.is_trusted:
        found += [_note(name, effective[name], written) for name in _loose(effective) if effective[name].place]
        chosen = effective.get("profile")
        if chosen and chosen.place and any(not effective[name].place for name in _loose(effective)):
            found.append(_note("profile", chosen, written))
    for layer in layers:
        loose = (name for name in _loose(layer.settings) if name not in given)
        found += [_note(name, layer.settings[name], layer.written) for name in loose]
    return tuple(found)


def overridden(profile: Settings, given: Settings, name: str | None) -> tuple[str, ...]:
    """What options and environment make of the profile of that name."""
    return tuple(
        f"{KEY_OF[key]} is {in_words(given[key].value)} by {given[key].origin}; "
        f"profile {name} has {in_words(profile[key].value)}"
        for key, _ in GATE.values()
        if key in profile and key in given and given[key].value != profile[key].value
    )


def in_words(value: Any) -> str:
    """A value as it would stand in the file; None, a limit that is not there, as `no limit`."""
    if value is None:
        return "no limit"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, Mapping):
        return ", ".join(f"{key}: {in_words(each)}" for key, each in value.items()) or "none"
    if isinstance(value, tuple | list):
        return ", ".join(in_words(each) for each in value) or "none"
    return str(value)


def _loose(settings: Settings) -> list[str]:
    names = [
        name for name, default in _DEFAULTS.items() if name in settings and looser(name, settings[name].value, default)
    ]
    return names + [name for name in _LEAVING_OUT if name in settings and settings[name].value]


def _note(name: str, setting: Setting, written: Written) -> Notification:
    value: Any = setting.value
    if name in _VOUCHING:  # paths, which are absolute by now
        value = written.settings
        for key in KEY_OF[name].split("."):
            value = value[key]
    message = f"the scanned tree sets {KEY_OF[name]} for its own scan: {in_words(value)}"
    return Notification(Level.NOTE, message, "scan", setting.place)


def summed_up(notes: Sequence[Notification]) -> tuple[str, ...]:
    """The places of what `loosened` has found, for the verdict."""
    if not notes:
        return ()
    places = [str(place) for place in sorted({note.location for note in notes if note.location})]
    more = f" and {len(places) - _MOST} more" if len(places) > _MOST else ""
    return (f"the scanned tree says itself what it lets pass or leaves out: {', '.join(places[:_MOST])}{more}",)
