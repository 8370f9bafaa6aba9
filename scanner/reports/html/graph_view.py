"""The drawing of the release as plain numbers and words: boxes, ties, and the same told in a list."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from scanner.core.counting import count
from scanner.core.finding import Finding
from scanner.core.resource import Release, Resource
from scanner.reports.html.graph import Graph, Node, Tie, build
from scanner.reports.html.graph_kinds import TITLES, Layer
from scanner.reports.html.layout import BOX_HEIGHT, BOX_WIDTH, draw
from scanner.reports.html.text import shortened
from scanner.reports.safe_text import one_line

_TOP = 34
_BOTTOM = 30
_NAME_ROOM = 20
_TYPE_ROOM = 26
_MOST_NAMED = 8


@dataclass(frozen=True)
class Box:
    """One node: `state` is `failing`, `unknown` or `clear`; `badge` counts its open findings."""

    anchor: str
    x: int
    y: int
    name: str
    type: str
    full_name: str
    full_type: str
    state: str
    severity: str
    badge: str
    told: str
    where: str
    findings: Sequence[tuple[str, str, str]]
    findings_left_out: int


@dataclass(frozen=True)
class Line:
    """One tie; x and y are where a failing one is marked."""

    path: str
    x: int
    y: int
    source: str
    target: str
    source_anchor: str
    target_anchor: str
    kinds: str
    failing: str


@dataclass(frozen=True)
class Column:
    """One layer; `more` says what of it is not drawn."""

    x: int
    title: str
    more: str


@dataclass(frozen=True)
class Picture:
    """The whole drawing in pixels; `left_out` says in sentences what it does not show."""

    width: int
    height: int
    box_width: int
    box_height: int
    columns: Sequence[Column]
    boxes: Sequence[Box]
    lines: Sequence[Line]
    listed: Sequence[Line]
    failing: int
    left_out: Sequence[str]


def picture(release: Release, open_findings: Sequence[Finding], detailed: int) -> Picture:
    """The drawing. Of the findings the first `detailed` have a place on the page that a box can lead to."""
    graph = build(release, open_findings)
    used = [each for each in Layer if any(node.layer is each for node in graph.nodes)]
    drawing = draw(
        [[node.key for node in graph.nodes if node.layer is each] for each in used],
        [(tie.source, tie.target) for tie in graph.ties],
        _TOP + BOX_HEIGHT // 2,
        {(tie.source, tie.target) for tie in graph.ties if tie.failing},
    )
    linked = {finding.fingerprint for finding in open_findings[:detailed]}
    anchors = {node.key: f"node-{number}" for number, node in enumerate(graph.nodes, 1)}
    nodes = {node.key: node for node in graph.nodes}
    lines = [
        _line(tie, drawing.paths[tie.source, tie.target], drawing.marks[tie.source, tie.target], nodes, anchors)
        for tie in graph.ties
    ]
    return Picture(
        width=drawing.width,
        height=drawing.height + _BOTTOM,
        box_width=BOX_WIDTH,
        box_height=BOX_HEIGHT,
        columns=[Column(x, TITLES[each], _more(graph, each)) for x, each in zip(drawing.columns, used, strict=True)],
        boxes=[_box(node, drawing.boxes[node.key], anchors[node.key], linked) for node in graph.nodes],
        lines=sorted(lines, key=lambda line: bool(line.failing)),  # the failing ones are drawn on top
        listed=sorted(lines, key=lambda line: not line.failing),
        failing=sum(bool(tie.failing) for tie in graph.ties),
        left_out=_left_out(graph, open_findings),
    )


def _box(node: Node, at: tuple[int, int], anchor: str, linked: set[str]) -> Box:
    resource = node.resource
    name, number = _name(resource), len(node.findings)
    unknown = number - node.failures
    severity = node.findings[0].policy.severity.value if node.failures else ""
    told = [f"{node.failures} failing, the worst {severity}"] if node.failures else []
    told += [f"{unknown} unknown"] if unknown else []
    reachable = [finding for finding in node.findings if finding.fingerprint in linked]
    return Box(
        anchor=anchor,
        x=at[0],
        y=at[1],
        name=shortened(name, _NAME_ROOM),
        type=shortened(one_line(resource.type), _TYPE_ROOM),
        full_name=one_line(resource.address),
        full_type=one_line(resource.type) + (f", {node.parts} parts" if node.parts > 1 else ""),
        state="failing" if node.failures else "unknown" if unknown else "clear",
        severity=severity,
        badge=str(number) if number else "",
        told=" and ".join(told),
        where=one_line(str(resource.location)),
        findings=[
            (finding.fingerprint, one_line(finding.policy.id), one_line(finding.policy.title))
            for finding in reachable[:_MOST_NAMED]
        ],
        findings_left_out=max(0, number - _MOST_NAMED),
    )


def _name(resource: Resource) -> str:
    """What tells it from its neighbours: the address without what the type says already."""
    address = one_line(resource.address)
    if resource.format == "terraform":
        return address.replace(f"{resource.type}.", "", 1) or address
    if resource.format == "model":
        return address.removeprefix("model.").partition("[")[0] or address
    return address.rpartition("/")[2] or address


def _line(tie: Tie, path: str, mark: tuple[int, int], nodes: Mapping[str, Node], anchors: Mapping[str, str]) -> Line:
    return Line(
        path=path,
        x=mark[0],
        y=mark[1],
        source=one_line(nodes[tie.source].resource.address),
        target=one_line(nodes[tie.target].resource.address),
        source_anchor=anchors[tie.source],
        target_anchor=anchors[tie.target],
        kinds=", ".join(kind.replace("_", " ") for kind in tie.kinds),
        failing=", ".join(map(one_line, tie.failing)),
    )


def _more(graph: Graph, layer: Layer) -> str:
    number, with_findings = graph.more.get(layer, (0, 0))
    if not number:
        return ""
    return f"+ {number} more" + (f", {with_findings} with findings" if with_findings else "")


def _left_out(graph: Graph, open_findings: Sequence[Finding]) -> list[str]:
    said = []
    boxes = sum(number for number, _ in graph.more.values())
    if boxes:
        failing = sum(number for _, number in graph.more.values())
        said.append(
            f"{count(boxes, 'more resource is', 'more resources are')} not drawn, {failing or 'none'} of them with "
            "open findings: a column shows first what is near a model, then what has the most severe findings."
        )
    if graph.ties_left_out:
        said.append(f"{count(graph.ties_left_out, 'tie is', 'ties are')} not drawn.")
    if graph.without_ties:
        noun = count(graph.without_ties, "resource has", "resources have")
        said.append(f"{noun} neither ties to what is drawn nor open findings.")
    whole = sum(finding.resource.type == "release" for finding in open_findings)
    if whole:
        said.append(f"{count(whole, 'open finding is', 'open findings are')} about the release as a whole.")
    return said
