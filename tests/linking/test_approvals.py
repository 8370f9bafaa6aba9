from typing import Any

from scanner.core.resource import Resource
from tests.linking.builder import links, made, model, ties

DIGEST = "sha256:" + "ab" * 32


def decision(attributes: dict[str, Any]) -> Resource:
    return made("approved_version", "list/1", attributes, path="approved-models.yaml", format_="model")


def previous(name: str, path: str, source: str = "model-release", version: str = "7.3.0") -> Resource:
    given = {"name": name, "source": source, "version": version}
    address = f"previous_model.{name}[{source}]"
    return made("previous_model", address, given, path=path, format_="model", origin=f"main:{path}")


def test_a_decision_is_about_the_models_of_its_name() -> None:
    claims, other = model("claims"), model("other")
    (found,) = links("approves", decision({"model": "Claims", "status": "approved"}), claims, other)
    assert found.target == claims.key
    assert found.target_evidence == claims.attribute_locations[("name",)]


def test_a_decision_is_about_its_digest_under_any_name() -> None:
    entry = decision({"model": "claims", "digest": DIGEST, "status": "denied"})
    assert ties("approves", entry, model("renamed", {"digest": DIGEST.upper()})) == {
        ("list/1", "model.renamed[model-release]")
    }


def test_a_decision_is_about_each_model_that_a_bento_packs() -> None:
    bento = model("service", {"models": [{"name": "a"}, {"name": "claims"}]}, source="bentofile")
    (found,) = links("approves", decision({"model": "claims", "status": "approved"}), bento)
    assert found.target == bento.key


def test_the_manifest_of_the_same_file_precedes() -> None:
    now = model("claims", path="prod/model-release.yaml")
    same, other = previous("claims", "prod/model-release.yaml"), previous("claims", "test/model-release.yaml")
    (found,) = links("precedes", now, same, other)
    assert (found.source, found.target) == (same.key, now.key)


def test_where_a_manifest_has_moved_all_of_its_name_may_precede() -> None:
    now = model("claims", path="new/model-release.yaml")
    one, two = previous("claims", "a/model-release.yaml"), previous("claims", "b/model-release.yaml")
    card = previous("claims", "a/README.md", source="model-card")
    assert {each.source for each in links("precedes", now, one, two, card)} == {one.key, two.key}
    assert {each.source for each in links("precedes", now, card)} == {card.key}
    assert links("precedes", now, previous("other", "new/model-release.yaml")) == []


def test_what_dvc_tracks_is_what_manifests_list_there() -> None:
    def output(path: str) -> Resource:
        return made("dvc_output", f"dvc_output.{path}", {"path": path}, path=f"{path}.dvc", format_="model")

    release = model("claims", path="models/claims/model-release.yaml")
    artifact = made(
        "model_artifact",
        "a",
        {"path": "../weights/shards/1.safetensors"},
        path=release.location.path,
        format_="model",
        parent=release,
    )
    absolute = made("model_artifact", "b", {"path": "/x"}, path=release.location.path, format_="model", parent=release)
    folder, other = output("models/weights/shards"), output("weights")
    assert ties("tracks", release, artifact, absolute, folder, other) == {("dvc_output.models/weights/shards", "a")}
