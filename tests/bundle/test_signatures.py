"""A signature holds for exactly the files it lists, made with a trusted key by an algorithm that the key is for."""

import base64
import hashlib
import hmac
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import jwt
import pytest

from scanner.bundle import load_bundle
from scanner.bundle.errors import BundleError
from scanner.bundle.keys import ALGORITHMS, private_key, public_key
from scanner.bundle.layout import open_source
from scanner.bundle.signatures import Claims, Trust, signed, verified
from scanner.config import UsageError
from tests.bundle.archives import bundle, folder, module, policy
from tests.bundle.key_files import KEY_OF, KINDS, write, write_all

OPA = Path(__file__).parents[2] / "fixtures" / "bundles" / "opa"
FILES = {
    ".manifest": b'{"roots": ["acme"]}',
    "acme/data.json": b'{"b": 1.50, "a": [true]}',
    "acme/rules.rego": module("acme.rules").encode(),
}


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_all(tmp_path_factory.mktemp("keys"))


def sign(keys: Path, algorithm: str = "ES256", files: Mapping[str, bytes] = FILES, **claims: str) -> dict[str, bytes]:
    content = signed(files, private_key(keys / f"{KEY_OF[algorithm]}.pem", algorithm), Claims(**claims))
    return {**files, ".signatures.json": content}


def trust(keys: Path, *algorithms: str, **wanted: str) -> Trust:
    found = [
        public_key(keys / f"{KEY_OF[each]}.pub", each if each.startswith("HS") else None)
        for each in algorithms or ["ES256"]
    ]
    return Trust(tuple(found), **wanted)


def token_of(files: Mapping[str, bytes]) -> str:
    return str(json.loads(files[".signatures.json"])["signatures"][0])


def payload_of(files: Mapping[str, bytes]) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(_decoded(token_of(files).split(".")[1]))
    return found


def _decoded(part: str) -> bytes:
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))


def _encoded(value: object) -> str:
    content = value if isinstance(value, bytes) else json.dumps(value).encode()
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def with_token(files: Mapping[str, bytes], token: str, **more: object) -> dict[str, bytes]:
    return {**files, ".signatures.json": json.dumps({"signatures": [token], **more}).encode()}


def refusal(files: Mapping[str, bytes], trusted: Trust) -> str:
    with pytest.raises(BundleError) as error:
        verified("bundle", files, trusted)
    return str(error.value)


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_every_algorithm_signs_and_checks(algorithm: str, keys: Path) -> None:
    files = sign(keys, algorithm, key_id="k1", scope="write", issuer="acme")
    found = verified("bundle", files, trust(keys, algorithm, scope="write", key_id="k1"))
    assert (found.algorithm, found.key_id, found.scope, found.issuer) == (algorithm, "k1", "write", "acme")
    assert found.files == len(FILES)


@pytest.mark.parametrize("algorithm", [each for each in ALGORITHMS if not each.startswith("PS")])
def test_the_same_files_get_the_same_signature(algorithm: str, keys: Path) -> None:
    assert sign(keys, algorithm) == sign(keys, algorithm)


def test_the_token_is_what_opa_writes(keys: Path) -> None:
    files = sign(keys, key_id="k1")
    header = json.loads(_decoded(token_of(files).split(".")[0]))
    assert header == {"alg": "ES256", "kid": "k1", "typ": "JWT"}
    rules = hashlib.sha256(FILES["acme/rules.rego"]).hexdigest()
    data = hashlib.sha256(b'{"a":[true],"b":1.50}').hexdigest()
    manifest = hashlib.sha256(b'{"roots":["acme"]}').hexdigest()
    assert payload_of(files) == {
        "files": [
            {"name": ".manifest", "hash": manifest, "algorithm": "SHA-256"},
            {"name": "acme/data.json", "hash": data, "algorithm": "SHA-256"},
            {"name": "acme/rules.rego", "hash": rules, "algorithm": "SHA-256"},
        ],
        "keyid": "k1",
    }


@pytest.mark.parametrize(("algorithm", "key"), [("RS256", "rsa"), ("PS512", "rsa"), ("ES256", "ec"), ("EdDSA", "ed")])
def test_archives_that_opa_built_and_signed(algorithm: str, key: str) -> None:
    opened = open_source(OPA / f"{algorithm}.tar.gz", Trust((public_key(OPA / f"{key}.pem"),), key_id="release"))
    assert opened.signature is not None
    assert (opened.signature.algorithm, opened.signature.files) == (algorithm, 3)
    assert opened.manifest is not None
    assert (opened.manifest.roots, opened.manifest.revision) == (("acme/rules",), "r1")


def test_a_folder_that_opa_signed() -> None:
    trusted = Trust((public_key(OPA / "rsa.pem"),), scope="write", key_id="release")
    opened = open_source(OPA / "folder", trusted)
    assert opened.signature is not None
    assert (opened.signature.issuer, opened.signature.files) == ("acme", 5)


def test_a_folder_that_was_signed_from_above(keys: Path, tmp_path: Path) -> None:
    """`opa sign -b folder` writes the name of the folder before every path."""
    key = private_key(keys / "p256.pem", "ES256")
    listed = payload_of({".signatures.json": signed(FILES, key, Claims())})["files"]
    for entry in listed:
        entry["name"] = f"p/{entry['name']}"
    token = jwt.PyJWS().encode(json.dumps({"files": listed}).encode(), key.value, "ES256")
    path = folder(tmp_path / "p", with_token(FILES, token))
    opened = open_source(path, trust(keys))
    assert opened.signature is not None
    assert opened.signature.files == 3
    assert "lists 'p/.manifest', which is not in the bundle" in refusal(with_token(FILES, token), trust(keys))


CHANGED: dict[str, tuple[Callable[[dict[str, bytes]], Any], str]] = {
    "module": (
        lambda files: files.update({"acme/rules.rego": files["acme/rules.rego"] + b"\n"}),
        "bundle/acme/rules.rego:1:1: is not what was signed",
    ),
    "data": (
        lambda files: files.update({"acme/data.json": b'{"b": 1.5, "a": [true]}'}),
        "acme/data.json:1:1: is not what",
    ),
    "manifest": (
        lambda files: files.update({".manifest": b'{"roots": [""]}'}),
        ".manifest:1:1: is not what was signed",
    ),
    "more": (lambda files: files.update({"more.rego": b""}), "bundle/more.rego:1:1: is not in the signature"),
    "other-case": (
        lambda files: files.update({"ACME/rules.rego": files.pop("acme/rules.rego")}),
        "lists 'acme/rules.rego', which is not in the bundle",
    ),
    "less": (lambda files: files.pop("acme/rules.rego"), "lists 'acme/rules.rego', which is not in the bundle"),
    "unsigned": (lambda files: files.pop(".signatures.json"), "is not signed: it has no .signatures.json"),
}


@pytest.mark.parametrize("kind", CHANGED)
def test_a_changed_bundle_is_refused(kind: str, keys: Path) -> None:
    change, message = CHANGED[kind]
    files = sign(keys)
    change(files)
    assert message in refusal(files, trust(keys))


def test_data_may_be_laid_out_anew(keys: Path) -> None:
    """OPA hashes what data say, so that blanks and the order of keys do not matter."""
    files = {**sign(keys), "acme/data.json": b'{\n "a": [true],\n "b": 1.50\n}\n'}
    assert verified("bundle", files, trust(keys)).files == 3


def test_another_key_does_not_do(keys: Path, tmp_path: Path) -> None:
    others = write_all(tmp_path)
    for algorithm in ALGORITHMS:
        if KEY_OF[algorithm] != "secret":
            assert "the signature does not hold" in refusal(sign(keys, algorithm), trust(others, algorithm))


def test_one_of_several_keys_suffices(keys: Path, tmp_path: Path) -> None:
    others = write_all(tmp_path)
    both = Trust((*trust(others, "RS256", "ES256").keys, *trust(keys).keys))
    assert verified("bundle", sign(keys), both).key == "p256.pub"
    assert "did not make it, or it was changed since" in refusal(sign(keys), trust(others))


def test_no_algorithm_is_none(keys: Path) -> None:
    files = sign(keys)
    for name in ("none", "None", "NONE", ""):
        token = f"{_encoded({'alg': name, 'typ': 'JWT'})}.{token_of(files).split('.')[1]}."
        assert "the signature does not hold" in refusal(
            with_token(files, token), trust(keys, "RS256", "ES256", "EdDSA")
        )


@pytest.mark.parametrize("algorithm", ["HS256", "HS384", "HS512"])
def test_a_public_key_is_no_secret(algorithm: str, keys: Path) -> None:
    """Whoever has the public key must not be able to sign with it, by calling it a secret."""
    files = sign(keys, "RS256")
    hashed = {"HS256": "sha256", "HS384": "sha384", "HS512": "sha512"}[algorithm]
    text = f"{_encoded({'alg': algorithm, 'typ': 'JWT'})}.{token_of(files).split('.')[1]}"
    made = hmac.new((keys / "rsa.pub").read_bytes(), text.encode(), hashed).digest()
    assert "The specified alg value is not allowed" in refusal(
        with_token(files, f"{text}.{_encoded(made)}"), trust(keys, "RS256")
    )
    with pytest.raises(UsageError, match="which is no secret"):
        public_key(keys / "rsa.pub", algorithm)


def test_the_token_does_not_bring_its_own_key(keys: Path, tmp_path: Path) -> None:
    write(tmp_path, "evil", KINDS["p256"]())
    evil = private_key(tmp_path / "evil.pem", "ES256")
    jwk = json.loads(jwt.algorithms.ECAlgorithm.to_jwk(evil.value.public_key()))
    token = jwt.PyJWS().encode(
        json.dumps(payload_of(sign(keys))).encode(), evil.value, "ES256", {"jwk": jwk, "kid": "p256.pub"}
    )
    assert "the signature does not hold" in refusal(with_token(FILES, token), trust(keys))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"files": []}, "is signed, but lists no files"),
        ({"files": None}, "is signed, but lists no files"),
        ({"files": "all"}, "is signed, but lists no files"),
        ({"files": [{"name": "a"}]}, "lists a file without its name, hash and algorithm"),
        ({"files": [1]}, "lists a file without its name, hash and algorithm"),
        ({"files": [{"name": "a", "hash": "x", "algorithm": "MD5"}]}, "hashes 'a' by 'MD5': expected SHA-224"),
        ({"files": [{"name": "a", "hash": "x", "algorithm": "SHA-1"}]}, "hashes 'a' by 'SHA-1'"),
        ({"files": [{"name": "a", "hash": "x", "algorithm": "SHA-256"}] * 2}, "lists 'a' twice"),
        ({"scope": "read"}, "is for the scope 'read', not ''"),
        ({"scope": 1}, "says scope, but not as a text"),
        ({"keyid": "other"}, "names two keys"),
    ],
)
def test_what_a_signature_says_has_to_be_right(change: Mapping[str, Any], message: str, keys: Path) -> None:
    key = private_key(keys / "p256.pem", "ES256")
    payload = {**payload_of(sign(keys, key_id="k1")), **change}
    token = jwt.PyJWS().encode(json.dumps(payload).encode(), key.value, "ES256", {"kid": "k1"})
    assert message in refusal(with_token(FILES, token), trust(keys))


def test_scope_and_key_have_to_be_those_asked_for(keys: Path) -> None:
    files = sign(keys, scope="write", key_id="k1")
    assert "is for the scope 'write', not ''" in refusal(files, trust(keys))
    assert "is for the scope 'write', not 'read'" in refusal(files, trust(keys, scope="read"))
    assert "names the key 'k1', not 'k2'" in refusal(files, trust(keys, scope="write", key_id="k2"))
    assert "names the key '', not 'k1'" in refusal(sign(keys), trust(keys, key_id="k1"))


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"[]",
        b"{}",
        b'{"signatures": []}',
        b'{"signatures": ["a.b.c", "d.e.f"]}',
        b'{"signatures": [1]}',
        b'{"signatures": "a.b.c"}',
        b"\xff",
        b"[" * 100_000,
        b'{"signatures": ["' + b"a" * (5 << 20) + b'"]}',
    ],
)
def test_what_is_no_signature_file_is_refused(content: bytes, keys: Path) -> None:
    assert "is not what OPA writes" in refusal({**FILES, ".signatures.json": content}, trust(keys))


@pytest.mark.parametrize(
    "token", ["", "a", "a.b", "a.b.c", "..", "\u00e9.\u00e9.\u00e9", "e30.e30.e30", "bnVsbA.e30.e30"]
)
def test_what_is_no_token_is_refused(token: str, keys: Path) -> None:
    assert "the signature does not hold" in refusal(with_token(FILES, token), trust(keys))


def test_a_plugin_is_not_trusted_to_have_checked(keys: Path) -> None:
    files = sign(keys)
    assert verified("bundle", with_token(files, token_of(files), plugin="_default"), trust(keys)).files == 3
    assert "by the plugin 'mine', which is not here" in refusal(
        with_token(files, token_of(files), plugin="mine"), trust(keys)
    )


def test_no_key_trusts_nothing(keys: Path) -> None:
    assert "no key was given" in refusal(sign(keys), Trust(()))


def test_nothing_of_a_wrongly_signed_bundle_is_loaded(keys: Path, tmp_path: Path) -> None:
    shipped = folder(tmp_path / "shipped", {"TST-001.yaml": policy()})
    files = sign(keys, files={"TST-002.yaml": policy("TST-002").encode()})
    good = bundle(tmp_path / "good.tar.gz", files)
    loaded = load_bundle([shipped, good], {}, trust=trust(keys))
    assert [each.id for each in loaded.policies] == ["TST-001", "TST-002"]
    assert loaded.notifications == ()

    bad = bundle(tmp_path / "bad.tar.gz", {**files, "TST-003.yaml": policy("TST-003")})
    with pytest.raises(BundleError, match="is not in the signature"):
        load_bundle([shipped, bad], {}, trust=trust(keys))
    with pytest.raises(BundleError, match="is not signed"):
        load_bundle([shipped, folder(tmp_path / "house", {"a.yaml": policy()})], {}, trust=trust(keys))
    (note,) = load_bundle([shipped, good], {}).notifications
    assert (note.level, note.message) == ("note", "is signed, but no key was given to check it by (--policy-key)")
