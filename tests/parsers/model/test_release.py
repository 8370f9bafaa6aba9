"""`model-release.yaml`: every attribute, its line, and what the schema does not allow."""

import json
import subprocess
import sys
from typing import Any

from scanner.core.values import Unresolved, format_path
from tests.parsers.model.manifests import (
    FIXTURES,
    MODEL_DIGEST,
    WEIGHTS_DIGEST,
    artifacts,
    clean,
    fixture,
    lines,
    parse,
    told,
)


def test_model_release() -> None:
    model = clean(fixture("claims-triage/model-release.yaml"))[0]
    assert (model.address, model.type, model.format, model.origin) == (
        "model.claims-triage[model-release]",
        "model",
        "model",
        "claims-triage/model-release.yaml",
    )
    assert model.attributes == {
        "source": "model-release",
        "name": "claims-triage",
        "version": "7.2.0",
        "digest": MODEL_DIGEST,
        "uri": "s3://ml-artifacts/claims-triage/7.2.0/",
        "kind": "classifier",
        "task": "text-classification",
        "license": "apache-2.0",
        "base_model": {"name": "meta-llama/Llama-3.1-8B", "revision": "0e9e39f249a16976918f6564b8830bc894c89659"},
        "datasets": [
            {
                "name": "acme/claims-2019-2025",
                "classification": "phi",
                "revision": "9f2c1e0b7a6d5c4b3a29181716151413121110ff",
            }
        ],
        "custom_code": False,
        "artifact_digests": [WEIGHTS_DIGEST],
        "owner": {
            "name": "Claims ML Platform",
            "email": "ml-platform@acme.example",
            "security_contact": "ml-sec@acme.example",
        },
        "data": {
            "classification": "phi",
            "personal_data": True,
            "special_categories": True,
            "residency": ["eu-central-1"],
            "retention_days": 365,
            "third_party_processing": False,
            "deidentification": {"method": "safe_harbor", "dp": {"epsilon": 3.0, "delta": 1e-06}},
        },
        "deployment": {"pattern": "private_cloud", "environment": "prod"},
        "eu_ai_act": {
            "role": "provider",
            "risk_class": "high",
            "annex_iii": "5(a)",
            "annex_iv": {"1": "docs/tech/1.md"},
        },
        "privacy": {"ropa_ref": "ROPA-112", "dpia_ref": "DPIA-77", "fria_ref": "FRIA-3", "profiling": False},
        "hipaa": {"baa_ref": "BAA-aws-2025"},
        "approval": {"by": "release-board", "author": "ml-platform", "ticket": "CHG-1021", "date": "2026-11-02"},
        "human_oversight": {"role": "claims adjuster", "override": "manual queue", "stop": "feature flag"},
        "explainability": {"method": "shap"},
        "fairness": {"report": "docs/fairness.md", "groups": ["age", "sex"]},
        "monitoring": {"drift": [{"metric": "psi", "threshold": 0.2}], "owner": "ml-ops"},
        "security_testing": {"last_red_team": "2026-10-10", "report": "attest/redteam.intoto.json"},
        "rollback": {
            "previous": {
                "version": "7.1.3",
                "digest": "sha256:2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae",
            }
        },
        "agent": {"tools": []},
        "incident": {"contact": "ml-oncall@acme.example", "runbook": "https://runbooks.acme.example/claims"},
        "retirement": {"criteria": "no payer left in scope"},
        "review": {"next_due": "2027-02-01"},
        "metrics": [{"type": "auroc", "value": 0.91, "dataset": "claims-2025", "slice": "all"}],
        "intended_use": "Rank incoming claims for adjusters.",
        "limitations": "Not for paediatric claims.",
        "named_files": [
            {"attribute": "fairness.report", "path": "claims-triage/docs/fairness.md", "exists": False},
            {
                "attribute": "security_testing.report",
                "path": "claims-triage/attest/redteam.intoto.json",
                "exists": False,
            },
            {"attribute": "eu_ai_act.annex_iv.1", "path": "claims-triage/docs/tech/1.md", "exists": False},
        ],
    }


def test_lines_of_a_model_release() -> None:
    parsed = fixture("claims-triage/model-release.yaml")
    expected = {
        "name": 4,
        "version": 5,
        "digest": 6,
        "base_model.revision": 13,
        "datasets[0].classification": 16,
        "custom_code": 24,
        "owner.security_contact": 28,
        "data.deidentification.dp.epsilon": 36,
        "eu_ai_act": 38,
        "eu_ai_act.role": 39,
        "eu_ai_act.doc_ref": 44,
        "monitoring.drift[0].threshold": 53,
        "rollback.previous.digest": 59,
        "metrics[0].slice": 65,
        "limitations": 67,
        "signature": 1,
    }
    assert lines(parsed.resources[0], *expected) == expected
    locations = parsed.resources[0].attribute_locations
    assert len(locations) == len(list(locations)) > 60
    assert {"eu_ai_act.annex_iv.1", "monitoring.drift[0].metric"} < {format_path(path) for path in locations}
    assert artifacts(parsed) == [
        ("model.safetensors", 19, {"digest": WEIGHTS_DIGEST, "size": 16060522896, "format": "safetensors"}),
        ("preprocess.pkl", 22, {"format": "pickle"}),
        ("s3://ml-artifacts/shared/labels.bin?versionId=3", 23, {}),
    ]
    assert lines(parsed.resources[1], "digest", "size", "format") == {"digest": 20, "size": 21, "format": 19}


def test_a_release_as_json() -> None:
    value = {
        "apiVersion": "releasegate/v1",
        "kind": "ModelRelease",
        "model": {"id": "a"},
        "owner": {"security_contact": "ml-sec@acme.example"},
    }
    (model,) = clean(parse(json.dumps(value, indent=1), "release.json"))
    assert model.attributes["owner"] == {"security_contact": "ml-sec@acme.example"}
    assert lines(model, "name", "owner.security_contact") == {"name": 5, "owner.security_contact": 8}


def test_without_a_list_of_artifacts_the_uri_is_the_artifact() -> None:
    head = "apiVersion: releasegate/v1\nkind: ModelRelease\nmodel:\n  id: a\n"
    parsed = parse(f"{head}  uri: gs://m/a.gguf\n  digest: {MODEL_DIGEST}\n", "a.yaml")
    clean(parsed)
    assert artifacts(parsed) == [("gs://m/a.gguf", 3, {"digest": MODEL_DIGEST, "format": "gguf"})]
    assert lines(parsed.resources[1], "uri", "digest") == {"uri": 5, "digest": 6}
    assert parsed.resources[0].attributes["artifact_digests"] == [MODEL_DIGEST]
    (bare,) = clean(parse(head, "a.yaml"))
    assert bare.attributes == {"source": "model-release", "name": "a"}


def test_several_releases_in_one_file() -> None:
    one = "apiVersion: releasegate/v1\nkind: ModelRelease\nmodel: {id: a}\n"
    parsed = parse(f"{one}---\n{one}---\n{one.replace('id: a', 'id: b')}", "all.yaml")
    assert [(each.address, each.location.start_line) for each in clean(parsed)] == [
        ("model.a[model-release]", 1),
        ("model.a[model-release]#2", 5),
        ("model.b[model-release]", 9),
    ]


def test_a_broken_release_is_told_line_by_line_and_read_all_the_same() -> None:
    parsed = fixture("broken/model-release.yaml")
    classes = "public, internal, confidential, restricted, personal, special, phi"
    assert told(parsed) == sorted(
        [
            (2, "kind must be ModelRelease"),
            (5, "model.version must be text or a whole number; put it in quotes"),
            (6, f"model.digest must look like {WEIGHTS_DIGEST}"),
            (8, "model.artifacts[0] needs a path or a uri"),
            (9, "the format of this artifact is pickle by its name; correct its format or its name"),
            (10, "unknown key owner.security_contct; did you mean security_contact?"),
            (11, "unknown key data.clasification; did you mean classification?"),
            (11, f"data.classification must be one of {classes}"),
            (11, "data.personal_data must be true or false"),
            (11, "data.retention_days must be at least 0"),
            (12, "eu_ai_act.role must be one of provider, deployer, importer, distributor; did you mean provider?"),
            (12, "unknown key eu_ai_act.annex_iv.10"),
            (14, "approval is written twice; only the later one counts"),
            (15, "human_oversight must be a mapping"),
            (16, "review.next_due must look like 2027-02-01"),
            (17, "intended_use is empty; fill it in or leave it out"),
        ]
    )
    model, artifact = parsed.resources
    assert model.attributes["name"] == "claims-triage"
    assert model.attributes["version"] == Unresolved("7.1", "version 7.1 is written as a number; put it in quotes")
    assert model.attributes["owner"]["name"] == "Claims ML Platform"
    assert {"human_oversight", "intended_use"}.isdisjoint(model.attributes)
    assert artifact.attributes == {"path": "model.pt", "format": "pickle"}


def test_another_document_beside_a_release_is_not_lost_silently() -> None:
    text = "apiVersion: v1\nkind: Service\n---\napiVersion: releasegate/v1\nkind: ModelRelease\nmodel: {id: a}\n"
    parsed = parse(text, "all.yaml")
    assert [each.address for each in parsed.resources] == ["model.a[model-release]"]
    assert told(parsed) == [
        (1, "this is no ModelRelease, but stands in one file with it; put it into a file of its own")
    ]


def test_one_bad_document_does_not_cost_the_others() -> None:
    good = "apiVersion: releasegate/v1\nkind: ModelRelease\nmodel: {id: a}\n"
    parsed = parse(f"{good}---\nmodel: [\n---\n{good}", "all.yaml")
    assert [each.location.start_line for each in parsed.resources] == [1, 7]
    assert len(parsed.notifications) == 1


def test_the_schema_is_loaded_only_for_a_file_that_needs_it() -> None:
    script = (
        "import sys; from pathlib import Path; from scanner.core.resource import SourceFile;"
        "from scanner.parsers.interface import ParseContext; from scanner.parsers.model import MODEL;"
        "MODEL.parse([SourceFile('MLmodel', 'model', 'flavors: {}')], ParseContext(Path('/')));"
        "print('jsonschema' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"


def test_the_schema_helps_editors() -> None:
    path = FIXTURES.parents[2] / "policies" / "schemas" / "model-release.schema.json"
    schema = json.loads(path.read_text(encoding="utf-8"))

    def bare(node: Any, at: str) -> list[str]:
        found: list[str] = []
        for key, inner in (node.get("properties") or {}).items():
            if "$ref" not in inner and not {"title", "description"} <= inner.keys():
                found.append(f"{at}.{key}")
            found += bare(inner, f"{at}.{key}")
        return found

    places = {"": schema, **schema["$defs"]}
    assert [name for at, node in places.items() for name in bare(node, at)] == []
    assert all({"title", "description"} <= node.keys() for node in schema["$defs"].values())
