"""What two ways of judging the same files say differently, each with the reason for it."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

UNEXPLAINED = "unexplained"


@dataclass(frozen=True, order=True)
class Difference:
    """One result that one side has and the other has not, or has in another form.

    `side` says who has it, `kind` is the reason in a few words that many share, `why` what there is to say of this one.
    """

    kind: str
    side: str
    check: str
    path: str
    resource: str
    why: str = ""

    def __str__(self) -> str:
        told = f"{self.side}: {self.check} {self.path} {self.resource}"
        return f"{told} ({self.why})" if self.why else told


@dataclass(frozen=True)
class Compared:
    """One comparison: what it is of, how many results agree, and every difference."""

    title: str
    agreeing: int
    differences: tuple[Difference, ...]

    @property
    def unexplained(self) -> tuple[Difference, ...]:
        return tuple(each for each in self.differences if each.kind == UNEXPLAINED)


def table(compared: Iterable[Compared]) -> Iterator[str]:
    """Lines of text: a table of how many there are of each kind, then all of them."""
    for each in compared:
        yield f"  {each.title}"
        yield f"    {each.agreeing:6} the same"
        for kind, number in sorted(Counter(it.kind for it in each.differences).items()):
            yield f"    {number:6} {kind}"


def listed(compared: Iterable[Compared], is_short: bool = False) -> Iterator[str]:
    """Lines of text: every difference under its kind; in short only those that nothing explains."""
    for each in compared:
        chosen = sorted(set(each.unexplained if is_short else each.differences))
        if chosen:
            yield f"  {each.title}"
        last = ""
        for difference in chosen:
            if difference.kind != last:
                yield f"    {difference.kind}:"
                last = difference.kind
            yield f"      {difference}"
