"""What a scan judges by: the bundles that are loaded, and which of their policies and frameworks the user chose."""

from dataclasses import dataclass, replace

from scanner.bundle import load_bundle
from scanner.bundle.conftest_toml import conftest_in
from scanner.bundle.errors import BundleError
from scanner.bundle.gatekeeper import scanned_policies
from scanner.bundle.keys import public_key
from scanner.bundle.signatures import Trust
from scanner.bundled import bundled_path
from scanner.config import Config, UsageError
from scanner.core.bundle import Bundle
from scanner.core.control import Framework
from scanner.core.counting import count, were
from scanner.core.location import Location
from scanner.core.notification import Level, Notification
from scanner.core.policy import Policy
from scanner.core.resource import Release
from scanner.core.scope import Scope
from scanner.discovery import Discovered, repository_root
from scanner.judging.selection import Selection, frameworks_named, selection_of

_MOST_NAMED = 5


@dataclass(frozen=True)
class Chosen:
    """`policies` are those of the bundle that are evaluated; `must_meet` are ids of `frameworks`."""

    bundle: Bundle
    selection: Selection
    policies: tuple[Policy, ...]
    frameworks: tuple[Framework, ...]
    must_meet: tuple[str, ...]

    def with_scanned(self, release: Release) -> "Chosen":
        """Together with the policies that the release itself brings for a cluster, as far as they are selected."""
        scanned, told = scanned_policies(release.resources, self.bundle.policies)
        bundle = replace(
            self.bundle,
            policies=(*self.bundle.policies, *scanned),
            notifications=(*self.bundle.notifications, *told),
        )
        taken = (policy for policy in scanned if self.selection.somewhere(policy.id))
        return replace(self, bundle=bundle, policies=(*self.policies, *taken))

    def applicable(self, scope: Scope) -> list[Policy]:
        """The policies for what the release declares."""
        return [policy for policy in self.policies if scope.meets(policy.when)]


def open_bundle(config: Config) -> Bundle:
    """The policies that ship with the package together with the user's. Raises `UsageError`."""
    try:
        directories = [bundled_path(), *config.policy_directories]
        return load_bundle(directories, config.parameters, config.conftest, _trust(config), checkov=config.checkov)
    except KeyError as error:
        raise UsageError(str(error.args[0])) from None
    except BundleError as error:
        raise UsageError(str(error)) from None


def _trust(config: Config) -> Trust | None:
    """The keys of which one must have signed the user's policies, if any are asked for."""
    if not config.policy_keys:
        return None
    return Trust(tuple(public_key(file) for file in config.policy_keys), config.policy_scope)


def choose(bundle: Bundle, config: Config) -> Chosen:
    """Raises `UsageError` for a policy or framework that does not exist."""
    bundle = with_conftest(bundle, config)
    policies, selection = selected(bundle, config), selection_of(bundle, config)
    must_meet = frameworks_named(bundle, config.must_meet) if config.must_meet else []
    frameworks = frameworks_named(bundle, config.frameworks)
    frameworks += [framework for framework in must_meet if framework not in frameworks]
    ids = tuple(framework.id for framework in must_meet)
    return Chosen(bundle, selection, tuple(policies), tuple(frameworks), ids)


def selected(bundle: Bundle, config: Config) -> list[Policy]:
    """The policies that a scan evaluates. Raises `UsageError` for one that does not exist."""
    selection = selection_of(bundle, config)
    return [
        policy
        for policy in bundle.policies
        if selection.somewhere(policy.id)
        and config.runs(policy.engine)
        and (config.models.open_artifacts or "artifacts" not in policy.needs)
        and (policy.is_mapped or config.checkov.all_checks or selection.names(policy.id))
    ]


def with_conftest(bundle: Bundle, config: Config) -> Bundle:
    """The bundle with what the scanned repository has Conftest check; a folder or policy that was given wins."""
    found, told = conftest_in(repository_root(config.paths), [path.resolve() for path in config.policy_directories])
    if not found and not told:
        return bundle
    known = {policy.id for policy in bundle.policies}
    policies = (*bundle.policies, *(policy for policy in found if policy.id not in known))
    return replace(bundle, policies=policies, notifications=(*bundle.notifications, *told))


def not_judged_by(chosen: Chosen, discovered: Discovered, config: Config) -> list[Notification]:
    """What is said of policies that are at hand and were not chosen."""
    bundle = chosen.bundle
    unasked = _not_asked_for(bundle, discovered, config)
    return [*_left_alone(bundle, config), *_of_other_engines(chosen, config), *unasked]


def _left_alone(bundle: Bundle, config: Config) -> list[Notification]:
    """What is not evaluated because nobody may look into the files of models."""
    if config.models.open_artifacts:
        return []
    ids = ", ".join(sorted(policy.id for policy in bundle.policies if "artifacts" in policy.needs))
    message = f"model files were neither hashed nor opened (--no-artifacts); not evaluated: {ids}"
    return [Notification(Level.NOTE, message, "scan")]


def _of_other_engines(chosen: Chosen, config: Config) -> list[Notification]:
    """How much of what would be evaluated belongs to engines that the scan does without."""
    selection = chosen.selection
    others = [
        policy.id
        for policy in chosen.bundle.policies
        if not config.runs(policy.engine)
        and selection.somewhere(policy.id)
        and (policy.is_mapped or selection.names(policy.id))
    ]
    if not others:
        return []
    are_named = len(others) <= _MOST_NAMED and all(map(selection.names, others))
    which = ", ".join(others) if are_named else count(len(others), "policy", "policies")
    message = f"{which} {were(len(others))} not evaluated; the engines that were chosen: {', '.join(config.engines)}"
    return [Notification(Level.NOTE, message, "scan")]


def _not_asked_for(bundle: Bundle, discovered: Discovered, config: Config) -> list[Notification]:
    """Policies where Conftest would look for them, if nobody has given any."""
    found = [path for path in discovered.listing if path.startswith("policy/") and path.endswith(".rego")]
    folder = repository_root(config.paths) / "policy"
    is_given = any(path.resolve() == folder for path in config.policy_directories)
    if not found or is_given or any(policy.engine == "conftest" for policy in bundle.policies):
        return []
    message = "the policies in policy/ are not judged by; to have that done, name the folder with --policy"
    return [Notification(Level.NOTE, message, "scan", Location(min(found), 1))]
