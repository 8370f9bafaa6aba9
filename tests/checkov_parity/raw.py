"""First comparison: the engine's raw answers against the command on the same staged files, unit by unit."""

from collections.abc import Iterable, Iterator

from tests.checkov_parity.command import Said
from tests.checkov_parity.differences import UNEXPLAINED, Compared, Difference
from tests.checkov_parity.judged import Judged

NOT_JUDGED = "the engine did not judge it, which is told, and the scan is incomplete"
COMMAND, ENGINE = "only the command", "only the engine"


def compare_raw(every: Iterable[Judged]) -> Compared:
    """What fails for one of them alone."""
    agreeing = 0
    differences: list[Difference] = []
    for each in every:
        ours, theirs = each.failed.keys(), each.said.failed.keys()
        agreeing += len(ours & theirs)
        differences += _differences(each)
    return Compared("raw answers against the command on the same files", agreeing, tuple(sorted(differences)))


def _differences(judged: Judged) -> Iterator[Difference]:
    ours, theirs = judged.failed.keys(), judged.said.failed.keys()
    crashed = dict(judged.answer.crashed)
    for said in ours - theirs:
        kind, why = UNEXPLAINED, ""
        if said in judged.said.skipped:
            kind = "skipped by a comment or an annotation; waivers are the project's own business"
        elif judged.said.died:
            kind, why = "the command broke off", judged.said.died
        yield _difference(kind, ENGINE, said, why, judged)
    for said in theirs - ours:
        kind, why = UNEXPLAINED, ""
        if judged.trouble:
            kind, why = NOT_JUDGED, judged.trouble
        elif said.check in crashed:
            kind, why = "the check broke off, which is told and keeps its controls from being met", crashed[said.check]
        yield _difference(kind, COMMAND, said, why, judged)


def _difference(kind: str, side: str, said: Said, why: str, judged: Judged) -> Difference:
    where = judged.unit.name
    return Difference(kind, side, said.check, said.path, said.resource, f"{where}: {why}" if why else where)
