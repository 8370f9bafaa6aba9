"""A model that is not what was signed blocks its release: end to end, by one clear finding each."""

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import model_signing
import numpy as np
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from safetensors.numpy import save_file

from tests import command

COMMAND = Path(sys.executable).parent / "releasegate"
PASSED, BLOCKED = 0, 1
SHARDS = ("model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors")
RELEASE = """\
apiVersion: releasegate/v1
kind: ModelRelease
model:
  id: triage
  version: "1.0.0"
"""
CARD = """\
---
library_name: transformers
pipeline_tag: text-classification
---
# triage

Sorts letters by how soon they must be read.
"""

PROOFS = "SIG-001,SIG-002,SIG-003,SIG-004,SIG-005,SIG-006,PRV-008,SER-001,SER-002,SER-003,SER-009"
"""What says that the files are those that were signed, and that loading them runs nothing."""

Finding = tuple[str, str, str, str]


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("keys")
    for name in ("signer", "stranger"):
        key = ec.generate_private_key(ec.SECP256R1())
        private = key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        public = key.public_key().public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        )
        (folder / f"{name}.pem").write_bytes(private)
        (folder / f"{name}.pub").write_bytes(public)
    return folder


def sign(model: Path, key: Path) -> None:
    signature = model / "model.sig"
    hashing, signing = model_signing.hashing.Config(), model_signing.signing.Config()  # type: ignore[no-untyped-call]
    config = hashing.set_ignored_paths(paths=[signature.name])
    signing.use_elliptic_key_signer(private_key=key).set_hashing_config(config).sign(model, signature)


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory, keys: Path) -> Path:
    """A released model in two shards, signed as a whole."""
    root = tmp_path_factory.mktemp("project")
    model = root / "model"
    model.mkdir()
    for number, name in enumerate(SHARDS):
        save_file({f"layer{number}": np.arange(number, number + 64, dtype=np.float32)}, model / name)
    index = {"metadata": {"total_size": 512}, "weight_map": {f"layer{i}": name for i, name in enumerate(SHARDS)}}
    (model / "model.safetensors.index.json").write_text(json.dumps(index))
    (model / "config.json").write_text('{"model_type": "bert"}')
    (model / "README.md").write_text(CARD)
    (model / "model-release.yaml").write_text(RELEASE)
    sign(model, keys / "signer.pem")
    return root


def scan(project: Path, keys: Path, *arguments: str, for_real: bool = False) -> tuple[int, dict[str, Any]]:
    report = project.parent / f"{project.name}.json"
    trusted = ("--trust-key", str(keys / "signer.pub"))
    given = ("scan", str(project), *trusted, "-f", "json", "-o", str(report), *arguments, "--quiet")
    real = partial(subprocess.run, capture_output=True, text=True, check=False, timeout=300)
    done = real([COMMAND, *given]) if for_real else command.run(*given)
    assert "Traceback" not in done.stderr
    result: dict[str, Any] = json.loads(report.read_text())
    return done.returncode, result


def blocking(result: dict[str, Any]) -> set[Finding]:
    """What blocks, and what is not known: policy, status, file and message."""
    return {
        (each["policy"], each["status"], each["location"]["path"], each["message"])
        for each in result["findings"]
        if each["status"] != "pass" and each["severity"] in ("high", "critical")
    }


@pytest.fixture(scope="module")
def before(project: Path, keys: Path) -> set[Finding]:
    """What the gate has to say of the untouched project; of its integrity it has nothing to say."""
    code, _ = scan(project, keys, "--check", PROOFS, for_real=True)
    assert code == PASSED
    _, result = scan(project, keys)
    found = blocking(result)
    passed = {each["policy"] for each in result["findings"] if each["status"] == "pass"}
    assert {"SIG-001", "SIG-002", "SIG-003", "SIG-004", "SIG-005", "SIG-006"} <= passed
    assert not [each for each in found if each[0].startswith(("SIG-", "PRV-008", "SER-"))]
    return found


def tamper(model: Path, _: Path) -> None:
    content = bytearray((model / SHARDS[1]).read_bytes())
    content[-1] ^= 1
    (model / SHARDS[1]).write_bytes(bytes(content))


def swap(model: Path, _: Path) -> None:
    """The second shard of another training run: well-formed, with the same tensors and the same size."""
    save_file({"layer1": np.arange(7, 71, dtype=np.float32)}, model / SHARDS[1])


def strip(model: Path, _: Path) -> None:
    (model / "model.sig").unlink()


def usurp(model: Path, keys: Path) -> None:
    """Somebody changes a weight and signs everything again with a key of their own."""
    tamper(model, keys)
    (model / "model.sig").unlink()
    sign(model, keys / "stranger.pem")


def forge(model: Path, keys: Path) -> None:
    """The statement of a stranger under the name of the trusted key."""
    hint = json.loads((model / "model.sig").read_text())["verificationMaterial"]
    usurp(model, keys)
    bundle = json.loads((model / "model.sig").read_text())
    (model / "model.sig").write_text(json.dumps({**bundle, "verificationMaterial": hint}))


def add(model: Path, _: Path) -> None:
    (model / "modeling_triage.py").write_text("import os\n")


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (tamper, ("SIG-002", "model/model.sig", f"model/model.sig does not match {SHARDS[1]}: it signs sha256:")),
        (swap, ("SIG-002", "model/model.sig", f"model/model.sig does not match {SHARDS[1]}: it signs sha256:")),
        (
            strip,
            ("SIG-001", "model/model-release.yaml", "has no signature: no model.sig covers model/model-00001-of-00002"),
        ),
        (usurp, ("SIG-005", "model/model.sig", "who is not trusted: it is made with none of the trusted keys")),
        (forge, ("SIG-002", "model/model.sig", "is no valid signature: it names a trusted key")),
        (add, ("SIG-004", "model/model.sig", "model/modeling_triage.py is not signed")),
    ],
)
def test_one_clear_finding_blocks_the_release(
    change: Callable[[Path, Path], None],
    expected: tuple[str, str, str],
    project: Path,
    keys: Path,
    before: set[Finding],
    tmp_path: Path,
) -> None:
    changed = shutil.copytree(project, tmp_path / "project")
    change(changed / "model", keys)
    code, _ = scan(changed, keys, "--check", PROOFS)
    assert code == BLOCKED
    _, result = scan(changed, keys)
    (found,) = blocking(result) - before
    policy, file, said = expected
    assert found[:3] == (policy, "fail", file)
    assert said in found[3]


def test_a_pickle_under_another_name_blocks_the_release(
    project: Path, keys: Path, before: set[Finding], tmp_path: Path
) -> None:
    """Nobody has signed the folder beside the model, and nothing there is called a pickle."""
    changed = shutil.copytree(project, tmp_path / "project")
    (changed / "adapter").mkdir()
    (changed / "adapter" / "adapter_model.safetensors").write_bytes(b"cposix\nsystem\n(S'id'\ntR.")
    code, _ = scan(changed, keys, "--check", PROOFS)
    assert code == BLOCKED
    _, result = scan(changed, keys)
    found = sorted(blocking(result) - before)
    assert [(each[0], each[1], each[2]) for each in found] == [
        ("SER-001", "fail", "adapter/adapter_model.safetensors"),
        ("SER-002", "fail", "adapter/adapter_model.safetensors"),
    ]
    critical = [each for each in result["findings"] if each["severity"] == "critical" and each["status"] == "fail"]
    assert [each["policy"] for each in critical] == ["SER-002"]
    assert "runs code when it is loaded: it imports posix.system" in critical[0]["message"]


def test_both_ends_of_a_mismatch_are_named(project: Path, keys: Path, tmp_path: Path) -> None:
    changed = shutil.copytree(project, tmp_path / "project")
    tamper(changed / "model", keys)
    _, result = scan(changed, keys, "--check", "SIG-002")
    (found,) = result["findings"]
    assert (found["location"]["path"], found["location"]["start_line"]) == ("model/model.sig", 1)
    (related,) = found["related_locations"]
    assert (related["location"]["path"], related["location"]["start_line"]) == (f"model/{SHARDS[1]}", 1)


def test_a_declared_digest_is_held_against_the_file(project: Path, keys: Path, tmp_path: Path) -> None:
    changed = shutil.copytree(project, tmp_path / "project")
    declared = f"  artifacts:\n    - {{path: {SHARDS[0]}, digest: 'sha256:{'0' * 64}'}}\n"
    (changed / "model" / "model-release.yaml").write_text(RELEASE + declared)
    code, result = scan(changed, keys, "--check", "PRV-008")
    assert code == BLOCKED
    (found,) = result["findings"]
    assert (found["location"]["path"], found["location"]["start_line"]) == ("model/model-release.yaml", 7)
    assert [each["location"]["path"] for each in found["related_locations"]] == [f"model/{SHARDS[0]}"]


def test_without_looking_at_the_files_nothing_is_said_of_them(project: Path, keys: Path, tmp_path: Path) -> None:
    changed = shutil.copytree(project, tmp_path / "project")
    tamper(changed / "model", keys)
    _, result = scan(changed, keys, "--no-artifacts")
    assert not [each for each in result["findings"] if each["policy"] in ("SIG-002", "PRV-008")]
    assert [each["status"] for each in result["findings"] if each["policy"] == "SIG-005"] == ["pass"]
