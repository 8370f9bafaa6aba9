"""The order of the stages, and nothing else: paths in, `ScanResult` out."""

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import replace
from datetime import date

from scanner.bundle import load_bundle
from scanner.bundle.conftest_toml import conftest_in
from scanner.bundle.errors import BundleError
from scanner.bundle.gatekeeper import scanned_policies
from scanner.bundle.keys import public_key
from scanner.bundle.signatures import Trust
from scanner.bundled import bundled_path
from scanner.config import Config, RegoOptions, UsageError
from scanner.core.baseline import Known
from scanner.core.bundle import Bundle
from scanner.core.finding import Finding, RelatedLocation, Status
from scanner.core.location import Location
from scanner.core.notification import Level, Notification
from scanner.core.policy import Policy
from scanner.core.resource import Parsed, Release
from scanner.core.result import RootSummary, ScanResult
from scanner.core.scope import Scope
from scanner.core.secrets import redact
from scanner.discovery import Discovered, DiscoveryOptions, discover, repository_root
from scanner.engines import opened
from scanner.engines.interface import EngineContext, Evaluation, Observe
from scanner.judging.baseline import Looked, compare, reader
from scanner.judging.baseline_file import read_baseline
from scanner.judging.controls import Evaluated, judge_frameworks
from scanner.judging.focus import focus_on, narrowed
from scanner.judging.gate import decide, rules_of
from scanner.judging.scope import declared_scope, release_resource
from scanner.judging.selection import frameworks_named, selection_of
from scanner.judging.waivers import Scanned, Waivers, apply_waivers, file_waivers, inline_waivers, notes_of, sort_out
from scanner.linking import link
from scanner.parsers import PARSERS, claim, opener
from scanner.parsers.interface import ParseContext
from scanner.version import VERSION

Progress = Callable[[str], None]
Evaluate = Callable[[Sequence[Policy], Release, Scope], Evaluation]
Before = Known | Callable[[Sequence[Finding]], Known]


def run(config: Config, progress: Progress = lambda _: None) -> ScanResult:
    """One scan, compared with a baseline alone. Raises `UsageError` for a path, policy or framework that is not there.

    `progress` is told in a few words what is being done.
    """
    check_paths(config)
    known = baseline_of(config)
    return judge(config, open_bundle(config), progress, known=known)


def read(config: Config, progress: Progress = lambda _: None) -> Release:
    """What there is, without judging it. Raises `UsageError` for a path that does not exist."""
    check_paths(config)
    _, release, _ = _read(config, progress)
    return replace(release, notifications=_sorted_notifications(release, release.notifications))


@contextmanager
def engines(
    policies: Sequence[Policy],
    bundle: Bundle,
    as_of: date,
    workers: int | None = None,
    rego: RegoOptions | None = None,
    observe: Observe | None = None,
) -> Iterator[Evaluate]:
    """The engines, ready to judge one release after the other by some of the policies.

    `observe` is told which lines of Rego they reach.
    """
    workers = workers or os.cpu_count() or 1
    rego = rego or RegoOptions()
    context = EngineContext(
        time_limit=rego.time_limit,
        memory_limit=rego.memory_limit,
        workers=workers,
        libraries=bundle.libraries,
        vetted=bundle.vetted,
        shipped=bundle.shipped,
        data=bundle.data,
        as_of=as_of,
        rego=rego,
        observe=observe,
    )
    with opened(policies, context) as evaluate:
        yield evaluate


def judge(
    config: Config,
    bundle: Bundle,
    progress: Progress = lambda _: None,
    evaluate: Evaluate | None = None,
    known: Before | None = None,
) -> ScanResult:
    """As `run`, by a bundle, and engines, that are loaded already, for whoever scans more than one release.

    What is `known`, or what a function of all findings says is, blocks nothing.
    """
    bundle = with_conftest(bundle, config)
    policies, selection = selected(bundle, config), selection_of(bundle, config)
    must_meet = frameworks_named(bundle, config.must_meet) if config.must_meet else []
    frameworks = frameworks_named(bundle, config.frameworks)
    frameworks += [framework for framework in must_meet if framework not in frameworks]

    opening = nullcontext(evaluate) if evaluate else engines(policies, bundle, config.as_of, rego=config.rego)
    with opening as ready:  # they get ready while files are read
        wants_documents = any(policy.engine == "conftest" for policy in policies)
        discovered, release, scope = _read(config, progress, wants_documents)
        scanned, told = scanned_policies(release.resources, bundle.policies)
        bundle = replace(bundle, policies=(*bundle.policies, *scanned), notifications=(*bundle.notifications, *told))
        policies = [*policies, *(policy for policy in scanned if selection.somewhere(policy.id))]
        applicable = [policy for policy in policies if scope.meets(policy.when)]
        progress(f"judging {len(release.resources)} resources by {len(applicable)} policies")
        evaluation = ready(applicable, release, scope)
    waivers, waiver_troubles = _waivers(discovered, release, bundle, config)
    scanned_by = {policy.id for policy in applicable if selection.everywhere(policy.id)} - evaluation.failed
    evaluated_findings = _redacted(map(_with_calls, selection.counting(evaluation.findings)), release.secrets)
    looked_at = _looked_at(discovered, release, scanned_by, (bundle, evaluation), config)
    findings, uses = apply_waivers(_distinct(evaluated_findings), waivers, looked_at)
    notifications = _sorted_notifications(
        release,
        (
            *config.notifications,
            *bundle.notifications,
            *_left_alone(bundle, config),
            *_not_asked_for(bundle, discovered, config),
            *release.notifications,
            *evaluation.notifications,
            *waiver_troubles,
            *notes_of(uses, config.as_of),
        ),
    )
    complete = not any(notification.level is Level.ERROR for notification in notifications)
    comparison = None
    if known is not None:
        looked = Looked(scanned_by, _reader(discovered, release, config), complete)
        findings, comparison = compare(findings, known if isinstance(known, Known) else known(findings), looked)
    ran = {policy.id for policy in policies if selection.everywhere(policy.id)}
    not_run = frozenset(policy.id for policy in bundle.policies) - ran
    evaluated = Evaluated(findings, scope, not_run | evaluation.failed, complete, config.as_of)
    standing = judge_frameworks(frameworks, evaluated)
    rules = rules_of(config, (framework.id for framework in must_meet))
    result = ScanResult(
        findings=tuple(sorted(findings, key=lambda finding: finding.sort_key)),
        frameworks=standing,
        notifications=notifications,
        verdict=decide(findings, notifications, len(release.source_files), rules, standing),
        release=release,
        scope=scope,
        policies=tuple(applicable),
        roots=tuple(_with_documents(root, discovered, release) for root in discovered.roots),
        bundle_digest=bundle.digest,
        tool_version=VERSION,
        as_of=config.as_of.isoformat(),
        waivers=uses,
        comparison=comparison,
    )
    if not config.changed:
        return result
    focus = focus_on(release, config, repository_root(config.paths))
    return narrowed(result, focus, lambda kept, notes: decide(kept, notes, len(release.source_files), rules, standing))


def baseline_of(config: Config) -> Known | None:
    """What the baseline knows, if there is one. Raises `UsageError`."""
    if config.baseline is None:
        return None
    file, root = config.baseline.resolve(), repository_root(config.paths)
    return read_baseline(file, file.relative_to(root).as_posix() if file.is_relative_to(root) else file.name)


def open_bundle(config: Config) -> Bundle:
    """The policies that ship with the package together with the user's. Raises `UsageError`."""
    try:
        directories = [bundled_path(), *config.policy_directories]
        return load_bundle(directories, config.parameters, config.conftest, _trust(config))
    except KeyError as error:
        raise UsageError(str(error.args[0])) from None
    except BundleError as error:
        raise UsageError(str(error)) from None


def _trust(config: Config) -> Trust | None:
    """The keys of which one must have signed the user's policies, if any are asked for."""
    if not config.policy_keys:
        return None
    return Trust(tuple(public_key(file) for file in config.policy_keys), config.policy_scope)


def check_paths(config: Config) -> None:
    """Raise `UsageError` for a path that does not exist."""
    for path in config.paths:
        if not path.exists():
            raise UsageError(f"{path} does not exist")


def selected(bundle: Bundle, config: Config) -> list[Policy]:
    """The policies that a scan evaluates. Raises `UsageError` for one that does not exist."""
    selection = selection_of(bundle, config)
    return [
        policy
        for policy in bundle.policies
        if selection.somewhere(policy.id) and (config.models.open_artifacts or "artifacts" not in policy.needs)
    ]


def _left_alone(bundle: Bundle, config: Config) -> list[Notification]:
    """What is not evaluated because nobody may look into the files of models."""
    if config.models.open_artifacts:
        return []
    ids = ", ".join(sorted(policy.id for policy in bundle.policies if "artifacts" in policy.needs))
    message = f"model files were neither hashed nor opened (--no-artifacts); not evaluated: {ids}"
    return [Notification(Level.NOTE, message, "scan")]


def _with_documents(root: RootSummary, discovered: Discovered, release: Release) -> RootSummary:
    """The summary of a scanned path with the files that no parser claims, but policies for Conftest have judged."""
    claimed = {file.path for file in discovered.files}
    below = "" if root.path == "." else f"{root.path}/"
    number = sum(
        file.format == "conftest" and file.path not in claimed and f"{file.path}/".startswith(below)
        for file in release.source_files
    )
    if not number:
        return root
    formats = {**root.files_by_format, "conftest": number}
    return replace(root, files_by_format=formats, files_not_claimed=root.files_not_claimed - number)


def with_conftest(bundle: Bundle, config: Config) -> Bundle:
    """The bundle with what the scanned repository has Conftest check; a folder or policy that was given wins."""
    found, told = conftest_in(repository_root(config.paths), [path.resolve() for path in config.policy_directories])
    if not found and not told:
        return bundle
    known = {policy.id for policy in bundle.policies}
    policies = (*bundle.policies, *(policy for policy in found if policy.id not in known))
    return replace(bundle, policies=policies, notifications=(*bundle.notifications, *told))


def _not_asked_for(bundle: Bundle, discovered: Discovered, config: Config) -> list[Notification]:
    """Policies where Conftest would look for them, if nobody has given any."""
    found = [path for path in discovered.listing if path.startswith("policy/") and path.endswith(".rego")]
    folder = repository_root(config.paths) / "policy"
    is_given = any(path.resolve() == folder for path in config.policy_directories)
    if not found or is_given or any(policy.engine == "conftest" for policy in bundle.policies):
        return []
    message = "the policies in policy/ are not judged by; to have that done, name the folder with --policy"
    return [Notification(Level.NOTE, message, "scan", Location(min(found), 1))]


def _read(config: Config, progress: Progress, wants_documents: bool = False) -> tuple[Discovered, Release, Scope]:
    """The files, what they hold as one system, and what that declares about itself."""
    progress("looking for files")
    root = repository_root(config.paths)
    options = DiscoveryOptions(config.excludes, config.use_gitignore, config.max_file_size)
    discovered = discover(root, config.paths, claim, options, opener)
    progress(f"reading {len(discovered.files)} files")
    context = ParseContext(
        root,
        config.time_limit,
        workers=os.cpu_count() or 1,
        terraform=config.terraform,
        kubernetes=config.kubernetes,
        dockerfile=config.dockerfile,
        models=config.models,
        wants_documents=wants_documents,
        listing=discovered.listing,
        progress=progress,
    )
    release = _release(discovered, context)
    scope = declared_scope(release, config.scope)
    itself = release_resource(release, scope)
    if itself is not None:
        release = replace(release, resources=(*release.resources, itself))
    return discovered, release, scope


def _release(discovered: Discovered, context: ParseContext) -> Release:
    parsed: list[Parsed] = []
    for parser in PARSERS:
        files = [file for file in discovered.files if file.format == parser.format]
        if files or parser.is_asked(context):
            parsed.append(parser.parse(files, context))
    claimed = {file.path for file in discovered.files}
    more = [file for part in parsed for file in part.source_files if file.path not in claimed]
    release = Release(
        resources=tuple(resource for part in parsed for resource in part.resources),
        links=tuple(edge for part in parsed for edge in part.links),
        notifications=(*discovered.notifications, *(note for part in parsed for note in part.notifications)),
        source_files=(*discovered.files, *more),
        secrets=frozenset().union(*(part.secrets for part in parsed)),
    )
    links, notifications = link(release)
    return replace(release, links=(*release.links, *links), notifications=(*release.notifications, *notifications))


def _with_calls(finding: Finding) -> Finding:
    """What is wrong in a module may have to be mended where it is called."""
    calls = finding.resource.calls
    if not calls or finding.status is Status.PASS:
        return finding
    called = tuple(RelatedLocation(call.location, f"{call.address} {call.what}") for call in calls)
    return replace(finding, related_locations=(*finding.related_locations, *called))


def _redacted(findings: Iterable[Finding], secrets: frozenset[str]) -> list[Finding]:
    return [_masked(finding, secrets) for finding in findings]


def _masked(finding: Finding, secrets: frozenset[str]) -> Finding:
    """The finding itself where there is nothing to mask, which is nearly always."""
    message, cause = redact(finding.message, secrets), redact(finding.cause, secrets)
    related = tuple(replace(each, message=redact(each.message, secrets)) for each in finding.related_locations)
    if (message, cause, related) == (finding.message, finding.cause, finding.related_locations):
        return finding
    return replace(finding, message=message, cause=cause, related_locations=related)


def _distinct(findings: Iterable[Finding]) -> list[Finding]:
    """Findings that differ in nothing but their message get an ordinal, so that each has its own fingerprint."""
    seen: dict[str, int] = {}
    result = []
    for finding in sorted(findings, key=lambda finding: (finding.sort_key, finding.message)):
        number = seen.get(finding.fingerprint, 0)
        seen[finding.fingerprint] = number + 1
        result.append(replace(finding, evidence=f"{finding.evidence}#{number}", fingerprint="") if number else finding)
    return result


def _waivers(
    discovered: Discovered, release: Release, bundle: Bundle, config: Config
) -> tuple[Waivers, list[Notification]]:
    """Inline ones of the scanned files alone: what a module from elsewhere accepts is not for it to decide."""
    found = {file.path for file in discovered.files}
    documents = [file for file in release.source_files if file.format == "conftest" and file.path not in found]
    inline = inline_waivers((*discovered.files, *documents)) if config.inline_waivers else []
    entries, troubles = file_waivers(repository_root(config.paths), config.waiver_files)
    return sort_out((*inline, *entries), bundle.policies, bundle.governance, config.as_of), troubles


def _reader(discovered: Discovered, release: Release, config: Config) -> Callable[[str], bool]:
    read = {*discovered.listing, *(file.path for file in release.source_files)}
    return reader(repository_root(config.paths), [root.path for root in discovered.roots], read)


def _looked_at(
    discovered: Discovered, release: Release, policies: set[str], told: tuple[Bundle, Evaluation], config: Config
) -> Scanned:
    """What has been looked at, for waivers that cover nothing."""
    notes = [*release.notifications, *(note for each in told for note in each.notifications)]
    return Scanned(
        policies,
        release.resources,
        frozenset(discovered.listing) | {file.path for file in release.source_files},
        is_whole=any(root.path == "." for root in discovered.roots) and not config.excludes and not config.changed,
        is_complete=not any(note.level is Level.ERROR for note in notes),
    )


def _sorted_notifications(release: Release, notifications: Iterable[Notification]) -> tuple[Notification, ...]:
    redacted = {replace(note, message=redact(note.message, release.secrets)) for note in notifications}
    return tuple(sorted(redacted, key=lambda note: note.sort_key))
