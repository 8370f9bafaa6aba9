"""What the worker was told is told again to the process that takes its place."""

from collections.abc import Iterator

import pytest

from scanner.engines.rego.session import LostError, Session
from scanner.isolation import Worker, WorkerError
from tests.engines.rego.test_trouble import ENDLESS

TEXT = 'deny contains {"resource": r, "message": "m"} if { some r in input.resources }'


@pytest.fixture
def worker() -> Iterator[Worker]:
    with Worker(memory_limit=2 << 30) as started:
        yield started


def check(session: Session, name: str, body: str) -> None:
    text = f"package {name}\nimport rego.v1\n{body}"
    assert session.tell("check", {"name": name, "path": name, "text": text, "parameters": {}})["problems"] == []


def test_a_job_that_takes_too_long_costs_nothing_but_itself(worker: Worker) -> None:
    session = Session(worker, time_limit=2.0)
    session.tell("load", {"libraries": [], "engine": {"name": "regorus"}}, takes=10)
    check(session, "good", TEXT)
    check(session, "endless", ENDLESS)
    session.tell("read", {"input_json": '{"resources": ["a"]}', "names": ["good", "endless"]}, takes=10)
    with pytest.raises(WorkerError, match="stopped after 2 s") as failure:
        session.ask("evaluate", {"name": "endless"})

    assert not isinstance(failure.value, LostError)
    answer = session.ask("evaluate", {"name": "good"})
    assert (answer["found"], answer["problems"]) == ({"deny": [{"resource": "a", "message": "m"}]}, [])


def test_it_is_said_when_no_process_can_take_the_place(worker: Worker) -> None:
    session = Session(worker, time_limit=20.0)
    session.tell("load", {"libraries": [], "engine": {"name": "regorus"}})
    worker.close()
    with pytest.raises(WorkerError):
        session.ask("evaluate", {"name": "good"})

    with pytest.raises(LostError, match="broken off"):
        session.ask("evaluate", {"name": "good"})
