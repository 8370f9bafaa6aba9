"""While Checkov works, whoever waits is told what it is busy with."""

from concurrent.futures import Future
from queue import PriorityQueue

from scanner.core.resource import Release
from scanner.engines.checkov.cache import Cache
from scanner.engines.checkov.evaluation import _Run
from scanner.engines.checkov.interface import TERRAFORM, Answer, Unit
from scanner.engines.interface import EngineContext


def test_what_is_being_judged_is_told_until_all_is_done() -> None:
    answers: list[tuple[Unit, Future[Answer]]] = [
        (Unit(f"the Terraform root {name}", f"{name}/main.tf", TERRAFORM, {}, ()), Future()) for name in "abc"
    ]
    order = [answers[1][1], answers[2][1], answers[0][1]]
    order[0].set_running_or_notify_cancel()
    said: list[str] = []

    def progress(words: str) -> None:
        said.append(words)
        order.pop(0).set_result(Answer("3"))
        if order:
            order[0].set_running_or_notify_cancel()

    context = EngineContext(progress=progress)
    run = _Run((), Release(), context, Cache(None, "3"), PriorityQueue(), [])
    assert run.end(answers).findings == ()
    assert said == [
        "Checkov judges the Terraform root b; 0 of 3 done",
        "Checkov judges the Terraform root c; 1 of 3 done",
        "Checkov judges the Terraform root a; 2 of 3 done",
    ]
    said.clear()
    run.end(answers)
    assert said == []
