"""What the checks look at: a folder of policies, loaded and parsed once for all of them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cache, cached_property

from scanner.authoring.input_schemas import InputSchemas, published
from scanner.authoring.policy_folder import TEST_SUFFIX, PolicyFolder
from scanner.config import Config
from scanner.core.bundle import Bundle
from scanner.core.location import Location
from scanner.core.policy import CHECKOV, Policy
from scanner.pipeline import open_bundle
from scanner.rego_source import Module, parsed
from scanner.rego_source.dataflow import Dataflow, dataflow
from scanner.yaml_source import Document, SourceError, load_documents

# No policy is judged by it; a bundle is opened for some day.
_SOME_DAY = date(2026, 1, 1)
_OUR_ENGINES = ("conditions", "rego")


@dataclass(frozen=True)
class Subject:
    """One folder of policies. `texts` are the files of the bundle that are Rego or YAML, by their labels."""

    folder: PolicyFolder
    bundle: Bundle
    texts: Mapping[str, str] = field(repr=False)
    schemas: InputSchemas

    @cached_property
    def policies(self) -> tuple[Policy, ...]:
        """The policies in our own languages that are asked about."""
        return tuple(each for each in self.bundle.policies if each.engine in _OUR_ENGINES and self.is_chosen(each))

    @cached_property
    def foreign(self) -> tuple[Policy, ...]:
        """The policies of other programs that are asked about, but for Checkov's, which are not written here."""
        others = (each for each in self.bundle.policies if each.engine not in (*_OUR_ENGINES, CHECKOV))
        return tuple(each for each in others if self.is_chosen(each))

    def is_chosen(self, policy: Policy) -> bool:
        """Whether the policy is asked about."""
        return policy.location is not None and self.folder.is_chosen(policy.location.path)

    @cached_property
    def modules(self) -> Mapping[str, Module]:
        """Every Rego module of the folder that can be parsed, tests left out, by its label."""
        found, _ = parsed(
            (label, text)
            for label, text in self.texts.items()
            if label.endswith(".rego") and not label.endswith(TEST_SUFFIX)
        )
        return {module.path: module for module in found}

    @cached_property
    def tests(self) -> tuple[Module, ...]:
        """The modules with tests."""
        found, _ = parsed((label, text) for label, text in self.texts.items() if label.endswith(TEST_SUFFIX))
        return tuple(found)

    @cached_property
    def libraries(self) -> tuple[Module, ...]:
        """The libraries that the policies of the folder can use, those that ship among them."""
        return _libraries(self.bundle.libraries)

    @cached_property
    def flows(self) -> Mapping[str, Dataflow]:
        """What each Rego policy reads, by its id."""
        return {policy.id: dataflow(module, self.libraries) for policy, module in self.rego}

    @cached_property
    def rego(self) -> tuple[tuple[Policy, Module], ...]:
        """The Rego policies that are asked about, each with its module."""
        return tuple(
            (policy, self.modules[policy.location.path])
            for policy in self.policies
            if policy.engine == "rego" and policy.location is not None and policy.location.path in self.modules
        )

    @cached_property
    def conditions(self) -> tuple[tuple[Policy, Document], ...]:
        """The YAML policies that are asked about, each with its file."""
        return tuple(self._documents())

    def _documents(self) -> Iterator[tuple[Policy, Document]]:
        for policy in self.policies:
            if policy.engine != "conditions" or policy.location is None:
                continue
            label = policy.location.path
            try:
                (document,) = load_documents(self.texts[label], label)
            except (KeyError, ValueError, SourceError):  # the loading of the bundle has said so
                continue
            yield policy, document

    def chosen_modules(self) -> Iterator[Module]:
        """The modules that are asked about, policies and libraries."""
        return (module for label, module in self.modules.items() if self.folder.is_chosen(label))


@cache
def _libraries(texts: tuple[tuple[str, str], ...]) -> tuple[Module, ...]:
    """Parsed once for all folders that use the same."""
    found, _ = parsed(texts)
    return tuple(found)


def subject_of(folder: PolicyFolder, schemas: InputSchemas | None = None) -> Subject:
    """The folder, ready for the checks. Raises `UsageError` for a bundle that is not intact."""
    bundle = open_bundle(Config(paths=(), as_of=_SOME_DAY, policy_directories=folder.directories))
    return Subject(folder, replace(bundle, vetted=frozenset()), _texts(folder), schemas or published())


def _texts(folder: PolicyFolder) -> dict[str, str]:
    found: dict[str, str] = {}
    for file in sorted(folder.root.rglob("*")):
        relative = file.relative_to(folder.root).as_posix()
        if file.suffix not in (".rego", ".yaml", ".yml") or not file.is_file():
            continue
        if relative.partition("/")[0] in ("fixtures", "schemas"):
            continue
        try:
            found[folder.label(file)] = file.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError):  # the loading of the bundle says so
            continue
    return found


def key_of(policy: Policy, text: str, key: str) -> Location:
    """The line of the policy that begins with a key of its metadata, else the policy's own."""
    where = policy.location or Location(policy.id, 1)
    for number, line in enumerate(text.splitlines(), 1):
        stripped = line.lstrip("# \t-")
        if stripped.startswith(f"{key}:") or stripped == key:
            return Location(where.path, number, len(line) - len(stripped) + 1)
    return where


def line_of(policy: Policy, text: str, words: Sequence[str]) -> Location:
    """The first line in which one of the words stands as a whole, else that of the policy."""
    where = policy.location or Location(policy.id, 1)
    for number, line in enumerate(text.splitlines(), 1):
        for word in words:
            column = line.find(word)
            around = f" {line} "[column : column + 1] + f" {line} "[column + len(word) + 1 : column + len(word) + 2]
            if column >= 0 and not any(each.isalnum() or each in "_-." for each in around):
                return Location(where.path, number, column + 1)
    return where
