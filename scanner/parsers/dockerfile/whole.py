"""What only the whole file and its folder tell: where copied files come from and go to, links, and misread targets."""

import re
from collections.abc import Iterator
from typing import Any

from scanner.core.location import Location
from scanner.core.resource import Link, Resource, SourceFile
from scanner.core.values import Unresolved
from scanner.parsers.dockerfile.context import Contexts
from scanner.parsers.dockerfile.context_files import ContextFiles
from scanner.parsers.dockerfile.expand import expand_image
from scanner.parsers.dockerfile.origins import Origins
from scanner.parsers.dockerfile.pins import Pins
from scanner.parsers.dockerfile.shipping import Shipping
from scanner.parsers.dockerfile.stage import Stage
from scanner.parsers.dockerfile.stages import Stages, canonical_name
from scanner.parsers.dockerfile.tree import Tree

_NOT_SHIPPED = re.compile(
    r"(.*[-_.])?(tests?|testing|dev|devel|development|debug|lint|ci|e2e|docs|bench(mark)?)([-_.].*)?", re.IGNORECASE
)


def complete(stages: Stages, tree: Tree, contexts: Contexts) -> tuple[SourceFile, ...]:
    """Say of every copied file from which stage or image it comes, what it brings in, and whether it is shipped.

    Of what is installed by requirement files and locks it says what is pinned; those that were read are given back.
    """
    local: list[dict[str, Any]] = []
    shipping = Shipping(tree)
    for stage in stages.stages:
        for entry in stage.attributes.get("copied", ()):
            _origin(entry, tree)
            if "from" not in entry and not entry.get("remote") and not entry.get("inline"):
                local.append(entry)
            if stage.index not in tree.final_chain:
                entry["reaches_final"] = shipping.reaches_final(stage, entry)
        for mount in stage.attributes.get("mounts", ()):
            _origin(mount, tree)
    known = [entry for entry in local if isinstance(entry["source"], str)]
    found = contexts.brings(stages.path, [(entry["source"], entry) for entry in known])
    for entry, files in zip(known, found, strict=False):
        if isinstance(files, Unresolved):
            if entry["kind"] == "all":
                entry["brings"] = files
        elif files and (entry["kind"] in ("all", "source") or len(files) > 1):
            entry["brings"] = files
    return _pins(stages, tree, contexts, [entry["source"] for entry in known])


def _pins(stages: Stages, tree: Tree, contexts: Contexts, sources: list[str]) -> tuple[SourceFile, ...]:
    mounts = [mount for stage in stages.stages for mount in stage.attributes.get("mounts", ())]
    lent = [mount.get("source", ".") for mount in mounts if mount["type"] == "bind" and "from" not in mount]
    context = ContextFiles(contexts, stages.path, [*sources, *(source for source in lent if isinstance(source, str))])
    if not context.is_on_disk:
        return ()
    pins = Pins(Origins(tree, context))
    for stage in stages.stages:
        pins.complete(stage)
    return tuple(context.read[path] for path in sorted(context.read))


def _origin(entry: dict[str, Any], tree: Tree) -> None:
    wanted = entry.get("from")
    if wanted is None or isinstance(wanted, Unresolved):
        return
    source = tree.source(wanted)
    if source is not None:
        entry["from_stage"] = source.attributes.get("name", str(source.index))
    elif not wanted.isdigit() and wanted != "scratch":
        image = expand_image(wanted, {}, "\\")
        entry["from_image"] = {**image, "name": canonical_name(image)}


def links(resources: list[Resource], tree: Tree) -> Iterator[Link]:
    """`builds_on` from a stage to the one it starts from, `copies_from` to those whose files it takes."""
    for stage, resource in zip(tree.stages, resources, strict=True):
        if stage.base is not None:
            base = resources[stage.base.index]
            yield Link(resource.key, "builds_on", base.key, resource.locate(("base",)), base.locate(("name",)))
    told: set[tuple[int, int]] = set()
    for tie in tree.ties:
        pair = tie.stage.index, tie.source.index
        if pair not in told:
            told.add(pair)
            source = resources[tie.source.index]
            yield Link(
                resources[tie.stage.index].key, "copies_from", source.key, tie.location, source.locate(("name",))
            )


def misleading_target(stages: list[Stage]) -> tuple[str, Location] | None:
    """That the last stage, which is judged, does not look like the one that is shipped."""
    if len(stages) < 2:
        return None
    name = str(stages[-1].attributes.get("name", ""))
    if not _NOT_SHIPPED.fullmatch(name):
        return None
    message = (
        f"the last stage, {name}, is the one that docker build builds and that is judged as the image; where another"
        " is shipped with --target, move it to the end"
    )
    return message, stages[-1].locations[("name",)]
