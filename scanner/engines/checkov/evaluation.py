"""Runs Checkov over a release: what is known already comes from the cache, the rest from processes side by side."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass, field
from importlib.metadata import PackageNotFoundError, version
from queue import SimpleQueue

from scanner.core.finding import Finding
from scanner.core.location import Location
from scanner.core.notification import Level, Notification
from scanner.core.policy import AppliesTo, Policy, Severity
from scanner.core.resource import Release
from scanner.core.scope import Scope
from scanner.engines.checkov.cache import Cache
from scanner.engines.checkov.findings import findings_of, unplaced_of, unread_of
from scanner.engines.checkov.interface import Answer, Checks, Unit, from_plain
from scanner.engines.checkov.stage import staged
from scanner.engines.checkov.units import units_of
from scanner.engines.interface import Begin, EngineContext, Evaluation
from scanner.engines.trouble import engine_error
from scanner.isolation import Worker, WorkerError

_READY = "scanner.engines.checkov.job:ready"
_RUN = "scanner.engines.checkov.job:run"
_START_TAKES = 120.0


@contextmanager
def opened(policies: Sequence[Policy], context: EngineContext) -> Iterator[Begin]:
    """The engine for these policies.

    Its processes are started at once where nothing is in the cache yet, and else when it is known that they are needed.
    """
    installed = _installed()
    if not policies or installed is None:
        yield _without
        return
    cache = Cache(context.checkov.cache, installed)
    with ExitStack() as stack:
        workers = [
            stack.enter_context(Worker(context.checkov.memory_limit, forgets=True, purpose="checkov"))
            for _ in range(context.workers)
        ]
        threads = ThreadPoolExecutor(max_workers=context.workers)
        stack.callback(threads.shutdown, cancel_futures=True)
        free: SimpleQueue[Worker] = SimpleQueue()
        for worker in workers:
            free.put(worker)
        if cache.is_empty:
            threads.submit(_get_ready, free)

        def begin(applicable: Sequence[Policy], release: Release, scope: Scope) -> Callable[[], Evaluation]:
            del scope
            if not applicable:
                return Evaluation
            run = _Run(applicable, release, context, cache, free)
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


def _without(applicable: Sequence[Policy], release: Release, scope: Scope) -> Callable[[], Evaluation]:
    """What there is to say where Checkov is not installed."""
    del release, scope
    if not applicable:
        return Evaluation
    message = f"Checkov is not installed, so its {len(applicable)} checks were not evaluated; pip install checkov"
    ids = frozenset(policy.id for policy in applicable)
    return lambda: Evaluation((), (Notification(Level.WARNING, message, "engine"),), ids)


def _get_ready(free: SimpleQueue[Worker]) -> None:
    """Have one process import Checkov while files are read; if that fails, the first unit will say so."""
    worker = free.get()
    try:
        worker.call(_READY, None, _START_TAKES)
    except WorkerError:
        worker.stop()
    finally:
        free.put(worker)


@dataclass
class _Run:
    """One release, judged by some checks; `free` are the workers that have nothing to do."""

    policies: Sequence[Policy]
    release: Release
    context: EngineContext
    cache: Cache
    free: SimpleQueue[Worker]
    notifications: list[Notification] = field(default_factory=list)
    failed: set[str] = field(default_factory=set)

    def ask(self, threads: ThreadPoolExecutor) -> list[tuple[Unit, Future[Answer]]]:
        """Have every unit judged."""
        checks = self._checks()
        units = units_of(self.release, self.context.terraform)
        return [(unit, threads.submit(self._answer, unit, checks)) for unit in units]

    def end(self, answers: Sequence[tuple[Unit, Future[Answer]]]) -> Evaluation:
        """Wait for every unit and put together what they have given."""
        by_id = {policy.id: policy for policy in self.policies}
        findings: list[Finding] = []
        more: dict[str, Policy] = {}
        for unit, answer in answers:
            found = self._told(unit, answer)
            if found is None:
                continue
            titles = ((id_, title) for id_, title in found.titles.items() if id_ not in by_id)
            more.update((id_, self._foreign(id_, title)) for id_, title in titles)
            findings += findings_of(unit, found, {**more, **by_id}, self.release)
            self._take_trouble(unit, found)
        return Evaluation(
            tuple(findings),
            tuple(dict.fromkeys(self.notifications)),
            frozenset(self.failed),
            tuple(more[id_] for id_ in sorted(more)),
        )

    def _checks(self) -> Checks:
        options = self.context.checkov
        written = {policy.location.path: policy.rule for policy in self.policies if policy.rule and policy.location}
        return Checks(
            ids=tuple(sorted(policy.id for policy in self.policies)),
            is_all=options.all_checks,
            written=tuple(sorted(written.items())),
            python=tuple(str(folder.resolve()) for folder in options.policies) if options.run_python else (),
        )

    def _answer(self, unit: Unit, checks: Checks) -> Answer:
        """From the cache, or else by one of the workers. Raises `WorkerError`."""
        key = self.cache.key(unit, checks)
        known = self.cache.get(key)
        if known is not None:
            return known
        worker = self.free.get()
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
            self.free.put(worker)
        self.cache.put(key, answer)
        return answer

    def _told(self, unit: Unit, answer: Future[Answer]) -> Answer | None:
        try:
            return answer.result()
        except WorkerError as error:
            self.failed.update(policy.id for policy in self.policies)
            self._say(f"Checkov did not judge {unit.name}: {error}", Location(unit.path, 1))
            return None

    def _take_trouble(self, unit: Unit, answer: Answer) -> None:
        where = Location(unit.path, 1)
        for check, why in answer.crashed:
            self.failed.add(check)
            self._say(f"{check} was not evaluated as a whole: Checkov's check broke off on {unit.name}: {why}", where)
        for record in unplaced_of(unit, answer):
            self.failed.add(record.check)
            self._say(f"{record.check} fails for {record.resource}, which is nothing that was read here", where)
        what = "this object as it is rendered" if unit.objects else "this file"
        for place in unread_of(unit, answer, self.release):
            self.failed.update(policy.id for policy in self.policies)
            self._say(f"Checkov cannot read {what}, so none of its checks was evaluated on it", place)

    def _say(self, message: str, where: Location) -> None:
        self.notifications.append(engine_error(message, where, self.release.secrets))

    def _foreign(self, id_: str, title: str) -> Policy:
        """A check that only Checkov knows of; who has one of theirs run wants to hear of it."""
        severity = Severity.HIGH if self.context.checkov.run_python else Severity.LOW
        return Policy(id_, title, severity, "checkov", AppliesTo(("*",)), None, is_mapped=False)
