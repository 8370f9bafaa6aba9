import pytest

from scanner.linking.uris import Place, place_of, uris_in


@pytest.mark.parametrize(
    "uri",
    [
        "s3://b/k/v1",
        "s3://b/k/v1/",
        "S3://b/k/v1",
        "s3a://b/k/v1",
        "https://b.s3.eu-central-1.amazonaws.com/k/v1",
        "HTTPS://B.s3.eu-central-1.amazonaws.com/k/v1",
        "https://b.s3.amazonaws.com/k/v1?X-Amz-Signature=abc",
        "https://b.s3.dualstack.us-gov-west-1.amazonaws.com/k/v1",
        "https://b.s3-us-west-2.amazonaws.com/k/v1",
        "https://s3.us-east-1.amazonaws.com/b/k/v1",
        "https://s3.amazonaws.com/b/k/v1/",
        "https://s3.cn-north-1.amazonaws.com.cn/b/k/v1",
        "arn:aws:s3:::b/k/v1",
    ],
)
def test_every_spelling_of_an_s3_object_is_the_same_place(uri: str) -> None:
    assert place_of(uri) == Place("s3", "b", "k/v1")


@pytest.mark.parametrize(
    ("uri", "place"),
    [
        ("https://my.dotted.bucket.s3.eu-west-1.amazonaws.com/k", Place("s3", "my.dotted.bucket", "k")),
        ("s3://b/k?versionId=3", Place("s3", "b", "k", frozenset({"3"}))),
        ("gs://b/k", Place("gcs", "b", "k")),
        ("https://storage.googleapis.com/b/k", Place("gcs", "b", "k")),
        ("https://b.storage.googleapis.com/k", Place("gcs", "b", "k")),
        ("https://acct.blob.core.windows.net/models/a/b?sig=x", Place("azure", "acct", "models/a/b")),
        ("abfss://models@acct.dfs.core.windows.net/a/b", Place("azure", "acct", "models/a/b")),
        ("wasbs://models@acct.blob.core.windows.net/a/b", Place("azure", "acct", "models/a/b")),
        ("hf://Acme/Claims", Place("hf", "acme/claims")),
        ("hf://acme/claims:abc", Place("hf", "acme/claims", "", frozenset({"abc"}))),
        ("https://huggingface.co/acme/claims/tree/abc", Place("hf", "acme/claims", "", frozenset({"abc"}))),
        (
            "https://huggingface.co/acme/claims/resolve/main/w.bin",
            Place("hf", "acme/claims", "w.bin", frozenset({"main"})),
        ),
        ("oci://host:5000/claims", Place("oci", "host:5000/claims")),
        ("ABFSS://models@Acct.dfs.core.windows.net/a", Place("azure", "acct", "models/a")),
        ("PVC://Claim/a", Place("pvc", "claim", "a")),
        ("https://HuggingFace.co/Acme/Claims", Place("hf", "acme/claims")),
        ("oci://ghcr.io/acme/claims:7", Place("oci", "ghcr.io/acme/claims", "", frozenset({"7"}))),
        (
            "oci://host:5000/claims:7@sha256:AB",
            Place("oci", "host:5000/claims", "", frozenset({"7", "sha256:ab"})),
        ),
        ("https://Example.com/a/b/", Place("https", "example.com", "a/b")),
        ("pvc://claim/a", Place("pvc", "claim", "a")),
        ("models:/claims/7", Place("models", "", "claims/7")),
    ],
)
def test_the_place_of_other_uris(uri: str, place: Place) -> None:
    assert place_of(uri) == place


@pytest.mark.parametrize(
    "uri",
    ["", "/mnt/models", "claims", "s3://", "s3://minio:9000/b/k", "s3://https://minio:9000/b/k", "https://[broken/x"],
)
def test_what_names_no_place(uri: str) -> None:
    assert place_of(uri) is None


def test_a_place_shows_neither_query_nor_credentials() -> None:
    place = place_of("https://user:hunter2@acct.blob.core.windows.net/models/a?sig=topsecret")
    assert place is not None
    assert (str(place), place.full) == (
        "https://acct.blob.core.windows.net/models",
        "https://acct.blob.core.windows.net/models/a",
    )


def test_a_placeholder_is_no_bucket() -> None:
    templated = place_of("s3://${BUCKET}/k")
    assert templated is not None
    assert (templated.is_store, templated.is_templated) == (False, True)


def test_uris_are_found_inside_arguments() -> None:
    assert list(uris_in("--model=s3://b/k --lora 'a=gs://c/d',x")) == ["s3://b/k", "gs://c/d"]
    assert list(uris_in('{"uri": "s3://b/k"}')) == ["s3://b/k"]
    assert list(uris_in("(see s3://b/k).")) == ["s3://b/k"]
    assert list(uris_in("--model=s3://${BUCKET}")) == ["s3://${BUCKET}"]
    assert list(uris_in("--port=8080 /mnt/models")) == []
