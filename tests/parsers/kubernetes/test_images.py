"""The parts of image references."""

import pytest

from scanner.core.values import Unresolved
from scanner.parsers.kubernetes.reading import image

DIGEST = "sha256:" + "0123456789abcdef" * 4


@pytest.mark.parametrize(
    ("reference", "parts"),
    [
        ("nginx", {"repository": "nginx"}),
        ("nginx:1.27", {"repository": "nginx", "tag": "1.27"}),
        ("vllm/vllm-openai:v1", {"repository": "vllm/vllm-openai", "tag": "v1"}),
        ("ghcr.io/org/app", {"registry": "ghcr.io", "repository": "org/app"}),
        ("localhost/app:1", {"registry": "localhost", "repository": "app", "tag": "1"}),
        ("registry:5000/app", {"registry": "registry:5000", "repository": "app"}),
        ("registry:5000/a/b:2", {"registry": "registry:5000", "repository": "a/b", "tag": "2"}),
        (f"app@{DIGEST}", {"repository": "app", "digest": DIGEST}),
        (
            f"r.example:5000/a/b:2@{DIGEST}",
            {"registry": "r.example:5000", "repository": "a/b", "tag": "2", "digest": DIGEST},
        ),
    ],
)
def test_written_parts(reference: str, parts: dict[str, str]) -> None:
    assert image(f" {reference} ") == {"reference": reference, **parts}


@pytest.mark.parametrize(
    ("reference", "known", "unknown"),
    [
        ("${IMAGE}", {}, {"registry", "repository", "tag", "digest"}),
        ("{{ image }}:1", {"tag": "1"}, {"registry", "repository"}),
        ("ghcr.io/org/app:$(TAG)", {"registry": "ghcr.io", "repository": "org/app"}, {"tag", "digest"}),
        ("ghcr.io/$ORG/app:1", {"registry": "ghcr.io", "tag": "1"}, {"repository"}),
        (f"$REGISTRY/app:1@{DIGEST}", {"tag": "1", "digest": DIGEST}, {"registry", "repository"}),
    ],
)
def test_placeholders_make_parts_unknown(reference: str, known: dict[str, str], unknown: set[str]) -> None:
    found = image(reference)
    assert isinstance(found["reference"], Unresolved)
    assert found["reference"].expression == reference
    assert {name for name, value in found.items() if isinstance(value, Unresolved)} == {"reference", *unknown}
    assert {name: value for name, value in found.items() if isinstance(value, str)} == known
