"""What the known predicates say: SLSA provenance and verification summaries, test results, verification results."""

import re
from collections.abc import Callable, Mapping
from typing import Any

from scanner.core.values import AttributePath
from scanner.parsers.model.attestations.resources import descriptors
from scanner.parsers.model.reading import mapping, text, texts

Said = Mapping[str, tuple[Any, AttributePath]]
"""Values by attribute, each with its path in the predicate; empty ones are not said."""


def read_predicate(predicate_type: str, predicate: Mapping[str, Any]) -> Said:
    """`kind` and the facts of a predicate; one that is not known has the kind `other`, and says nothing."""
    for pattern, kind, read in _PREDICATES:
        if pattern.fullmatch(predicate_type):
            return {"kind": (kind, ()), **read(predicate)}
    return {"kind": ("other", ())}


def _provenance(predicate: Mapping[str, Any]) -> Said:
    """SLSA provenance 1.x."""
    definition, details = mapping(predicate, "buildDefinition"), mapping(predicate, "runDetails")
    metadata = mapping(details, "metadata")
    finished = "finishedOn" if metadata.get("finishedOn") else "startedOn"
    return {
        "builder": (text(mapping(details, "builder").get("id")), ("runDetails", "builder", "id")),
        "build_type": (text(definition.get("buildType")), ("buildDefinition", "buildType")),
        "dependencies": (
            descriptors(definition.get("resolvedDependencies")),
            ("buildDefinition", "resolvedDependencies"),
        ),
        "time": (text(metadata.get(finished)), ("runDetails", "metadata", finished)),
        "invocation": (text(metadata.get("invocationId")), ("runDetails", "metadata", "invocationId")),
    }


def _old_provenance(predicate: Mapping[str, Any]) -> Said:
    """SLSA provenance 0.1 and 0.2, and in-toto's before it."""
    metadata = mapping(predicate, "metadata")
    finished = "buildFinishedOn" if metadata.get("buildFinishedOn") else "buildStartedOn"
    build_type = text(predicate.get("buildType"))
    source = "configSource" if build_type else "recipe"
    where: AttributePath = ("buildType",) if build_type else ("recipe", "type")
    return {
        "builder": (text(mapping(predicate, "builder").get("id")), ("builder", "id")),
        "build_type": (build_type or text(mapping(predicate, source).get("type")), where),
        "dependencies": (descriptors(predicate.get("materials")), ("materials",)),
        "time": (text(metadata.get(finished)), ("metadata", finished)),
        "invocation": (text(metadata.get("buildInvocationId")), ("metadata", "buildInvocationId")),
    }


def _summary(predicate: Mapping[str, Any]) -> Said:
    """SLSA verification summaries; before 1.0 the one level had a name of its own."""
    levels = texts(predicate.get("verifiedLevels")) or texts([predicate.get("policy_level")])
    result = "verificationResult" if "verificationResult" in predicate else "verification_result"
    time = "timeVerified" if "timeVerified" in predicate else "time_verified"
    return {
        "verifier": (text(mapping(predicate, "verifier").get("id")), ("verifier", "id")),
        "verified_levels": (levels, ("verifiedLevels",)),
        "result": (_word(predicate.get(result)), (result,)),
        "time": (text(predicate.get(time)), (time,)),
        "resource_uri": (text(predicate.get("resourceUri")), ("resourceUri",)),
    }


def _test_result(predicate: Mapping[str, Any]) -> Said:
    """The specification has no time in it; some producers add one under a name that says so."""
    time = next((name for name in ("timeCreated", "finishedOn", "timestamp", "time") if name in predicate), "time")
    return {
        "result": (_word(predicate.get("result")), ("result",)),
        "failed_tests": (texts(predicate.get("failedTests")), ("failedTests",)),
        "tests": (
            [name for key in ("passedTests", "warnedTests", "failedTests") for name in texts(predicate.get(key))],
            (),
        ),
        "configuration": (descriptors(predicate.get("configuration")), ("configuration",)),
        "report": (text(predicate.get("url")), ("url",)),
        "time": (text(predicate.get(time)), (time,)),
    }


def _verification(predicate: Mapping[str, Any]) -> Said:
    """Simple verification results name the properties that hold; there is none for one that does not."""
    time = "timeCreated" if "timeCreated" in predicate else "timeVerified"
    return {
        "verifier": (text(mapping(predicate, "verifier").get("id")), ("verifier", "id")),
        "verified_levels": (texts(predicate.get("properties")), ("properties",)),
        "time": (text(predicate.get(time)), (time,)),
    }


def _word(value: Any) -> str | None:
    return value.strip().upper() if isinstance(value, str) else None


_PREDICATES: tuple[tuple[re.Pattern[str], str, Callable[[Mapping[str, Any]], Said]], ...] = (
    (re.compile(r"https://slsa\.dev/provenance/v1(\.\d+)*"), "provenance", _provenance),
    (re.compile(r"https://slsa\.dev/provenance/v0\.[12]"), "provenance", _old_provenance),
    (re.compile(r"https://in-toto\.io/Provenance/v0\.1"), "provenance", _old_provenance),
    (re.compile(r"https://slsa\.dev/verification_summary/v[\d.]+(-rc\d+)?"), "verification_summary", _summary),
    (re.compile(r"https://in-toto\.io/attestation/test-result/v[\d.]+"), "test_result", _test_result),
    (re.compile(r"https://in-toto\.io/attestation/(svr|simple-verification-result)/v[\d.]+"), "svr", _verification),
)
