"""What of a release is drawn: its resources rolled up into nodes, their ties, and which of both fail."""

from collections import Counter, deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from scanner.core.finding import Finding, Status
from scanner.core.location import Location
from scanner.core.resource import Release, Resource
from scanner.reports.html.graph_kinds import TITLES, Layer, layer
from scanner.reports.summary import weight

# Of a tie of the first kinds the source is a part of the target, of the second the target of the source.
_PARTS_OF_TARGET = frozenset({"configures", "describes", "protects", "scales", "binds"})
_PARTS_OF_SOURCE = frozenset({"allows", "copies_from"})
_TALLEST_COLUMN = 14
_MOST_TIES = 140
_NEAR = 2
_FAR = 1000


@dataclass(frozen=True)
class Node:
    """A resource with all that is a part of it; `findings` are the open ones of all these, most severe first."""

    key: str
    resource: Resource
    layer: Layer
    findings: tuple[Finding, ...]
    parts: int

    @property
    def failures(self) -> int:
        return sum(finding.status is Status.FAIL for finding in self.findings)


@dataclass(frozen=True)
class Tie:
    """All links of one direction between two nodes; `failing` are the ids of policies that name both of its ends."""

    source: str
    target: str
    kinds: tuple[str, ...]
    failing: tuple[str, ...]


@dataclass(frozen=True)
class Graph:
    """`more` says for each layer how many nodes are left out, and how many of those have open findings."""

    nodes: tuple[Node, ...]
    ties: tuple[Tie, ...]
    more: Mapping[Layer, tuple[int, int]]
    ties_left_out: int
    without_ties: int


def build(release: Release, open_findings: Iterable[Finding]) -> Graph:
    """The drawing of the release: everything that has ties or open findings, in columns of limited height."""
    owners = _owners(release)
    findings: dict[str, list[Finding]] = {}
    for finding in open_findings:
        owner = owners.get(finding.resource.key)
        if owner:
            findings.setdefault(owner, []).append(finding)
    nodes = _nodes(release, owners, findings)
    ties = _ties(release, owners, nodes, _named_together(release, owners, findings))
    joined = {end for tie in ties for end in (tie.source, tie.target)}
    worth = [node for node in nodes.values() if node.key in joined or node.findings]
    shown, more = _limited(worth, ties)
    keys = {node.key for node in shown}
    inside = [tie for tie in ties if tie.source in keys and tie.target in keys]
    kept = sorted(inside, key=lambda tie: (not tie.failing, tie.source, tie.target))[:_MOST_TIES]
    return Graph(
        nodes=tuple(shown),
        ties=tuple(sorted(kept, key=lambda tie: (tie.source, tie.target))),
        more=more,
        ties_left_out=len(ties) - len(kept),
        without_ties=len(nodes) - len(worth),
    )


def _owners(release: Release) -> Mapping[str, str]:
    """For every resource but the release itself the node that it is a part of, by key."""
    above: dict[str, set[str]] = {}
    for resource in release.resources:
        if resource.parent in release.by_key and resource.parent is not None:
            above[resource.key] = {resource.parent}
    by_link: dict[str, set[str]] = {}
    for link in release.links:
        if link.kind in _PARTS_OF_TARGET:
            by_link.setdefault(link.source, set()).add(link.target)
        elif link.kind in _PARTS_OF_SOURCE or (link.kind == "references" and _is_document(release, link.target)):
            by_link.setdefault(_root(link.target, above), set()).add(_root(link.source, above))
    for key, targets in by_link.items():
        if len(targets) == 1 and key not in above:
            above[key] = targets
    return {each.key: _root(each.key, above) for each in release.resources if each.type != "release"}


def _is_document(release: Release, key: str) -> bool:
    found = release.by_key.get(key)
    return found is not None and found.type == "data.aws_iam_policy_document"


def _root(key: str, above: Mapping[str, set[str]]) -> str:
    """The end of the chain upwards; of a ring its first member in order."""
    way = [key]
    while way[-1] in above:
        (following,) = above[way[-1]]
        if following in way:
            return min(way[way.index(following) :])
        way.append(following)
    return way[-1]


def _nodes(
    release: Release, owners: Mapping[str, str], findings: Mapping[str, Sequence[Finding]]
) -> Mapping[str, Node]:
    members: dict[str, list[Resource]] = {}
    for resource in release.resources:
        if resource.key in owners:
            members.setdefault(owners[resource.key], []).append(resource)
    nodes = {}
    for key, parts in sorted(members.items()):
        resource = release.by_key.get(key, parts[0])
        column = Layer.WORKLOAD if any(part.type == "workload" for part in parts) else layer(resource.type)
        mine = tuple(sorted(findings.get(key, ()), key=lambda finding: (weight(finding), finding.sort_key)))
        nodes[key] = Node(key, resource, column, mine, len(parts))
    return {key: node for key, node in nodes.items() if node.layer is not Layer.OTHER or node.findings}


def _ties(
    release: Release, owners: Mapping[str, str], nodes: Mapping[str, Node], together: Mapping[str, Sequence[set[str]]]
) -> Sequence[Tie]:
    kinds: dict[tuple[str, str], set[str]] = {}
    for link in release.links:
        source, target = owners.get(link.source, ""), owners.get(link.target, "")
        if source in nodes and target in nodes and source != target:
            kinds.setdefault((source, target), set()).add(link.kind)
    return [
        Tie(
            source,
            target,
            tuple(sorted(found - {"references"})) or ("references",),
            tuple(sorted(id_ for id_, named in together.items() if any({source, target} <= one for one in named))),
        )
        for (source, target), found in sorted(kinds.items())
    ]


def _named_together(
    release: Release, owners: Mapping[str, str], findings: Mapping[str, Sequence[Finding]]
) -> Mapping[str, Sequence[set[str]]]:
    """By the id of a policy, the nodes that one failure of it names together, itself or by a related place."""
    at = _At(release)
    together: dict[str, list[set[str]]] = {}
    for owner, mine in findings.items():
        for finding in mine:
            if finding.status is Status.FAIL and finding.related_locations:
                places = [at.key(related.location) for related in finding.related_locations]
                named = {owner, *(owners[place] for place in places if place in owners)}
                known = together.setdefault(finding.policy.id, [])
                if len(named) > 1 and named not in known:
                    known.append(named)
    return together


class _At:
    """Finds the innermost resource that a place lies in."""

    def __init__(self, release: Release) -> None:
        self._by_path: dict[str, list[Resource]] = {}
        self._found: dict[tuple[str, int], str] = {}
        for resource in release.resources:
            if resource.type != "release":
                self._by_path.setdefault(resource.location.path, []).append(resource)

    def key(self, location: Location) -> str:
        """Its key, or nothing where no resource is written there."""
        place = (location.path, location.start_line)
        if place not in self._found:
            within = [
                (resource.location.end_line - resource.location.start_line, resource.key)
                for resource in self._by_path.get(location.path, ())
                if resource.location.start_line <= location.start_line <= resource.location.end_line
            ]
            self._found[place] = min(within, default=(0, ""))[1]
        return self._found[place]


def _limited(nodes: Sequence[Node], ties: Sequence[Tie]) -> tuple[list[Node], Mapping[Layer, tuple[int, int]]]:
    """Of each layer as many as fit: first what a model reaches or a failing tie ends at, then the most severe."""
    distances = _distances(nodes, ties)
    on_failing = {end for tie in ties if tie.failing for end in (tie.source, tie.target)}

    def rank(node: Node) -> tuple[bool, tuple[int, bool], int, str]:
        is_near = distances[node.key] <= _NEAR or node.key in on_failing
        severity = weight(node.findings[0]) if node.findings else (_FAR, True)
        return not is_near, severity, distances[node.key], node.key

    shown: list[Node] = []
    more: dict[Layer, tuple[int, int]] = {}
    for column in TITLES:
        ranked = sorted((node for node in nodes if node.layer is column), key=rank)
        shown += ranked[:_TALLEST_COLUMN]
        rest = ranked[_TALLEST_COLUMN:]
        if rest:
            more[column] = len(rest), sum(bool(node.findings) for node in rest)
    return sorted(shown, key=lambda node: (node.layer, node.key)), more


def _distances(nodes: Sequence[Node], ties: Sequence[Tie]) -> Counter[str]:
    """How many ties lie between each node and the nearest model, or workload where there is no model."""
    neighbours: dict[str, list[str]] = {}
    for tie in ties:
        neighbours.setdefault(tie.source, []).append(tie.target)
        neighbours.setdefault(tie.target, []).append(tie.source)
    models = [node.key for node in nodes if node.resource.type == "model"]
    starts = models or [node.key for node in nodes if node.layer is Layer.WORKLOAD]
    found = Counter(dict.fromkeys(starts, 0))
    queue = deque(starts)
    while queue:
        key = queue.popleft()
        for neighbour in neighbours.get(key, ()):
            if neighbour not in found:
                found[neighbour] = found[key] + 1
                queue.append(neighbour)
    return Counter({node.key: found.get(node.key, _FAR) for node in nodes})
