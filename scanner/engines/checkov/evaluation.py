"""Runs Checkov over a release: what is known already comes from the cache, the rest from processes side by side."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass, field
from functools import partial
from importlib.metadata import PackageNotFoundError, version
from queue import PriorityQueue

from scanner.core.counting import count, were
from scanner.core.finding import Finding
from scanner.core.location import Location
from scanner.core.notification import Level, Notification
from scanner.core.policy import CHECKOV, AppliesTo, Policy, Severity
from scanner.core.resource import Release, Resource
from scanner.core.scope import Scope
from scanner.engines.checkov.answers.addresses import Addresses
from scanner.engines.checkov.answers.findings import findings_of, unplaced_of, unread_of, unseen_of
from scanner.engines.checkov.cache import Cache
from scanner.engines.checkov.interface import DOCKERFILE, KUBERNETES, Answer, Checks, Unit, from_plain
from scanner.engines.checkov.units import units_of
from scanner.engines.checkov.units.stage import staged
from scanner.engines.interface import Begin, EngineContext, Evaluation
from scanner.engines.trouble import engine_error
from scanner.isolation import Worker, WorkerError

_READY = "scanner.engines.checkov.worker.job:ready"
_RUN = "scanner.engines.checkov.worker.job:run"
_START_TAKES = 120.0

# Roughly how many bytes Checkov judges while one more process would start.
_BYTES_MEANWHILE = 60_000
_QUICKER = {KUBERNETES: 6, DOCKERFILE: 10}

_Free = PriorityQueue[tuple[int, Worker]]


@contextmanager
def opened(policies: Sequence[Policy], context: EngineContext) -> Iterator[Begin]:
    """The engine for these policies.

    Its processes are started at once where nothing is in the cache yet, and else when it is known that they are needed.
    """
    installed = _installed()
    if not policies or installed is None:
        yield partial(_without, Level.ERROR if context.asks_for_checkov else Level.WARNING)
        return
    cache = Cache(context.checkov.cache, installed)
    with ExitStack() as stack:
        workers = [
            stack.enter_context(Worker(context.checkov.memory_limit, forgets=True, purpose="checkov"))
            for _ in range(context.workers)
        ]
        threads = ThreadPoolExecutor(max_workers=context.workers)
        stack.callback(threads.shutdown, cancel_futures=True)
        free: _Free = PriorityQueue()  # so that the one which starts first is also asked first
        further = list(enumerate(workers))
        free.put(further.pop(0))
        if cache.is_empty:
            threads.submit(_get_ready, free)

        def begin(applicable: Sequence[Policy], release: Release, scope: Scope) -> Callable[[], Evaluation]:
            del scope
            if not applicable:
                return Evaluation
            run = _Run(applicable, release, context, cache, free, further)
            answers = threads.submit(run.ask, threads)
            return lambda: run.end(answers.result())

        try:
            yield begin
        except BaseException:
            for worker in workers:
                worker.close()
            raise
        for worker in workers:
            worker.stop()  # also one that is only getting ready: nobody needs it any more


def _installed() -> str | None:
    try:
        return version("checkov")
    except PackageNotFoundError:
        return None


def _without(level: Level, applicable: Sequence[Policy], release: Release, scope: Scope) -> Callable[[], Evaluation]:
    """What there is to say where Checkov is not installed."""
    del release, scope
    if not applicable:
        return Evaluation
    number = len(applicable)
    message = (
        f"Checkov is not installed, so its {count(number, 'check')} {were(number)} not evaluated; "
        "install it as this package asks for it, or do without by --engine own"
    )
    ids = frozenset(policy.id for policy in applicable)
    return lambda: Evaluation((), (Notification(level, message, "engine"),), ids)


def _get_ready(free: _Free) -> None:
    """Have one process import Checkov while files are read; if that fails, the first unit will say so."""
    number, worker = free.get()
    try:
        worker.call(_READY, None, _START_TAKES)
    except WorkerError:
        worker.stop()
    finally:
        free.put((number, worker))


@dataclass
class _Run:
    """One release, judged by some checks.

    `free` are the workers that have nothing to do, by number; `further` are those that are added where it is worth it.
    """

    policies: Sequence[Policy]
    release: Release
    context: EngineContext
    cache: Cache
    free: _Free
    further: list[tuple[int, Worker]]
    notifications: list[Notification] = field(default_factory=list)
    failed: set[str] = field(default_factory=set)

    def ask(self, threads: ThreadPoolExecutor) -> list[tuple[Unit, Future[Answer]]]:
        """Have every unit judged, the largest first, that the cache knows nothing of."""
        checks = self._checks()
        units = units_of(self.release, self.context.terraform)
        keys = [self.cache.key(unit, checks) for unit in units]
        known = [self.cache.get(key) for key in keys]
        unknown = sorted((n for n, each in enumerate(known) if each is None), key=lambda n: -_effort(units[n]))
        for _ in range(min(len(self.further), int(sum(_effort(units[n]) for n in unknown[1:])))):
            self.free.put(self.further.pop(0))
        asked = {n: threads.submit(self._answer, units[n], checks, keys[n]) for n in unknown}
        return [(unit, asked.get(n) or _done(known[n])) for n, unit in enumerate(units)]

    def end(self, answers: Sequence[tuple[Unit, Future[Answer]]]) -> Evaluation:
        """Wait for every unit and put together what they have given."""
        self._wait(answers)
        by_id = {policy.id: policy for policy in self.policies}
        findings: list[Finding] = []
        more: dict[str, Policy] = {}
        for unit, answer in answers:
            found = self._told(unit, answer)
            if found is None:
                continue
            titles = ((id_, title) for id_, title in found.titles.items() if id_ not in by_id)
            more.update((id_, self._foreign(id_, title)) for id_, title in titles)
            addresses = Addresses(unit)
            findings += findings_of(addresses, found, {**more, **by_id}, self.release)
            self._take_trouble(addresses, found)
        return Evaluation(
            tuple(findings),
            tuple(dict.fromkeys(self.notifications)),
            frozenset(self.failed),
            tuple(more[id_] for id_ in sorted(more)),
        )

    def _wait(self, answers: Sequence[tuple[Unit, Future[Answer]]]) -> None:
        """Say what Checkov is busy with until it is done."""
        waiting = {answer: unit for unit, answer in answers if not answer.done()}
        while waiting:
            done = len(answers) - len(waiting)
            at_work = next((unit.name for answer, unit in waiting.items() if answer.running()), "the next")
            self.context.progress(f"Checkov judges {at_work}; {done} of {len(answers)} done")
            for answer in wait(waiting, return_when=FIRST_COMPLETED).done:
                del waiting[answer]

    def _checks(self) -> Checks:
        options = self.context.checkov
        written = {policy.location.path: policy.rule for policy in self.policies if policy.rule and policy.location}
        return Checks(
            ids=tuple(sorted(policy.id for policy in self.policies)),
            is_all=options.all_checks,
            written=tuple(sorted(written.items())),
            python=tuple(str(folder.resolve()) for folder in options.policies) if options.run_python else (),
        )

    def _answer(self, unit: Unit, checks: Checks, key: str) -> Answer:
        """By one of the workers; it is kept under the key. Raises `WorkerError`."""
        number, worker = self.free.get()
        try:
            with staged(unit) as folder:
                argument = {
                    "folder": str(folder),
                    "framework": unit.framework,
                    "variable_files": unit.variable_files,
                    "checks": asdict(checks),
                }
                answer = from_plain(worker.call(_RUN, argument, self.context.checkov.time_limit))
        finally:
            self.free.put((number, worker))
        self.cache.put(key, answer)
        return answer

    def _told(self, unit: Unit, answer: Future[Answer]) -> Answer | None:
        try:
            return answer.result()
        except WorkerError as error:
            self.failed.update(policy.id for policy in self.policies)
            self._say(f"Checkov did not judge {unit.name}: {error}", Location(unit.path, 1))
            return None

    def _take_trouble(self, addresses: Addresses, answer: Answer) -> None:
        unit = addresses.unit
        for check, why in answer.crashed:
            self.failed.add(check)
            what, where = _what_broke(unit, answer.crashed_on.get(check, ()))
            self._say(f"{check} was not evaluated as a whole: Checkov's check broke off on {what}: {why}", where)
        for record in unplaced_of(addresses, answer):
            self.failed.add(record.check)
            message = f"{record.check} fails for {record.resource}, which is nothing that was read here"
            self._say(message, _place(unit, record.path))
        what = "this object as it is rendered" if unit.objects else "this file"
        for place in unread_of(unit, answer):
            self.failed.update(policy.id for policy in self.policies)
            self._say(f"Checkov cannot read {what}, so none of its checks was evaluated on it", place)
        unseen: dict[str, list[Resource]] = {}
        for each in unseen_of(unit, answer):
            self.failed.update(policy.id for policy in self.policies)
            unseen.setdefault(each.location.path, []).append(each)
        for several in unseen.values():
            more = f" and {len(several) - 1} more" if len(several) > 1 else ""
            message = f"Checkov does not see {several[0].address}{more}, so none of its checks was evaluated on it"
            self._say(message, several[0].location)

    def _say(self, message: str, where: Location) -> None:
        self.notifications.append(engine_error(message, where, self.release.secrets))

    def _foreign(self, id_: str, title: str) -> Policy:
        """A check that only Checkov knows of; who has one of theirs run wants to hear of it."""
        severity = Severity.HIGH if self.context.checkov.run_python else Severity.LOW
        return Policy(id_, title, severity, CHECKOV, AppliesTo(("*",)), None, is_mapped=False)


def _what_broke(unit: Unit, paths: Sequence[str]) -> tuple[str, Location]:
    """What a check broke off on, in words, and where the first of it is: files of the unit, or as a whole."""
    places = sorted({_place(unit, path) for path in paths})
    if not places:
        return unit.name, Location(unit.path, 1)
    more = len(places) - 1
    return f"{places[0].path}{f' and {more} more' if more else ''}", places[0]


def _place(unit: Unit, path: str) -> Location:
    """Where we have what is in a file, by the path that Checkov sees."""
    alone = unit.objects.get(path.lstrip("/"))
    return Location(unit.path_of(path), 1) if alone is None else alone.location


def _effort(unit: Unit) -> float:
    """How long it takes to judge the unit, where 1 is as long as a process takes to start."""
    size = sum(map(len, unit.files.values()))
    return size / (_BYTES_MEANWHILE * _QUICKER.get(unit.framework, 1))


def _done(answer: Answer | None) -> Future[Answer]:
    done: Future[Answer] = Future()
    assert answer is not None  # noqa: S101 - what is not known is asked for
    done.set_result(answer)
    return done
