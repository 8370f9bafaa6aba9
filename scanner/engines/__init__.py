"""The engines that judge policies, by the name a policy carries in `Policy.engine`.

Each is imported on first use, because the worker process of one must not pay for what the scan needs.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager

from scanner.core.policy import Policy
from scanner.core.resource import Release
from scanner.core.scope import Scope
from scanner.engines.interface import Begin, EngineContext, Evaluation, Open


def _conditions(policies: Sequence[Policy], context: EngineContext) -> AbstractContextManager[Begin]:
    from scanner.engines.conditions import opened  # noqa: PLC0415 - see above

    return opened(policies, context)


def _rego(policies: Sequence[Policy], context: EngineContext) -> AbstractContextManager[Begin]:
    from scanner.engines.rego.evaluation import opened  # noqa: PLC0415 - see above

    return opened(policies, context)


def _conftest(policies: Sequence[Policy], context: EngineContext) -> AbstractContextManager[Begin]:
    from scanner.engines.conftest import opened  # noqa: PLC0415 - see above

    return opened(policies, context)


def _gatekeeper(policies: Sequence[Policy], context: EngineContext) -> AbstractContextManager[Begin]:
    from scanner.engines.gatekeeper import opened  # noqa: PLC0415 - see above

    return opened(policies, context)


def _checkov(policies: Sequence[Policy], context: EngineContext) -> AbstractContextManager[Begin]:
    from scanner.engines.checkov.evaluation import opened  # noqa: PLC0415 - see above

    return opened(policies, context)


# Checkov takes longest by far, so its processes are set to work before the others begin.
ENGINES: Mapping[str, Open] = {
    "checkov": _checkov,
    "conditions": _conditions,
    "rego": _rego,
    "conftest": _conftest,
    "gatekeeper": _gatekeeper,
}


@contextmanager
def opened(
    policies: Sequence[Policy], context: EngineContext
) -> Iterator[Callable[[Sequence[Policy], Release, Scope], Evaluation]]:
    """All engines for one scan, as one function that judges a release by some of `policies`.

    The engines work at the same time; their findings come in the order of `ENGINES`.
    """
    with ExitStack() as stack:
        begins = {name: stack.enter_context(open_(_of(name, policies), context)) for name, open_ in ENGINES.items()}

        def evaluate(applicable: Sequence[Policy], release: Release, scope: Scope) -> Evaluation:
            begun = [begin(_of(name, applicable), release, scope) for name, begin in begins.items()]
            parts = [end() for end in begun]
            return Evaluation(
                findings=tuple(finding for part in parts for finding in part.findings),
                notifications=tuple(note for part in parts for note in part.notifications),
                failed=frozenset().union(*(part.failed for part in parts)),
                policies=tuple(policy for part in parts for policy in part.policies),
            )

        yield evaluate


def _of(engine: str, policies: Sequence[Policy]) -> list[Policy]:
    return [policy for policy in policies if policy.engine == engine]
