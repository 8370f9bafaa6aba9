"""What a release declares about itself."""

from typing import Any

from scanner.core.location import Location
from scanner.core.resource import Release, SourceFile
from scanner.judging.scope import declared_scope, release_resource
from tests.builders import release, resource


def model(name: str, **attributes: Any) -> Any:
    return resource(
        f"model.{name}",
        {"source": "model-release", **attributes},
        type_="model",
        line=3,
        lines={"data.classification": 5},
    )


def test_the_models_of_a_release_add_up() -> None:
    of = release(
        model(
            "a",
            data={"classification": "phi"},
            eu_ai_act={"risk_class": "high", "role": "provider", "annex_iii": "5(d)"},
        ),
        model("b", data={"personal_data": True, "special_categories": True}, deployment={"environment": "prod"}),
    )
    scope = declared_scope(of, {})
    assert {name: sorted(values) for name, values in scope.declared.items()} == {
        "annex": ["annex_iii"],
        "data": ["personal", "phi", "special"],
        "environment": ["prod"],
        "risk_class": ["high"],
        "role": ["provider"],
    }
    assert Location("main.tf", 5) in scope.evidence


def test_the_configuration_replaces_a_dimension() -> None:
    scope = declared_scope(release(model("a", data={"classification": "phi"})), {"data": ("internal",)})
    assert scope.values("data") == {"internal"}


def test_nothing_declared_is_nothing() -> None:
    scope = declared_scope(release(model("a", data={"classification": None}), resource("bucket.b")), {})
    assert scope.declared == {}
    assert scope.meets({})
    assert not scope.meets({"data": ("phi",)})


def test_the_release_stands_at_its_manifest() -> None:
    of = release(resource("bucket.b"), model("a", data={"classification": "phi"}))
    itself = release_resource(of, declared_scope(of, {}))
    assert itself is not None
    assert itself.location.start_line == 3
    assert itself.attributes["declared"] == {"data": ["personal", "phi"]}
    assert itself.locate(("declared", "data")).start_line == 5


def test_a_release_of_files_without_resources_stands_at_the_first_and_an_empty_one_nowhere() -> None:
    only_files = Release(source_files=(SourceFile("a.tf", "terraform", ""),))
    itself = release_resource(only_files, declared_scope(only_files, {}))
    assert itself is not None
    assert itself.location == Location("a.tf", 1)
    assert release_resource(Release(), declared_scope(Release(), {})) is None
