"""Certificates are checked against the system's store, which `SSL_CERT_FILE` may replace."""

from __future__ import annotations

import ipaddress
import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from fairlead.model.errors import Retry
from fairlead.targets.pacing import Timing
from fairlead.targets.port.client import PortClient
from fairlead.targets.port.settings import PortSettings
from port_api import PortApi, VirtualClock


def certificate(folder: Path) -> Path:
    """A file with a key and a certificate for 127.0.0.1 that signs itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "stand-in")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(hours=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), False
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    file = folder / "stand-in.pem"
    form = serialization.Encoding.PEM
    private = key.private_bytes(form, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    file.write_bytes(private + certificate.public_bytes(form))
    return file


async def test_an_untrusted_certificate_is_told_at_once_and_a_trusted_one_works(
    settings: PortSettings,
    timing: Timing,
    clock: VirtualClock,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    file = certificate(tmp_path)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(file)
    async with PortApi(now=clock.now, tls=context) as port:
        secure = msgspec.structs.replace(settings, base_url=port.url)
        doubting = PortClient(secure, timing)
        with pytest.raises(Retry, match="not trusted") as caught:
            await doubting.request("GET", ("blueprints",))
        await doubting.close()
        assert "system's store" in caught.value.advice
        assert clock.slept == []
        assert port.ledger == []

        monkeypatch.setenv("SSL_CERT_FILE", str(file))
        trusting = PortClient(secure, timing)
        assert (await trusting.request("GET", ("blueprints",))).status == 200
        await trusting.close()
