"""What kustomize says when it refuses an overlay, and the line that it means: it names files and objects, no lines."""

import re

from scanner.core.location import Location
from scanner.parsers.kubernetes.reading import at, mapping, word
from scanner.parsers.kubernetes.rendering.overlay_files import Files
from scanner.parsers.kubernetes.rendering.overlay_graph import Reached
from scanner.parsers.kubernetes.rendering.overlay_patches import patches_of

_SAID = re.compile(r"(?:^|\n)[Ee]rror:[ \t]*(.*)", re.DOTALL)
_LOGGED = re.compile(r'\berr="((?:[^"\\]|\\.)*)"')
_QUOTED = re.compile(r"`[^`]*`|(?<=literal source )\S+|(?<=\[patch: )\\?\".*\"(?=\])", re.DOTALL)
_FIELD = re.compile(r"unknown field \\?\"(\w+)\\?\"")
_LONGEST_END = 200
_LINE = re.compile(r"\bline (\d{1,7})\b")


def blamed(reached: Reached, complaint: str, files: Files) -> Location:
    """The patch whose object the complaint names, else the field or the file, else the root's Kustomization."""
    for node in reached.nodes.values():
        for patch in patches_of(node.kustomization, files):
            for value, lines in patch.documents:
                kind, name = mapping(value).get("kind"), word(at(value, "metadata", "name"))
                if kind and name and f"{kind}." in complaint and f"/{name}." in complaint:
                    where: Location | None = lines.get(("metadata", "name"))
                    return where or node.kustomization.where(patch.place)
    field = _FIELD.search(complaint)
    for node in reached.nodes.values():
        if field and field[1] in node.kustomization.body:
            return node.kustomization.where((field[1],))
    line = _LINE.search(complaint)
    for node in reversed(list(reached.nodes.values())):
        for step in node.steps:
            if f"'{step.reference.text}'" in complaint or f'"{step.reference.text}"' in complaint:
                last = files.text(step.target).count("\n") + 1
                if line and not step.is_kustomization and 1 <= int(line[1]) <= last:
                    return Location(step.target, int(line[1]))
                if not step.is_kustomization:
                    return node.kustomization.where(step.reference.place)
    return reached.nodes[reached.root].kustomization.location


def said(complaint: str) -> str:
    """The complaint in one line, without what it quotes of the files, which may be a secret."""
    logged, plain = _LOGGED.search(complaint), _SAID.search(complaint)
    text = logged[1].replace("\\n", " ").replace('\\"', '"') if logged else plain[1] if plain else complaint
    text = " ".join(_QUOTED.sub("…", text).split())
    return text if len(text) <= 2 * _LONGEST_END else f"{text[:_LONGEST_END]} … {text[-_LONGEST_END:]}"
