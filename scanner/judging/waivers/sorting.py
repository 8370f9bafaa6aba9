"""Sorts waivers as they are written into those that count and those that do not, and says why not."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date

from scanner.core.governance import Governance
from scanner.core.policy import Policy
from scanner.core.suggestions import closest
from scanner.core.waiver import WaiverState, WaiverUse
from scanner.judging.waivers.governance import forbidden
from scanner.judging.waivers.written import Written


@dataclass(frozen=True)
class Waivers:
    """The waivers that count, by the id of their policy, and what became of the others."""

    active: tuple[Written, ...] = ()
    refused: tuple[WaiverUse, ...] = ()


def sort_out(written: Iterable[Written], policies: Sequence[Policy], governance: Governance, today: date) -> Waivers:
    """A waiver counts when it can be read, names a policy, keeps the rules of the bundle and is not over."""
    by_name = {name: policy for policy in policies for name in policy.aliases}
    by_name |= {policy.id: policy for policy in policies}
    active: list[Written] = []
    refused: list[WaiverUse] = []
    for each in written:
        waiver, policy = each.waiver, by_name.get(each.waiver.policy)
        state, why = WaiverState.INVALID, each.why
        if policy is not None:
            waiver = replace(waiver, policy=policy.id)
        if not why and policy is None:
            near = closest([waiver.policy], by_name)
            why = f"this waiver names {waiver.policy}, which is no policy of the bundle; it waives nothing{near}"
            state = WaiverState.UNKNOWN_POLICY
        if not why and policy is not None:
            broken = forbidden(waiver, policy, governance, today)
            if broken:
                state, why = WaiverState.FORBIDDEN, f"this waiver is forbidden and waives nothing: {broken}"
            elif waiver.until < today:
                state = WaiverState.EXPIRED
                why = f"this waiver ended on {waiver.ends} and waives nothing: mend the finding or renew the waiver"
        if why:
            refused.append(WaiverUse(waiver, state, why=why))
        else:
            active.append(replace(each, waiver=waiver))
    return Waivers(tuple(active), tuple(refused))
