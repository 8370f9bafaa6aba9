"""What a CycloneDX component says of a model: identity, digests, places, licences, owner, ancestry."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from scanner.core.values import AttributePath
from scanner.parsers.model.draft import Draft
from scanner.parsers.model.facts import STATEMENTS, version_of
from scanner.parsers.model.reading import entries, text

Component = tuple[dict[str, Any], AttributePath]

_HUB = re.compile(r"pkg:huggingface/([^@?#]+)(?:@([^?#]+))?")
_ALGORITHMS = {
    "SHA-256": "sha256",
    "SHA-512": "sha512",
    "SHA-384": "sha384",
    "SHA3-256": "sha3-256",
    "SHA3-384": "sha3-384",
    "SHA3-512": "sha3-512",
    "BLAKE2b-256": "blake2b-256",
    "BLAKE3": "blake3",
    "SHA-1": "sha1",
    "MD5": "md5",
}
"""As CycloneDX and as this project spells them, what is compared most first."""
_WEAK = ("sha1", "md5")
_PROPERTY_PREFIX = "releasegate:"


def read_component(draft: Draft, component: Mapping[str, Any], at: AttributePath) -> None:
    """Everything but the model card and the data sets. What has another type than it must is left out."""
    if isinstance(component.get("name"), str) and component["name"]:
        draft.put(("name",), component["name"], (*at, "name"))
    else:
        draft.error("a machine-learning model without a name; CycloneDX asks for one", at)
    draft.put(("version",), version_of(component.get("version")), (*at, "version"))
    digest, where = digest_of(component, at)
    draft.put(("digest",), digest, where)
    _read_files(draft, component, at)
    hub = _HUB.match(str(component.get("purl", "")))
    if hub:
        draft.put(("uri",), f"hf://{hub[1]}" + (f":{hub[2]}" if hub[2] else ""), (*at, "purl"))
    if not draft.artifacts and "uri" in draft.attributes:
        draft.add_artifact({"uri": draft.attributes["uri"], "digest": digest}, at)
    names = licenses(component)
    draft.put(("license",), names[0] if len(names) == 1 else names, (*at, "licenses"))
    _read_owner(draft, component, at)
    _read_references(draft, component, at)
    _read_pedigree(draft, component.get("pedigree"), (*at, "pedigree"))
    read_properties(draft, component, at)


def read_properties(draft: Draft, holder: Mapping[str, Any], at: AttributePath) -> None:
    """`{"name": "releasegate:eu_ai_act.role", "value": "provider"}` is a statement of the organisation."""
    for entry, path in entries(holder.get("properties"), (*at, "properties")):
        name, value = str(entry.get("name", "")), entry.get("value")
        if name.startswith(_PROPERTY_PREFIX) and isinstance(value, str):
            steps = tuple(name.removeprefix(_PROPERTY_PREFIX).split("."))
            if len(steps) > 1 and steps[0] in ("owner", *STATEMENTS):
                draft.put(steps, {"true": True, "false": False}.get(value, value), (*path, "value"))
            else:
                draft.error(f"{name[:60]} is no statement of a model release such as releasegate:owner.email", path)


def digest_of(holder: Mapping[str, Any], at: AttributePath) -> tuple[str | None, AttributePath]:
    """The digest among the hashes that others are most likely to state too, and where it is written.

    SHA-1 and MD5 are no evidence of anything against somebody who wants to deceive, and are left out.
    """
    found = {
        entry["alg"]: (f"{_ALGORITHMS[entry['alg']]}:{entry['content'].strip().lower()}", (*path, "content"))
        for entry, path in entries(holder.get("hashes"), (*at, "hashes"))
        if str(entry.get("alg")) in _ALGORITHMS and isinstance(entry.get("content"), str)
    }
    return next((found[name] for name, ours in _ALGORITHMS.items() if name in found and ours not in _WEAK), (None, at))


def licenses(holder: Mapping[str, Any]) -> list[str]:
    """The licences by id or name, and licence expressions as they are written."""
    names = []
    for choice, _ in entries(holder.get("licenses")):
        license_ = choice.get("license")
        inner = license_.get("id") or license_.get("name") if isinstance(license_, dict) else choice.get("expression")
        if isinstance(inner, str):
            names.append(inner)
    return names


def _read_pedigree(draft: Draft, pedigree: Any, at: AttributePath) -> None:
    if not isinstance(pedigree, dict):
        return
    _read_base_model(draft, list(entries(pedigree.get("ancestors"), (*at, "ancestors"))))
    commits = [
        {"id": text(commit.get("uid")), "uri": text(commit.get("url"))}
        for commit, _ in entries(pedigree.get("commits"), ())
    ]
    draft.put(("commits",), commits, (*at, "commits"))


def _read_base_model(draft: Draft, ancestors: Sequence[Component]) -> None:
    shapes = []
    for index, (base, path) in enumerate(ancestors):
        prefix: AttributePath = ("base_model",) if len(ancestors) == 1 else ("base_model", index)
        digest, where = digest_of(base, path)
        origins = {prefix: path, (*prefix, "name"): (*path, "name"), (*prefix, "revision"): (*path, "version")}
        draft.origins.update({**origins, (*prefix, "digest"): where})
        shapes.append({"name": text(base.get("name")), "revision": text(base.get("version")), "digest": digest})
    if ancestors:
        draft.put(("base_model",), shapes[0] if len(shapes) == 1 else shapes, ancestors[0][1])


def _read_files(draft: Draft, component: Mapping[str, Any], at: AttributePath) -> None:
    """The places from which the model is distributed, and the files listed inside it."""
    for reference, path in entries(component.get("externalReferences"), (*at, "externalReferences")):
        if reference.get("type") == "distribution" and isinstance(reference.get("url"), str):
            draft.put(("uri",), reference["url"], (*path, "url"))
            draft.add_artifact({"uri": reference["url"], "digest": digest_of(reference, path)[0]}, path)
    for part, path in entries(component.get("components"), (*at, "components")):
        if part.get("type") == "file" and isinstance(part.get("name"), str):
            draft.add_artifact({"path": part["name"], "digest": digest_of(part, path)[0]}, path)


def _read_references(draft: Draft, component: Mapping[str, Any], at: AttributePath) -> None:
    """Where more is said: attestations, model cards, adversary models, configuration."""
    references: list[dict[str, Any]] = []
    for reference, path in entries(component.get("externalReferences"), (*at, "externalReferences")):
        if isinstance(reference.get("type"), str) and isinstance(reference.get("url"), str):
            draft.origins[("references", len(references))] = path
            digest = digest_of(reference, path)[0]
            references.append({"type": reference["type"], "uri": reference["url"], "digest": digest})
    draft.put(("references",), references, (*at, "externalReferences"))


def _read_owner(draft: Draft, component: Mapping[str, Any], at: AttributePath) -> None:
    for role in ("manufacturer", "supplier"):
        entity = component.get(role)
        if not isinstance(entity, dict):
            continue
        for contact, path in entries(entity.get("contact"), (*at, role, "contact")):
            draft.put(("owner", "name"), text(contact.get("name")), (*path, "name"))
            draft.put(("owner", "email"), text(contact.get("email")), (*path, "email"))
        draft.put(("owner", "name"), text(entity.get("name")), (*at, role, "name"))
