import pytest

from scanner.core.resource import Resource
from scanner.core.values import Unresolved
from tests.linking.builder import links, made, model, ties, warnings

A, B = "sha256:" + "ab" * 32, "sha256:" + "cd" * 32
RELEASE = "models/triage/model-release.yaml"


def file(path: str, digest: str = A) -> Resource:
    attributes = {"path": path, "digest": digest, "format": "safetensors"}
    return made("model_file", f"model_file.{path}", attributes, path=path, format_="model")


def artifact(of: Resource, attributes: dict[str, object]) -> Resource:
    where = attributes.get("path", attributes.get("uri"))
    return made(
        "model_artifact", f"{of.address}/{where}", attributes, path=of.location.path, format_="model", parent=of
    )


def signature(path: str, root: str, *signed: tuple[str, str], digest: str = "") -> Resource:
    files = [{"path": name, "algorithm": "sha256", "digest": each.removeprefix("sha256:")} for name, each in signed]
    attributes = {"path": path, "root": root, "files": files, "digest": digest}
    return made("signature", f"signature.{path}", attributes, path=path, format_="model")


def attestation(*digests: str) -> Resource:
    attributes = {"subjects": [{"name": "x", "digests": [each]} for each in digests]}
    return made("attestation", "attestation.a", attributes, path="a.intoto.json", format_="model")


TRIAGE = model("triage", {"digest": B}, path=RELEASE)
CARD = model("other", source="model-card", path="models/README.md")


# --- is_file and has_file ---------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["model.safetensors", "./model.safetensors", "../triage/model.safetensors"])
def test_an_artifact_is_the_file_that_its_path_leads_to_from_the_manifest(path: str) -> None:
    declared, found = artifact(TRIAGE, {"path": path}), file("models/triage/model.safetensors")
    (link,) = links("is_file", TRIAGE, declared, found, file("model.safetensors"))
    assert (link.source, link.target) == (declared.key, found.key)
    assert link.evidence == declared.attribute_locations[("path",)]


def test_an_artifact_elsewhere_is_no_file() -> None:
    things = (
        artifact(TRIAGE, {"uri": "s3://b/model.safetensors"}),
        artifact(TRIAGE, {"path": Unresolved("x", "unknown")}),
    )
    assert ties("is_file", TRIAGE, *things, file("models/triage/model.safetensors")) == set()


def test_a_file_belongs_to_the_nearest_manifest_above_it() -> None:
    near, far = file("models/triage/1/model.safetensors"), file("models/old.gguf")
    assert ties("has_file", TRIAGE, CARD, near, far, file("elsewhere/x.bin")) == {
        (TRIAGE.address, near.address),
        (CARD.address, far.address),
    }


def test_every_manifest_of_a_folder_has_its_files() -> None:
    card = model("triage", source="model-card", path="models/triage/README.md")
    found = file("models/triage/model.safetensors")
    assert ties("has_file", TRIAGE, card, found) == {(TRIAGE.address, found.address), (card.address, found.address)}


def test_what_a_manifest_lists_is_its_own_wherever_it_is() -> None:
    declared, found = artifact(TRIAGE, {"path": "../../weights/x.safetensors"}), file("weights/x.safetensors")
    (link,) = links("has_file", TRIAGE, declared, found)
    assert (link.source, link.target, link.evidence) == (TRIAGE.key, found.key, declared.location)


def test_a_bill_of_many_models_has_no_folder() -> None:
    boms = [model(name, source="ml-bom", path="models/bom.json") for name in ("one", "two")]
    assert ties("has_file", *boms, file("models/model.safetensors")) == set()


def test_weights_that_describe_themselves_have_themselves_alone() -> None:
    one, two = (model(name, source="gguf", path=f"models/{name}.gguf") for name in ("q4", "q8"))
    files = [file("models/q4.gguf"), file("models/q8.gguf")]
    assert ties("has_file", one, two, *files) == {
        (one.address, files[0].address),
        (two.address, files[1].address),
    }


# --- signs ------------------------------------------------------------------------------------------


def test_a_signature_signs_its_files_and_the_model_that_has_them() -> None:
    found = file("weights/x.safetensors")
    declared = artifact(TRIAGE, {"path": "../../weights/x.safetensors"})
    bundle = signature("weights/model.sig", "weights", ("weights/x.safetensors", A), ("weights/gone", A))
    assert ties("signs", TRIAGE, CARD, declared, found, bundle) == {
        (bundle.address, found.address),
        (bundle.address, TRIAGE.address),
    }


def test_a_signature_signs_the_model_of_its_folder() -> None:
    bundle = signature("models/triage/model.sig", "models/triage", ("models/triage/x", A))
    assert ties("signs", TRIAGE, CARD, bundle) == {(bundle.address, TRIAGE.address)}


@pytest.mark.parametrize(
    ("bundle", "attributes", "met"),
    [
        (signature("signatures/a.sig", "signatures", ("x", A), digest=B), {"uri": "s3://b/x"}, "digest"),
        (signature("signatures/a.sig", "signatures", ("x", A)), {"uri": "s3://b/x", "digest": A.upper()}, "digest"),
        (signature("signatures/a.sig", "signatures", ("x", B)), {"uri": "s3://b/x"}, "digest"),
    ],
)
def test_a_signature_signs_the_model_of_a_digest(bundle: Resource, attributes: dict[str, object], met: str) -> None:
    declared = artifact(TRIAGE, attributes)
    (link,) = links("signs", TRIAGE, CARD, declared, bundle)
    assert (link.source, link.target) == (bundle.key, TRIAGE.key)
    assert link.target_evidence in (TRIAGE.locate((met,)), declared.locate((met,)))


def test_a_shared_tokenizer_makes_no_model_signed() -> None:
    shared = artifact(TRIAGE, {"uri": "s3://b/tokenizer.json", "digest": A})
    weights = artifact(TRIAGE, {"uri": "s3://b/model.safetensors", "digest": B, "format": "safetensors"})
    bundle = signature("signatures/a.sig", "signatures", ("tokenizer.json", A))
    other = model("triage", path=RELEASE)
    assert ties("signs", other, shared, weights, bundle) == set()


def test_a_part_of_a_file_is_not_its_digest() -> None:
    files = [{"path": "x", "algorithm": "sha256", "digest": A.removeprefix("sha256:"), "end": 5}]
    attributes = {"path": "s/a.sig", "root": "s", "files": files}
    bundle = made("signature", "signature.s/a.sig", attributes, path="s/a.sig", format_="model")
    assert ties("signs", TRIAGE, artifact(TRIAGE, {"uri": "s3://b/x", "digest": A}), bundle) == set()


# --- attests -------------------------------------------------------------------


def test_an_attestation_is_about_everything_with_its_digest() -> None:
    declared, found = artifact(TRIAGE, {"uri": "s3://b/x", "digest": A}), file("weights/x.safetensors")
    about = attestation(A.upper().replace("SHA256", "sha256"))
    assert ties("attests", TRIAGE, declared, found, about) == {
        (about.address, declared.address),
        (about.address, found.address),
    }
    assert ties("attests", TRIAGE, declared, attestation(B)) == {(about.address, TRIAGE.address)}
    (link,) = links("attests", TRIAGE, declared, attestation("sha256:" + "0" * 64, A))
    assert link.evidence.start_line > attestation(A).locate(("subjects", 0)).start_line


def test_an_attestation_of_something_else_is_about_nothing() -> None:
    assert ties("attests", TRIAGE, attestation("sha256:" + "ef" * 32)) == set()


# --- describes, where there is no model-release -------------------------------------------------------


def of(source: str, name: str = "bert", folder: str = "models/bert") -> Resource:
    return model(name, source=source, path=f"{folder}/{source}.x")


@pytest.mark.parametrize(
    ("sources", "leading"),
    [
        (("model-card", "hugging-face", "ml-bom", "gguf"), "model-card"),
        (("mlmodel", "ml-bom"), "ml-bom"),
        (("hugging-face", "mlmodel", "triton"), "mlmodel"),
        (("kitfile", "hugging-face"), "hugging-face"),
        (("kitfile", "dvc"), "kitfile"),
    ],
)
def test_the_leading_manifest_of_a_folder_is_described_by_the_others(sources: tuple[str, ...], leading: str) -> None:
    manifests = [of(source) for source in sources]
    assert ties("describes", *manifests) == {
        (of(source).address, of(leading).address) for source in sources if source != leading
    }


def test_what_leads_is_not_guessed() -> None:
    assert ties("describes", of("triton"), of("dvc")) == set()
    two = [model(name, source="model-card", path=f"models/{name}.md") for name in ("one", "two")]
    assert ties("describes", *two, of("hugging-face", folder="models")) == set()
    assert ties("describes", of("model-card"), of("mlmodel", folder="models/other")) == set()


def test_a_release_leads_what_it_describes_and_the_rest_of_a_folder_stays_by_itself() -> None:
    release = model("bert", path="release/model-release.yaml")
    assert ties("describes", release, of("model-card"), of("mlmodel", "other")) == {
        (of("model-card").address, release.address)
    }
    assert warnings(release, of("model-card"), of("mlmodel", "other")) == []
