"""What of a release is drawn, what is a part of what, and which ties fail."""

import itertools

import pytest

from scanner.core.finding import Finding, RelatedLocation, Status
from scanner.core.location import Location
from scanner.core.resource import Link, Release, Resource
from scanner.reports.html.graph import build
from scanner.reports.html.graph_kinds import Layer, layer
from scanner.reports.html.layout import BOX_HEIGHT, BOX_WIDTH, draw
from tests.builders import policy


def node(address: str, type_: str, line: int, parent: str | None = None, path: str = "main.tf") -> Resource:
    return Resource(address, type_, "terraform", {}, Location(path, line, 1, line + 8, 1), parent=parent, origin=".")


MODEL = node("model.risk[card]", "model", 1, path="card.md")
SERVER = node("prod/Deployment/risk", "Deployment", 1, path="risk.yaml")
POD = node("prod/Deployment/risk/pod", "workload", 3, SERVER.key, path="risk.yaml")
BUCKET = node("aws_s3_bucket.models", "aws_s3_bucket", 1)
ACL = node("aws_s3_bucket_acl.models", "aws_s3_bucket_acl", 11)
KEY = node("aws_kms_key.models", "aws_kms_key", 21)
LONELY = node("aws_s3_bucket.lonely", "aws_s3_bucket", 31)
LOGS = node("aws_cloudwatch_dashboard.all", "aws_cloudwatch_dashboard", 41)
LINKS = (
    Link(POD.key, "serves", MODEL.key, POD.location),
    Link(POD.key, "stores_in", BUCKET.key, POD.location),
    Link(ACL.key, "configures", BUCKET.key, ACL.location),
    Link(ACL.key, "references", BUCKET.key, ACL.location),
    Link(BUCKET.key, "references", KEY.key, BUCKET.location),
)
RELEASE = Release((MODEL, SERVER, POD, BUCKET, ACL, KEY, LONELY, LOGS), LINKS)


def failure(on: Resource, *related: Location, status: Status = Status.FAIL) -> Finding:
    places = tuple(RelatedLocation(place, "see there") for place in related)
    return Finding(policy(), on, status, "it is wrong", on.location, related_locations=places)


def test_what_configures_or_belongs_to_something_is_drawn_as_a_part_of_it() -> None:
    graph = build(RELEASE, [failure(ACL)])
    assert [(each.resource.address, each.layer, each.parts) for each in graph.nodes] == [
        ("prod/Deployment/risk", Layer.WORKLOAD, 2),
        ("model.risk[card]", Layer.MODEL, 1),
        ("aws_s3_bucket.models", Layer.STORE, 2),
        ("aws_kms_key.models", Layer.GUARD, 1),
    ]
    (bucket,) = [each for each in graph.nodes if each.key == BUCKET.key]
    assert [finding.resource for finding in bucket.findings] == [ACL]
    assert [(tie.source, tie.kinds, tie.target) for tie in graph.ties] == [
        (BUCKET.key, ("references",), KEY.key),
        (SERVER.key, ("stores_in",), BUCKET.key),
        (SERVER.key, ("serves",), MODEL.key),
    ]
    assert graph.without_ties == 1


def test_a_tie_fails_where_one_failure_names_both_of_its_ends() -> None:
    def failing(finding: Finding) -> list[tuple[str, str]]:
        return [(tie.source, tie.target) for tie in build(RELEASE, [finding]).ties if tie.failing]

    assert failing(failure(POD, Location("main.tf", 13))) == [(SERVER.key, BUCKET.key)]
    assert failing(failure(POD, Location("main.tf", 2), Location("main.tf", 22))) == [
        (BUCKET.key, KEY.key),
        (SERVER.key, BUCKET.key),
    ]
    assert failing(failure(POD, Location("elsewhere.tf", 2))) == []
    assert failing(failure(POD)) == []
    assert failing(failure(POD, Location("main.tf", 13), status=Status.UNKNOWN)) == []


def test_what_the_table_does_not_know_is_drawn_only_with_findings() -> None:
    assert LOGS.key not in {each.key for each in build(RELEASE, []).nodes}
    (other,) = [each for each in build(RELEASE, [failure(LOGS)]).nodes if each.layer is Layer.OTHER]
    assert other.key == LOGS.key


def test_of_a_large_release_what_is_near_a_model_is_drawn_and_the_rest_counted() -> None:
    buckets = [node(f"aws_s3_bucket.b{number:03}", "aws_s3_bucket", 100 + number * 10) for number in range(100)]
    graph = build(Release((*RELEASE.resources, *buckets), LINKS), [failure(each) for each in buckets[50:]])
    stores = [each.key for each in graph.nodes if each.layer is Layer.STORE]
    assert BUCKET.key in stores
    assert len(stores) < 20
    left, failing = graph.more[Layer.STORE]
    assert left + len(stores) == 51
    assert failing == left


def test_parts_that_lead_in_a_ring_end() -> None:
    one, other = node("a.one", "aws_s3_bucket", 1), node("a.other", "aws_s3_bucket", 11)
    ring = [Link(one.key, "configures", other.key, one.location), Link(other.key, "configures", one.key, one.location)]
    assert [each.key for each in build(Release((one, other), tuple(ring)), [failure(other)]).nodes] == [one.key]


@pytest.mark.parametrize(
    ("type_", "column"),
    [
        ("Ingress", Layer.ENTRANCE),
        ("aws_lb_listener", Layer.ENTRANCE),
        ("aws_api_gateway_rest_api", Layer.ENTRANCE),
        ("aws_sagemaker_endpoint", Layer.WORKLOAD),
        ("google_cloud_run_service", Layer.WORKLOAD),
        ("aws_sagemaker_model", Layer.MODEL),
        ("aws_ecr_repository", Layer.MODEL),
        ("aws_db_instance", Layer.STORE),
        ("google_storage_bucket", Layer.STORE),
        ("azurerm_storage_account", Layer.STORE),
        ("google_sql_database_instance", Layer.STORE),
        ("aws_instance", Layer.WORKLOAD),
        ("aws_iam_role", Layer.GUARD),
        ("azurerm_key_vault_key", Layer.GUARD),
        ("google_service_account", Layer.GUARD),
        ("NetworkPolicy", Layer.GUARD),
        ("aws_cloudwatch_dashboard", Layer.OTHER),
    ],
)
def test_a_type_has_its_column(type_: str, column: Layer) -> None:
    assert layer(type_) is column


def test_boxes_never_overlap_and_ties_end_at_them() -> None:
    columns = [[f"{column}{row}" for row in range(6)] for column in "abcd"]
    ties = [(one, other) for i, one in enumerate(columns[0]) for other in columns[3][: i + 1]]
    ties += [("d0", "b0"), ("b1", "b4"), ("c2", "c1")]
    drawing = draw(columns, ties, 40)
    for column in columns:
        heights = sorted(drawing.boxes[key][1] for key in column)
        assert all(below - above >= BOX_HEIGHT for above, below in itertools.pairwise(heights))
        assert len({drawing.boxes[key][0] for key in column}) == 1
    x, y = drawing.boxes["a0"]
    assert drawing.paths["a0", "d0"].startswith(f"M{x + BOX_WIDTH} {y + BOX_HEIGHT // 2}C")
    x, y = drawing.boxes["d0"]
    assert drawing.paths["a0", "d0"].endswith(f" {x} {y + BOX_HEIGHT // 2}")
    assert min(y for _, y in drawing.boxes.values()) >= 40 - BOX_HEIGHT // 2
    assert max(y for _, y in drawing.boxes.values()) + BOX_HEIGHT <= drawing.height
    assert draw(columns, ties, 40) == drawing


def test_ties_of_one_box_share_their_way_past_other_columns_and_those_that_stand_apart_have_their_own() -> None:
    columns = [["a"], ["x"], ["b", "c", "d"]]
    ties = [("a", "b"), ("a", "c"), ("a", "d"), ("a", "x")]

    def lanes(apart: set[tuple[str, str]]) -> int:
        paths = draw(columns, ties, 40, apart).paths
        return len({path.partition("H")[0] for path in paths.values() if "H" in path})

    assert lanes(set()) == 1
    assert lanes({("a", "c")}) == 2


def test_what_is_tied_in_a_row_is_drawn_in_a_row() -> None:
    drawing = draw([["a", "b"], ["x", "y"]], [("a", "y"), ("b", "x")], 40)
    assert (drawing.boxes["a"][1], drawing.boxes["b"][1]) == (drawing.boxes["y"][1], drawing.boxes["x"][1])
