"""What a chat template does beyond putting messages into a row, told from its syntax tree; nothing is rendered."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from jinja2 import Environment, TemplateSyntaxError, nodes
from jinja2.ext import Extension, loopcontrols
from jinja2.parser import Parser

from scanner.parsers.model.hugging_face.jinja_triggers import triggers
from scanner.parsers.model.hugging_face.jinja_words import folded_text, subtree

LONGEST = 96 << 10
MOST_FACTS = 200
_DUNDER = re.compile(r"__\w+__")
# Those that lead to everything else; text that a template puts out may have other words between underscores.
_PYTHON = re.compile(
    r"__(?:class|mro|bases?|subclasses|globals|builtins|import|init|new|dict|getattribute|getattr|code|func|self|closure"
    r"|loader|spec|wrapped|module|reduce|reduce_ex|call)__"
)
_TEXT_FILTERS = frozenset(("format", "join", "reverse", "replace"))
_NAME_FILTERS = frozenset(("attr", "map", "selectattr", "rejectattr", "groupby", "sort", "unique", "sum", "min", "max"))
_INVISIBLE = re.compile(
    "[\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff\ufff9-\ufffb"
    "\x00-\x08\x0b\x0e-\x1f\x7f\U000e0000-\U000e007f\U000e0100-\U000e01ef]"
)
_JOINERS = ("\u200c", "\u200d")
_OF_JINJA = ("caller", "loop", "super")


@dataclass(frozen=True)
class Fact:
    """Something in a template that a policy judges: `line` is 1-based in the template."""

    kind: str
    message: str
    line: int
    name: str = ""


class _Generation(Extension):
    """`{% generation %}` … `{% endgeneration %}`, by which training finds what the assistant says."""

    tags = {"generation"}  # noqa: RUF012 - Jinja asks for this attribute

    def parse(self, parser: Parser) -> list[nodes.Node]:
        """What is inside."""
        next(parser.stream)
        return parser.parse_statements(("name:endgeneration",), drop_needle=True)


def facts_of(text: str) -> list[Fact]:
    """Everything worth judging in a template, in the order of its lines, each thing of a name once.

    Kinds: `syntax` (it cannot be read, so that nothing else is known), `dunder`, `computed-attribute`, `import`, `call`
    (of a function), `method`, `trigger`, `invisible`.
    """
    found = list(invisible_in(text))
    try:
        if len(text) > LONGEST:
            raise TemplateSyntaxError(f"it is longer than {LONGEST >> 10} KiB", 1)
        tree = _environment().parse(text)
        found += [*_facts(tree), *(Fact("trigger", message, line) for message, line in triggers(tree))]
    except TemplateSyntaxError as error:
        found.append(Fact("syntax", error.message or "no Jinja", min(error.lineno, len(text.splitlines()) or 1)))
    except RecursionError:
        found.append(Fact("syntax", "its expressions are nested too deeply", 1))
    first: dict[tuple[str, str, str], Fact] = {}
    for fact in sorted(found, key=lambda each: (each.line, each.kind, each.name, each.message)):
        first.setdefault((fact.kind, fact.name, fact.message), fact)
    return list(first.values())[:MOST_FACTS]


@cache
def _environment() -> Environment:
    """Jinja as servers set it up."""
    return Environment(extensions=[loopcontrols, _Generation])  # noqa: S701 - nothing is rendered


def _facts(tree: nodes.Template) -> Iterator[Fact]:
    everything = list(subtree(tree))
    macros = _macros(everything)
    for node in everything:
        if isinstance(node, nodes.Import | nodes.FromImport | nodes.Include | nodes.Extends):
            what = type(node).__name__.lower()
            yield Fact("import", f"it takes in another template ({what})", node.lineno, what)
        elif isinstance(node, nodes.Getattr):
            yield from _dunder(node.attr, node.lineno)
        elif isinstance(node, nodes.Getitem):
            yield from _dunder(folded_text(node.arg), node.lineno)
            if _is_put_together(node.arg):
                yield Fact("computed-attribute", "it puts the name of an attribute together", node.lineno)
        elif isinstance(node, nodes.Const) and isinstance(node.value, str) and _PYTHON.search(node.value):
            yield from _dunder(node.value, node.lineno)
        elif isinstance(node, nodes.Name):
            yield from _dunder(node.name, node.lineno)
        elif isinstance(node, nodes.Filter) and node.name in _NAME_FILTERS:
            yield from _by_name(node)
        elif isinstance(node, nodes.Call):
            yield from _call(node, macros)


def _macros(everything: list[nodes.Node]) -> set[str]:
    """The names of the template's own macros, and of the variables that hold nothing but macros."""
    macros = {node.name for node in everything if isinstance(node, nodes.Macro)}
    holds: dict[str, set[str]] = {}
    for node in everything:
        if isinstance(node, nodes.Assign) and isinstance(node.target, nodes.Name):
            kept = {each.name for each in subtree(node.node) if isinstance(each, nodes.Name)}
            plain = all(isinstance(each, nodes.Name | nodes.List | nodes.Add) for each in subtree(node.node))
            holds.setdefault(node.target.name, set()).update(kept - {node.target.name} if plain else {"(other)"})
    return macros | {name for name, kept in holds.items() if kept and kept <= macros}


def _dunder(name: str | None, line: int) -> Iterator[Fact]:
    if name is not None and _DUNDER.search(name):
        shown = _shown(name)
        yield Fact("dunder", f"it reaches for {shown}, by which templates break out of their sandbox", line, shown)


def _is_put_together(key: nodes.Node) -> bool:
    """Whether a key is made of text in a way that only hides it, such as `"__ssalc__"[::-1]`."""
    inner = list(subtree(key))
    if folded_text(key) is not None:
        return False
    if any(isinstance(each, nodes.Filter) and each.name in _TEXT_FILTERS for each in inner):
        return True
    return any(isinstance(each, nodes.Const) and isinstance(each.value, str) and "__" in each.value for each in inner)


def _by_name(node: nodes.Filter) -> Iterator[Fact]:
    """Filters that take the name of an attribute: `attr("x")`, `map(attribute="x")`."""
    for argument in [*node.args, *(each.value for each in node.kwargs)]:
        name = folded_text(argument)
        yield from _dunder(name, node.lineno)
        if name is None and node.name == "attr":
            yield Fact("computed-attribute", "it works out the name of an attribute (attr)", node.lineno)


def _call(node: nodes.Call, macros: set[str]) -> Iterator[Fact]:
    called = node.node
    if isinstance(called, nodes.Name):
        if called.name not in macros and called.name not in _OF_JINJA:
            yield Fact("call", f"it calls {_shown(called.name)}()", node.lineno, called.name)
    elif isinstance(called, nodes.Getattr):
        yield Fact("method", f"it calls .{_shown(called.attr)}()", node.lineno, called.attr)
        if called.attr in ("format", "format_map"):
            yield from _dunder(folded_text(called.node), node.lineno)
    elif not (isinstance(called, nodes.Getitem) and isinstance(called.node, nodes.Name) and called.node.name in macros):
        name = folded_text(called.arg) if isinstance(called, nodes.Getitem) else None
        yield Fact("call", "it calls what an expression gives", node.lineno, name or "(expression)")


def invisible_in(text: str) -> Iterator[Fact]:
    """Characters that nobody sees; joiners inside a script or an emoji that needs them are none."""
    for number, line in enumerate(text.split("\n"), 1):
        for match in _INVISIBLE.finditer(line):
            if match[0] not in _JOINERS or not _joins(line, match.start()):
                code = f"U+{ord(match[0]):04X}"
                yield Fact("invisible", f"it holds an invisible character ({code})", number, code)


def _joins(line: str, at: int) -> bool:
    around = line[max(at - 1, 0) : at], line[at + 1 : at + 2]
    return all(each and not each.isascii() and not _INVISIBLE.match(each) for each in around)


def _shown(name: str) -> str:
    return name if len(name) <= 40 else name[:40] + "…"
