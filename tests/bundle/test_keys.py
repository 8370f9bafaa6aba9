"""What is in a key file decides which algorithms it is good for."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import dsa, ec, rsa, x25519
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    PrivateFormat,
    load_pem_private_key,
)

from scanner.bundle.keys import private_key, public_key
from scanner.config import UsageError
from tests.bundle.key_files import KEY_OF, write, write_all


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_all(tmp_path_factory.mktemp("keys"))


def test_a_key_is_for_its_own_algorithms(keys: Path) -> None:
    assert public_key(keys / "rsa.pub").algorithms == ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512")
    assert public_key(keys / "p384.pub").algorithms == ("ES384",)
    assert public_key(keys / "ed25519.pub").algorithms == ("EdDSA",)
    assert public_key(keys / "rsa.pub", "PS256").algorithms == ("PS256",)
    assert public_key(keys / "secret.pub", "HS512").algorithms == ("HS512",)
    for algorithm, name in KEY_OF.items():
        assert private_key(keys / f"{name}.pem", algorithm).algorithm == algorithm


def test_a_certificate_stands_for_its_key(keys: Path, tmp_path: Path) -> None:
    key = load_pem_private_key((keys / "p256.pem").read_bytes(), None)
    assert isinstance(key, ec.EllipticCurvePrivateKey)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "acme")])
    day = datetime(2026, 1, 1, tzinfo=UTC)
    builder = x509.CertificateBuilder(name, name, key.public_key(), 1, day, day + timedelta(days=1))
    file = tmp_path / "acme.crt"
    file.write_bytes(builder.sign(key, hashes.SHA256()).public_bytes(Encoding.PEM))
    assert public_key(file).algorithms == ("ES256",)


def test_what_is_no_fitting_key_is_refused(keys: Path, tmp_path: Path) -> None:
    write(tmp_path, "small", rsa.generate_private_key(65537, 1024))  # noqa: S505 - it has to be refused
    write(tmp_path, "koblitz", ec.generate_private_key(ec.SECP256K1()))
    write(tmp_path, "dsa", dsa.generate_private_key(2048))
    write(tmp_path, "x25519", x25519.X25519PrivateKey.generate())
    (tmp_path / "short").write_bytes(b"hunter2")
    (tmp_path / "text").write_text("-----BEGIN PUBLIC KEY-----\nno\n-----END PUBLIC KEY-----\n")
    locked = load_pem_private_key((keys / "p256.pem").read_bytes(), None)
    encrypted = BestAvailableEncryption(b"password")
    (tmp_path / "locked").write_bytes(locked.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, encrypted))

    for file, algorithm, message in (
        (keys / "rsa.pem", None, "holds a private key"),
        (keys / "p256.pub", "ES384", "is for ES256, not for ES384"),
        (keys / "rsa.pub", "HS256", "which is no secret"),
        (keys / "secret.pub", None, "a secret needs its algorithm"),
        (keys / "none.pub", None, "cannot be read: No such file"),
        (keys / "rsa.pub", "rs256", "unknown algorithm 'rs256'"),
        (keys / "rsa.pub", "none", "unknown algorithm 'none'"),
        (tmp_path / "small.pub", None, "has 1024 bits; 2048 are the least"),
        (tmp_path / "koblitz.pub", None, "is not used for bundles"),
        (tmp_path / "dsa.pub", None, "is not used for bundles"),
        (tmp_path / "x25519.pub", None, "is not used for bundles"),
        (tmp_path / "short", "HS256", "shorter than the 32 bytes that HS256 needs"),
        (tmp_path / "text", None, "holds no public key"),
    ):
        with pytest.raises(UsageError) as error:
            public_key(file, algorithm)
        assert message in str(error.value)
    for file, algorithm, message in (
        (keys / "rsa.pub", "RS256", "holds no private key"),
        (keys / "p256.pem", "RS256", "is for ES256, not for RS256"),
        (keys / "rsa.pem", "HS256", "which is no secret"),
        (tmp_path / "locked", "ES256", "has a password"),
        (tmp_path / "short", "HS256", "shorter than the 32 bytes"),
    ):
        with pytest.raises(UsageError) as error:
            private_key(file, algorithm)
        assert message in str(error.value)
        assert "hunter2" not in str(error.value)
