"""Signs the mended example release anew, after a change to its manifests: `python -m tests.sign_triage_model`.

Its weights are in a bucket and are not here, so that the signed digests are those that the manifests declare. Each run
makes a key of its own and keeps the public half alone: nobody can sign in the name of the example afterwards.
"""

import base64
import hashlib
import json
import tempfile
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import Any

import yaml
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from model_signing._hashing import hashing
from model_signing._signing import sign_ec_key, signing
from model_signing.manifest import FileManifestItem, Manifest, _FileSerialization

PROJECT = Path(__file__).resolve().parents[1] / "fixtures" / "projects" / "triage-model-fixed"
KEY = PROJECT / "keys" / "ki-plattform.pub"
IGNORED = ("model.sig", "model-release.yaml", "mlbom.cdx.json", "provenance.intoto.jsonl")
BUILDS = {"triage-risk": "triage-training", "befundbrief-summariser": "summary-training"}


def main() -> None:
    """Write the public key, and `model.sig` and `provenance.intoto.jsonl` of each model."""
    key = ec.generate_private_key(ec.SECP256R1())
    KEY.parent.mkdir(exist_ok=True)
    public = key.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    KEY.write_bytes(public)
    with tempfile.TemporaryDirectory() as folder:
        private = Path(folder) / "key.pem"
        encoding, form = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
        private.write_bytes(key.private_bytes(encoding, form, serialization.NoEncryption()))
        for name, repository in BUILDS.items():
            model = PROJECT / "model" / name
            release = yaml.safe_load((model / "model-release.yaml").read_text(encoding="utf-8"))["model"]
            _sign(model, release, private)
            statement = json.dumps(_provenance(release, repository), separators=(",", ":")).encode()
            (model / "provenance.intoto.jsonl").write_text(
                json.dumps(_envelope(statement, key)) + "\n", encoding="utf-8"
            )


def _sign(model: Path, release: dict[str, Any], private: Path) -> None:
    serialized = _FileSerialization("sha256", allow_symlinks=False, ignore_paths=[Path(name) for name in IGNORED])
    manifest = Manifest(model.name, _items(model, release), serialized)
    signature = sign_ec_key.Signer(private).sign(signing.Payload(manifest))
    signature.write(model / "model.sig")


def _items(model: Path, release: dict[str, Any]) -> Iterator[FileManifestItem]:
    """The files that lie here, and those in the bucket by their names below the model's place."""
    for file in sorted(model.iterdir()):
        if file.name not in IGNORED:
            yield _item(file.name, hashlib.sha256(file.read_bytes()).digest())
    for artifact in release["artifacts"]:
        uri: str = artifact["uri"]
        in_bucket, on_hub = uri.removeprefix(release["uri"]), uri.partition("/resolve/")[2].partition("/")[2]
        yield _item(on_hub or in_bucket, bytes.fromhex(artifact["digest"].removeprefix("sha256:")))


def _item(name: str, digest: bytes) -> FileManifestItem:
    return FileManifestItem(path=PurePosixPath(name), digest=hashing.Digest("sha256", digest))


def _provenance(release: dict[str, Any], repository: str) -> dict[str, Any]:
    """What the training pipeline would state: SLSA 1.0 provenance about every file of the model."""
    workflow = f"https://github.com/sankt-elmo/{repository}/.github/workflows/train.yml@refs/tags/v{release['version']}"
    return {
        "_type": "https://in-toto.io/Statement/v1",
        "subject": [
            {"name": each["uri"], "digest": {"sha256": each["digest"].removeprefix("sha256:")}}
            for each in release["artifacts"]
        ],
        "predicateType": "https://slsa.dev/provenance/v1",
        "predicate": {
            "buildDefinition": {
                "buildType": "https://actions.github.io/buildtypes/workflow/v1",
                "externalParameters": {"workflow": {"path": ".github/workflows/train.yml"}},
                "resolvedDependencies": [],
            },
            "runDetails": {"builder": {"id": workflow}},
        },
    }


def _envelope(statement: bytes, key: ec.EllipticCurvePrivateKey) -> dict[str, Any]:
    kind = b"application/vnd.in-toto+json"
    signed = b"DSSEv1 %d %b %d %b" % (len(kind), kind, len(statement), statement)
    signature = key.sign(signed, ec.ECDSA(hashes.SHA256()))
    return {
        "payloadType": kind.decode(),
        "payload": base64.b64encode(statement).decode(),
        "signatures": [{"sig": base64.b64encode(signature).decode()}],
    }


if __name__ == "__main__":
    main()
