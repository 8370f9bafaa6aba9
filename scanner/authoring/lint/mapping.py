"""The mapping of controls to policies, in both directions."""

from collections.abc import Iterator, Mapping, Sequence

from scanner.authoring.lint.interface import LintProblem
from scanner.authoring.lint.subject import Subject
from scanner.core.location import Location
from scanner.core.notification import Level
from scanner.core.suggestions import closest
from scanner.yaml_source import Document, SourceError, load_documents


def unmapped(subject: Subject) -> Iterator[LintProblem]:
    """Policies that no control names: they find what they find, but evidence nothing."""
    mapped = {
        policy_id
        for framework in subject.bundle.frameworks
        for control in framework.controls
        for policy_id in control.policies
    }
    for policy in subject.policies:
        if policy.id not in mapped and not policy.deprecated:
            message = f"no control of any framework names {policy.id}; add it to frameworks/"
            yield LintProblem("unmapped", Level.WARNING, message, policy.location or Location(policy.id, 1))


def unknown_policies(subject: Subject) -> Iterator[LintProblem]:
    """Controls that name a policy which nobody defines."""
    known = {name for policy in subject.bundle.policies for name in (policy.id, *policy.aliases)}
    ids = {policy.id for policy in subject.bundle.policies}
    for label, text in subject.texts.items():
        if not label.startswith(f"{subject.folder.root.name}/frameworks/"):
            continue
        for document in _documents(label, text):
            for index, name in _named(document):
                if name in ids:
                    continue
                where = document.locations.get(("controls", index, "policies", name), Location(label, 1))
                if not subject.folder.is_chosen(label):
                    continue
                message = (
                    f"{name} is an alias; write the policy's own id"
                    if name in known
                    else f"there is no policy {name}{closest([name], ids)}"
                )
                yield LintProblem("unknown-policy", Level.ERROR, message, where)


def _documents(label: str, text: str) -> Sequence[Document]:
    try:
        return load_documents(text, label)
    except SourceError:  # the loading of the bundle says so
        return ()


def _named(document: Document) -> Iterator[tuple[int, str]]:
    value = document.value if isinstance(document.value, Mapping) else {}
    for index, control in enumerate(value.get("controls") or ()):
        policies = control.get("policies") if isinstance(control, Mapping) else None
        for name in policies if isinstance(policies, Mapping) else ():
            yield index, str(name)
