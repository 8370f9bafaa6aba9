"""One word in, one explanation out, as text or JSON."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from scanner.config import Config, UsageError
from scanner.core.bundle import Bundle
from scanner.explaining.as_json import control_json, finding_json, policy_json
from scanner.explaining.as_text import ambiguous_text, control_text, finding_text, policy_text
from scanner.explaining.search import in_result, in_scan
from scanner.explaining.subject import PolicyExplanation, check_fingerprint, named
from scanner.pipeline import Progress, open_bundle


@dataclass(frozen=True)
class Look:
    """How the answer looks: JSON for programs, else text in so many columns, with or without colour."""

    is_json: bool
    width: int
    color: bool


def about_name(word: str, bundle: Bundle, directories: Sequence[Path], look: Look) -> str | None:
    """What there is to say of a policy or a control, None where neither is called so."""
    subject = named(word, bundle, directories)
    if isinstance(subject, PolicyExplanation):
        return policy_json(subject) if look.is_json else policy_text(subject, look.width, color=look.color)
    if subject is not None:
        return control_json(subject) if look.is_json else control_text(subject, look.width, color=look.color)
    return None


def answer(word: str, config: Config, look: Look, progress: Progress, saved: str | None = None) -> str:
    """What there is to say of a policy, a control or a finding; `saved` is the text of a saved result to look in.

    Raises `UsageError` for an unknown word, and for the beginning of no fingerprint or of several.
    """
    bundle = open_bundle(config)
    text = about_name(word, bundle, config.policy_directories, look)
    if text is not None:
        return text
    check_fingerprint(word, bundle)
    found = (
        in_scan(word, config, progress, bundle.governance)
        if saved is None
        else in_result(word, saved, config, progress, bundle.governance)
    )
    if found.candidates:
        raise UsageError(ambiguous_text(word, found.candidates))
    if found.explanation is None:
        where = found.source or " ".join(str(path) for path in config.paths)
        raise UsageError(
            f"no finding of {where} has a fingerprint that begins with {word}; "
            "give explain the paths and options of the scan that reported it"
        )
    if look.is_json:
        return finding_json(found.explanation)
    return finding_text(found.explanation, look.width, color=look.color)
