import base64
import hashlib
import json
import shutil
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from scanner.config import Identity, ModelOptions
from scanner.core.resource import Parsed, Resource, SourceFile
from scanner.core.values import Unresolved
from scanner.parsers.interface import ParseContext
from scanner.parsers.model import MODEL
from scanner.parsers.model.signatures import claims_signature, folder, read_signature

FIXTURES = Path(__file__).parents[4] / "fixtures" / "parsers" / "model" / "signatures"
SIGNER, STRANGER, AUTHORITY = (FIXTURES / name for name in ("signer.pub", "stranger.pub", "ca.crt"))
TRUST = ModelOptions(trusted_keys=(SIGNER,), trusted_certificates=(AUTHORITY,))
SIGNED = ["README.md", "config.json", "model.safetensors"]


def read(root: Path, path: str, models: ModelOptions = TRUST) -> Parsed:
    file = SourceFile(path, "model", (root / path).read_text(encoding="utf-8"))
    return MODEL.parse([file], ParseContext(root, models=models))


def signature(root: Path, path: str = "model.sig", models: ModelOptions = TRUST) -> Resource:
    found = read(root, path, models)
    assert not found.notifications
    (one,) = [each for each in found.resources if each.type == "signature"]
    return one


def verdict(found: Resource) -> tuple[str, str]:
    return found.attributes["verification"], found.attributes.get("reason", "")


@pytest.fixture
def copied(tmp_path: Path) -> Callable[[str], Path]:
    def copy(name: str) -> Path:
        return shutil.copytree(FIXTURES / name, tmp_path / name)

    return copy


def rewritten(root: Path, change: Callable[[dict[str, Any], dict[str, Any]], object]) -> Path:
    """The bundle with what `change` makes of it and of its statement; its signature is left as it was."""
    path = root / "model.sig"
    bundle = json.loads(path.read_text())
    statement = json.loads(base64.b64decode(bundle["dsseEnvelope"]["payload"]))
    change(bundle, statement)
    if isinstance(bundle.get("dsseEnvelope"), dict) and "payload" in bundle["dsseEnvelope"]:
        bundle["dsseEnvelope"]["payload"] = base64.b64encode(json.dumps(statement).encode()).decode()
    path.write_text(json.dumps(bundle))
    return root


# --- What the real tool writes ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "algorithm", "parts"),
    [
        ("key", "sha256", 3),
        ("certificate", "sha256", 3),
        ("blake2", "blake2b", 3),
        ("blake3", "blake3", 3),
        ("shards", "sha256", 5),
        ("shards-blake2", "blake2b", 5),
        ("old", "sha256", 3),
    ],
)
def test_a_signature_is_verified_and_its_files_have_what_it_signs(name: str, algorithm: str, parts: int) -> None:
    root = FIXTURES / name
    parsed = read(root, "model.sig")
    assert not parsed.notifications
    found, *files = parsed.resources
    assert verdict(found) == ("trusted", "")
    assert found.attributes["is_current"] is (name != "old")
    assert {each["algorithm"] for each in found.attributes["files"]} == {algorithm}
    assert sorted({each["path"] for each in found.attributes["files"]}) == SIGNED
    assert len(found.attributes["files"]) == parts
    assert (found.attributes["unsigned"], found.attributes["symlinks"]) == ([], [])
    by_path = {each.attributes["path"]: each.attributes for each in files}
    assert sorted(by_path) == SIGNED
    for each in found.attributes["files"]:
        file = by_path[each["path"]]
        computed = {"sha256": file["digest"].removeprefix("sha256:"), **file.get("digests", {})}
        assert computed[each["compared_by"]] == each["digest"]


def test_who_signed_is_told() -> None:
    by_key = signature(FIXTURES / "key").attributes
    assert (by_key["kind"], by_key["logged"], by_key["media_type"]) == (
        "key",
        False,
        "application/vnd.dev.sigstore.bundle.v0.3+json",
    )
    assert by_key["key_hint"] == hashlib.sha256(SIGNER.read_bytes()).hexdigest()
    by_certificate = signature(FIXTURES / "certificate").attributes
    assert (by_certificate["kind"], by_certificate["identity"], by_certificate["issuer"]) == (
        "certificate",
        "ml-platform@example.com",
        "CN=Example CA",
    )


def test_the_digest_of_the_whole_model_is_that_of_all_digests() -> None:
    found = signature(FIXTURES / "key").attributes
    whole = hashlib.sha256(b"".join(bytes.fromhex(each["digest"]) for each in found["files"])).hexdigest()
    assert found["digest"] == f"sha256:{whole}"


def test_a_model_that_is_one_file_is_named_by_its_subject() -> None:
    parsed = read(FIXTURES / "one-file", "model.sig")
    assert [each["path"] for each in parsed.resources[0].attributes["files"]] == ["model.safetensors"]
    assert parsed.resources[1].attributes["path"] == "model.safetensors"


def test_the_bundle_may_lie_beside_the_folder() -> None:
    found = signature(FIXTURES / "elsewhere", "triage.sig").attributes
    assert found["root"] == "triage"
    assert [each["path"] for each in found["files"]] == [f"triage/{name}" for name in SIGNED]


def test_what_is_left_out_is_told() -> None:
    found = signature(FIXTURES / "left-out").attributes
    assert "README.md" in found["ignore_paths"]
    assert (found["ignored"], found["unsigned"]) == (["README.md"], [])


# --- Trust ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "models", "expected"),
    [
        ("key", ModelOptions(), ("not_verified", "nobody is trusted yet; name the signer with --trust-key")),
        ("key", ModelOptions(trusted_keys=(STRANGER,)), ("untrusted", "made with none of the trusted keys")),
        ("key", ModelOptions(trusted_keys=(STRANGER, SIGNER)), ("trusted", "")),
        ("key", ModelOptions(trusted_keys=(AUTHORITY,)), ("not_verified", "ca.crt: no public key")),
        ("key", ModelOptions(trusted_certificates=(AUTHORITY,)), ("untrusted", "signs by a bare key")),
        ("old", ModelOptions(trusted_keys=(STRANGER,)), ("untrusted", "made with none of the trusted keys")),
        ("certificate", ModelOptions(), ("not_verified", "--trust-certificate")),
        ("certificate", ModelOptions(trusted_keys=(SIGNER,)), ("untrusted", "signs by a certificate")),
        ("certificate", ModelOptions(trusted_certificates=(SIGNER,)), ("not_verified", "no certificate in PEM")),
    ],
)
def test_a_signature_counts_only_from_somebody_who_is_named(
    name: str, models: ModelOptions, expected: tuple[str, str]
) -> None:
    verification, reason = verdict(signature(FIXTURES / name, models=models))
    assert verification == expected[0]
    assert expected[1] in reason


def test_an_authority_that_nobody_named_vouches_for_nobody(copied: Callable[[str], Path], tmp_path: Path) -> None:
    certificate = tmp_path / "other.crt"
    certificate.write_text(_authority())
    models = ModelOptions(trusted_certificates=(certificate,))
    verification, reason = verdict(signature(copied("certificate"), models=models))
    assert verification == "untrusted"
    assert "no trusted certificate vouches for its signer" in reason


def _authority() -> str:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "Example CA")])
    builder = x509.CertificateBuilder(name, name, key.public_key(), 1)
    dated = builder.not_valid_before(datetime(2026, 1, 1, tzinfo=UTC)).not_valid_after(datetime(2046, 1, 1, tzinfo=UTC))
    signed = dated.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
    return signed.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM).decode()


@pytest.mark.parametrize("name", ["key", "certificate"])
def test_a_statement_that_was_changed_is_not_signed(name: str, copied: Callable[[str], Path]) -> None:
    def forge(_: dict[str, Any], statement: dict[str, Any]) -> None:
        resources = statement["predicate"]["resources"]
        resources[2]["digest"] = "00" * 32
        whole = hashlib.sha256(b"".join(bytes.fromhex(each["digest"]) for each in resources)).hexdigest()
        statement["subject"][0]["digest"]["sha256"] = whole

    verification, reason = verdict(signature(rewritten(copied(name), forge)))
    assert verification == "invalid"
    assert "has not signed this statement" in reason


def test_a_statement_that_contradicts_itself_counts_for_nothing(copied: Callable[[str], Path]) -> None:
    def change(_: dict[str, Any], statement: dict[str, Any]) -> None:
        statement["predicate"]["resources"][0]["digest"] = "00" * 32

    verification, reason = verdict(signature(rewritten(copied("key"), change)))
    assert (verification, reason) == ("invalid", "its subject is not the digest of the digests that it lists")


@pytest.mark.parametrize(
    ("name", "change", "reason"),
    [
        ("shards", lambda each: each[1].update(name="config.json:5:20"), "the parts of config.json do not follow"),
        ("key", lambda each: each[1].update(name=each[0]["name"]), "it lists README.md twice"),
        ("key", list.clear, "it covers no file"),
    ],
)
def test_every_byte_is_signed_once(
    name: str, change: Callable[[Any], object], reason: str, copied: Callable[[str], Path]
) -> None:
    root = rewritten(copied(name), lambda _, statement: change(statement["predicate"]["resources"]))
    found = verdict(signature(root))
    assert found[0] == "invalid"
    assert reason in found[1]


# --- Identities -------------------------------------------------------------------------------------

BY_IDENTITY = ModelOptions(trusted_identities=(Identity("ml-platform@example.com", "https://issuer.example.com"),))


def by_identity(bundle: dict[str, Any], _: dict[str, Any]) -> None:
    """The signer's certificate in the place where Sigstore puts one of its own."""
    chain = bundle["verificationMaterial"].pop("x509CertificateChain")
    bundle["verificationMaterial"]["certificate"] = chain["certificates"][0]


@pytest.mark.parametrize(
    ("models", "expected"),
    [
        (ModelOptions(), ("not_verified", "--trust-identity and --trust-root")),
        (BY_IDENTITY, ("not_verified", "identities are verified against --trust-root")),
        (ModelOptions(trusted_keys=(SIGNER,)), ("untrusted", "signs by an identity of Sigstore")),
    ],
)
def test_an_identity_needs_a_name_and_a_root(
    models: ModelOptions, expected: tuple[str, str], copied: Callable[[str], Path]
) -> None:
    found = signature(rewritten(copied("certificate"), by_identity), models=models)
    assert (found.attributes["kind"], found.attributes["identity"]) == ("identity", "ml-platform@example.com")
    assert found.attributes["verification"] == expected[0]
    assert expected[1] in found.attributes["reason"]


def test_a_root_that_is_none_is_told(copied: Callable[[str], Path], tmp_path: Path) -> None:
    root = tmp_path / "trusted_root.json"
    root.write_text("{}")
    models = ModelOptions(trusted_identities=BY_IDENTITY.trusted_identities, trust_root=root)
    found = verdict(signature(rewritten(copied("certificate"), by_identity), models=models))
    assert found[0] == "not_verified"
    assert "no trusted_root.json of Sigstore" in found[1]


def test_a_certificate_that_is_none_makes_the_signature_invalid(copied: Callable[[str], Path]) -> None:
    def change(bundle: dict[str, Any], _: dict[str, Any]) -> None:
        bundle["verificationMaterial"]["x509CertificateChain"]["certificates"][0]["rawBytes"] = "AAAA"

    found = verdict(signature(rewritten(copied("certificate"), change)))
    assert found[0] == "invalid"
    assert "its certificate cannot be read" in found[1]


# --- The signed folder ------------------------------------------------------------------------------


def test_every_file_of_the_folder_that_is_not_signed_is_found(copied: Callable[[str], Path]) -> None:
    root = copied("key")
    for name in (".hidden", "code/modeling_x.py", ".github/workflow.yml", ".git/config", "provenance.intoto.jsonl"):
        (root / name).parent.mkdir(exist_ok=True)
        (root / name).write_text("x")
    parsed = read(root, "model.sig")
    assert parsed.resources[0].attributes["unsigned"] == [".hidden", "code/modeling_x.py"]
    assert {"model_file..hidden", "model_file.code/modeling_x.py"} <= {each.address for each in parsed.resources}


def test_a_link_that_is_not_allowed_is_found(copied: Callable[[str], Path]) -> None:
    root = copied("key")
    (root / "config.json").unlink()
    (root / "config.json").symlink_to("README.md")
    (root / "more").symlink_to("/etc")
    assert signature(root).attributes["symlinks"] == ["config.json", "more"]


def test_a_folder_with_too_many_files_is_not_known(
    copied: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(folder, "_MOST_FILES", 2)
    found = signature(copied("key")).attributes["unsigned"]
    assert isinstance(found, Unresolved)
    assert "too many files" in found.reason


@pytest.mark.parametrize("name", ["../secret", "/etc/passwd", "a/../../secret"])
def test_no_signed_name_leads_out_of_the_folder(name: str, copied: Callable[[str], Path]) -> None:
    def change(_: dict[str, Any], statement: dict[str, Any]) -> None:
        statement["predicate"]["resources"][0]["name"] = name

    found = signature(rewritten(copied("key"), change)).attributes["files"][0]
    assert "path" not in found


def test_an_algorithm_that_is_not_computed_here_is_marked(copied: Callable[[str], Path]) -> None:
    def change(_: dict[str, Any], statement: dict[str, Any]) -> None:
        statement["predicate"]["resources"][0]["algorithm"] = "md5"

    files = signature(rewritten(copied("key"), change)).attributes["files"]
    assert ["compared_by" in each for each in files] == [False, True, True]


# --- Bundles that cannot be read --------------------------------------------------------------------


def without_payload(bundle: dict[str, Any], _: dict[str, Any]) -> None:
    del bundle["dsseEnvelope"]["payload"]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda bundle, _: bundle.pop("dsseEnvelope"), "has a dsseEnvelope and its verificationMaterial"),
        (without_payload, "payload must be base64 text"),
        (lambda bundle, _: bundle["dsseEnvelope"].update(payloadType="text/plain"), "the payload is text/plain"),
        (lambda bundle, _: bundle.update(verificationMaterial={}), "neither a key nor a certificate says who signed"),
        (lambda _, statement: statement.update(_type="x"), "no in-toto statement"),
        (lambda _, statement: statement.update(predicateType="https://x.example"), "is about https://x.example"),
        (lambda _, statement: statement["subject"].append({}), "has 2 subjects"),
        (lambda _, statement: statement["predicate"].update(resources=[{}]), "needs a name, an algorithm and a digest"),
        (lambda _, statement: statement["predicate"]["serialization"].update(method="x"), "put in order by x"),
        (lambda _, statement: statement["predicate"]["serialization"].update(method="shards"), "is no part of a file"),
        (lambda _, statement: statement["predicate"]["resources"][0].update(digest="xy"), "is not hexadecimal"),
    ],
)
def test_a_bundle_that_cannot_be_read_is_an_error(
    change: Callable[[Any, Any], object], message: str, copied: Callable[[str], Path]
) -> None:
    root = rewritten(copied("key"), change)
    file = SourceFile("model.sig", "model", (root / "model.sig").read_text())
    (note,) = read_signature(file, ParseContext(root)).notifications
    assert note.message.startswith("this model signature cannot be read: ")
    assert message in note.message
    assert note.location is not None
    assert note.location.path == "model.sig"


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ('{"mediaType": "x",\n', 1, "not JSON"),
        ('{"a": 1,\n "a": 2}', 2, "a is written twice"),
        ("{}\n{}", 1, "not one JSON object"),
    ],
)
def test_text_that_is_no_bundle_names_its_line(text: str, line: int, message: str, tmp_path: Path) -> None:
    parsed = MODEL.parse([SourceFile("model.sig", "model", text)], ParseContext(tmp_path))
    (note,) = parsed.notifications
    assert message in note.message
    assert note.location is not None
    assert (note.location.path, note.location.start_line >= line) == ("model.sig", True)


def test_findings_point_into_the_bundle(copied: Callable[[str], Path]) -> None:
    root = copied("key")
    bundle = json.loads((root / "model.sig").read_text())
    (root / "model.sig").write_text(json.dumps(bundle, indent=2))
    lines = (root / "model.sig").read_text().splitlines()
    found = signature(root)
    assert '"payload"' in lines[found.locate(("files", 0, "digest")).start_line - 1]
    assert '"verificationMaterial"' in lines[found.locate(("verification",)).start_line - 1]


@pytest.mark.parametrize("name", ["model.sig", "weights.sigstore.json", "folder/x.json"])
def test_a_bundle_is_known_by_what_it_states(name: str) -> None:
    assert claims_signature(name, (FIXTURES / "key" / "model.sig").read_bytes()[: 64 << 10])
    assert claims_signature(name, (FIXTURES / "old" / "model.sig").read_bytes()[: 64 << 10])


def test_other_files_are_no_model_signatures() -> None:
    provenance = base64.b64encode(b'{"predicateType": "https://slsa.dev/provenance/v1"}').decode()
    bundle = '{"mediaType": "application/vnd.dev.sigstore.bundle.v0.3+json", "dsseEnvelope": {"payload": "%s"}}'
    assert not claims_signature("x.sigstore.json", (bundle % provenance).encode())
    assert not claims_signature("model.sig", (bundle % provenance).encode())
    assert not claims_signature("model.sig", b"\x89\x01\x33\x04")
    assert not claims_signature("model.json", b'{"a": 1}')
