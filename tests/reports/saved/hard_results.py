"""Results that hold what is hard to save: secrets, odd names and lines, and everything that a result can have."""

from dataclasses import replace
from datetime import date

from scanner.core.baseline import BaselineState, Comparison, KnownFinding
from scanner.core.finding import Finding, RelatedLocation, Status
from scanner.core.foreign import ConftestRule, ForeignModules
from scanner.core.location import Location
from scanner.core.notification import Level, Notification
from scanner.core.policy import AppliesTo, Policy, Severity
from scanner.core.resource import Link, Release, Resource, SourceFile
from scanner.core.result import Decision, ScanResult, Verdict
from scanner.core.values import Unresolved
from scanner.core.waiver import Waiver, WaiverSource, WaiverState, WaiverUse

SECRET = "Winter-2026-pässwort"
KEY = "-----BEGIN RSA PRIVATE KEY-----\nMIIEowIBAAKCAQEA\nb1PqzQ+d\n-----END RSA PRIVATE KEY-----"
NOT_UTF_8 = "infra/gr\udcfcn.tf"
GREEN = "infra/grün & <weiß>.tf"
PLAN = "plan.json"

LONG = "".join(f'"k{number}":"{SECRET}","p{number}":"{"x" * 40}",' for number in range(200))
FILES = {
    NOT_UTF_8: "one\ntwo\nthree\n",
    GREEN: f'a = 1\r\npassword = "{SECRET}" # more\r\nb = "\u2028\u202e\x1b[2J"\r\nkey = <<EOT\r\n{KEY}\r\nEOT\r\nend',
    PLAN: f"{{{LONG}\n" + "y" * 9000 + "\nshort\n",
    "infra/long.tf": "".join(f"line {number} {'z' * 90}\n" for number in range(1, 400)),
    "infra/empty.tf": "",
}

POLICY = Policy(
    "CONFTEST-main.deny",
    "Half a character \ud83d is no character",
    Severity.HIGH,
    "conftest",
    AppliesTo(("document",)),
    ConftestRule("deny", "data.main.deny", ForeignModules((("policy/a.rego", "package main"),))),
    rationale="\ufffd was there before",
    references=("https://docs.example/a?b=<c>",),
    aliases=("deny",),
    deprecated="Use another.",
)


def _resource(name: str, at: Location, origin: str = "", **more: object) -> Resource:
    return replace(Resource(name, "document", "conftest", {"token": SECRET}, at, origin=origin), **more)  # type: ignore[arg-type]


WHOLE = _resource("grün[\ud83d]", Location(NOT_UTF_8, 1, 1, 3, 1))
PART = _resource(
    f"{WHOLE.address}/part",
    Location(GREEN, 1),
    "overlays/prod",
    parent=WHOLE.key,
    world="overlays/prod",
    presence=Unresolved(f'var.n == "{SECRET}"', "var.n has no default"),
)
APART = _resource("nobody knows it", Location("elsewhere.json", 7))

PLACES = (
    Location(NOT_UTF_8, 2),
    Location(GREEN, 1, 5, 1, 5),
    Location(GREEN, 2, 12, 2, 33),
    Location(GREEN, 2, 36, 2, 46),
    Location(GREEN, 2, 400),
    Location(GREEN, 3, 1, 8, 3),
    Location(GREEN, 10),
    Location(GREEN, 5, 3, 99, 2),
    Location(PLAN, 1, FILES[PLAN].index('"p3"') + 1, 1, FILES[PLAN].index('"k4"')),
    Location(PLAN, 1, FILES[PLAN].index('"p150"') + 1, 1, FILES[PLAN].index('"k151"')),
    Location(PLAN, 2, 5000, 2, 5010),
    Location(PLAN, 3, 1, 3, 5),
    Location(PLAN, 1, 2, 3, 4),
    Location("infra/long.tf", 30, 1, 350, 4),
    Location("infra/long.tf", 398, 6, 399, 8),
    Location("infra/empty.tf", 1),
    Location("never/read.tf", 12, 3, 14, 9),
)


def _findings() -> tuple[Finding, ...]:
    open_ = [
        Finding(
            POLICY,
            (WHOLE, PART, APART)[number % 3],
            (Status.FAIL, Status.UNKNOWN)[number % 2],
            f"{number} is wrong \ud83d\ude00 <b>{place.path}</b>\n::error::x",
            place,
            attribute=f"a[{number}]",
            related_locations=tuple(
                RelatedLocation(other, f"see \udc80 {other.start_line}") for other in PLACES[:number]
            ),
            cause="half \udfff" if number % 2 else "",
            evidence=str(number),
            baseline_state=(BaselineState.NEW, BaselineState.UNCHANGED)[number // 3 % 2],
        )
        for number, place in enumerate(PLACES)
    ]
    passed = Finding(POLICY, PART, Status.PASS, "fine", Location(GREEN, 1), attribute="passed")
    waived = replace(open_[0], waiver=WAIVER, evidence="waived", fingerprint="")
    return (*open_, passed, waived)


WAIVER = Waiver(
    POLICY.id,
    "a risk that\nis \ud83d taken",
    date(2027, 1, 31),
    Location(".releasegate/waivers.yaml", 3, 3, 9, 20),
    owner="grün@example",
    approver="<approver>",
    source=WaiverSource.FILE,
    address="*",
    path="infra/**",
    ticket="RISK-1",
)


def hard_result(full: ScanResult) -> ScanResult:
    """A blocked result in which everything is odd."""
    findings = _findings()
    uses = [WaiverUse(WAIVER, WaiverState.IN_FORCE, (findings[-1].fingerprint,))]
    uses += [WaiverUse(replace(WAIVER, until=date.min), state, why=f"it is {state}") for state in WaiverState]
    uses += [WaiverUse(replace(WAIVER, location=Location(GREEN, 4), source=WaiverSource.INLINE), WaiverState.UNUSED)]
    fixed = KnownFinding(NOT_UTF_8, "GONE-1", "gone \ud83d", "a", "fail", "f" * 64)
    notes = [
        Notification(level, f"{level} \udcff\nx", "parser", place) for level, place in zip(Level, PLACES, strict=False)
    ]
    return replace(
        full,
        findings=findings,
        policies=(POLICY,),
        frameworks=full.frameworks[1:2],
        notifications=(*notes, Notification(Level.NOTE, "nowhere", "linking")),
        verdict=Verdict(Decision.BLOCKED, ("because \ud83d", "and because"), is_complete=False, profile="<prod>"),
        release=Release(
            resources=(WHOLE, PART),
            links=(
                Link(WHOLE.key, "contains", PART.key, Location(GREEN, 1), Location(NOT_UTF_8, 2)),
                Link(PART.key, "mentions", WHOLE.key, Location(PLAN, 3)),
            ),
            source_files=tuple(SourceFile(path, "conftest", text) for path, text in FILES.items()),
            secrets=frozenset({SECRET, KEY}),
        ),
        waivers=tuple(uses),
        comparison=Comparison("main (1a2b3c4)", (fixed,)),
    )
