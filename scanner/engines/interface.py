"""What an engine is: policies and a release in, findings out."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from scanner.config import CheckovOptions, RegoOptions, TerraformOptions
from scanner.core.finding import Finding
from scanner.core.notification import Notification
from scanner.core.policy import Policy
from scanner.core.resource import Release
from scanner.core.scope import Scope

# Is told which lines of which files an evaluation reached; by any thread.
Observe = Callable[[Mapping[str, Sequence[int]]], None]

# Is told in a few words what is being done, by the thread that waits for it.
Progress = Callable[[str], None]


@dataclass(frozen=True)
class EngineContext:
    """What an evaluation needs beside its input.

    `time_limit` is in seconds for each policy, `memory_limit` in bytes for a worker of a native engine, of which it
    may start `workers`; `libraries` are the bundle's shared Rego modules as (path, text), `vetted` the ids of policies
    whose text need not be checked again, `data` what its data files give them. Of policies that are not `shipped` with
    the package it is found out which attributes they decide by. `as_of` is the day that what ages is judged by: no
    policy sees another clock. `terraform` has the variables that the release was read with. Whoever `asks_for_checkov`
    by name must not do without it. `observe` asks for the lines of Rego that were evaluated, which takes longer.
    `progress` is told in a few words what takes long.
    """

    time_limit: float = 10.0
    memory_limit: int = 4 << 30
    workers: int = 1
    libraries: tuple[tuple[str, str], ...] = ()
    vetted: frozenset[str] = frozenset()
    shipped: frozenset[str] = frozenset()
    data: Mapping[str, Any] = field(default_factory=dict)
    as_of: date | None = None
    rego: RegoOptions = field(default_factory=RegoOptions)
    checkov: CheckovOptions = field(default_factory=CheckovOptions)
    terraform: TerraformOptions = field(default_factory=TerraformOptions)
    asks_for_checkov: bool = False
    observe: Observe | None = None
    progress: Progress = lambda _: None


@dataclass(frozen=True)
class Evaluation:
    """What an engine gives back.

    A policy that could not be evaluated is an error notification and its id is in `failed`, so that no
    control is called met without it. `policies` are those that only the engine knew of: checks in a language that
    nothing of ours reads.
    """

    findings: tuple[Finding, ...] = ()
    notifications: tuple[Notification, ...] = ()
    failed: frozenset[str] = frozenset()
    policies: tuple[Policy, ...] = ()


# Begins to judge a release by some of the policies that the engine was opened with. What it returns waits for the end.
Begin = Callable[[Sequence[Policy], Release, Scope], Callable[[], Evaluation]]

# Opens an engine for one scan. It may be opened before there is a release to judge, and gets ready meanwhile.
Open = Callable[[Sequence[Policy], EngineContext], AbstractContextManager[Begin]]
