"""TLS for a local network: made here, trusted by who imports one file."""

import datetime
import ssl
import stat
from pathlib import Path

import httpx
import pytest
from cryptography import x509
from starlette.responses import PlainTextResponse

from engine.certificates import CertificateError, create_certificate, machine_names, served_certificate
from engine.errors import InvalidInputError
from engine.settings import Settings
from tests.served import served

NAMES = ("visavis.local", "127.0.0.1", "::1")


def test_on_loopback_plain_http_is_served(tmp_path: Path) -> None:
    assert served_certificate(Settings(home=tmp_path)) is None


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.4", "127.0.0.2"])
def test_the_network_is_not_served_without_a_certificate_and_is_told_how_to_get_one(tmp_path: Path, host: str) -> None:
    with pytest.raises(CertificateError, match=rf"{host}.*visavis certificate create.*VISAVIS_TLS_CERTIFICATE"):
        served_certificate(Settings(home=tmp_path, host=host))


async def test_who_trusts_the_authority_reaches_the_server_and_nobody_else_does(tmp_path: Path) -> None:
    made, authority = create_certificate(tmp_path, NAMES)
    assert served_certificate(Settings(home=tmp_path, host="0.0.0.0")) == made
    trusting = ssl.create_default_context(cafile=str(authority))
    async with served(PlainTextResponse("here"), certificate=made) as port:
        async with httpx.AsyncClient(verify=trusting) as client:
            assert (await client.get(f"https://127.0.0.1:{port}/")).text == "here"
            with pytest.raises(httpx.ConnectError, match=r"hostname|mismatch"):
                await client.get(f"https://localhost:{port}/")  # not one of its names
        async with httpx.AsyncClient() as client:
            with pytest.raises(httpx.ConnectError, match="verify failed"):
                await client.get(f"https://127.0.0.1:{port}/")
            with pytest.raises(httpx.RemoteProtocolError):
                await client.get(f"http://127.0.0.1:{port}/")


def test_a_second_certificate_is_signed_by_the_same_authority(tmp_path: Path) -> None:
    first, authority = create_certificate(tmp_path, NAMES)
    before = first.chain.read_bytes(), authority.read_bytes()
    second, _ = create_certificate(tmp_path, ("other.local",))
    assert authority.read_bytes() == before[1]
    assert second.chain.read_bytes() != before[0]
    shown = x509.load_pem_x509_certificate(second.chain.read_bytes())
    shown.verify_directly_issued_by(x509.load_pem_x509_certificate(authority.read_bytes()))
    names = shown.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert names.get_values_for_type(x509.DNSName) == ["other.local"]
    assert shown.not_valid_after_utc - shown.not_valid_before_utc < datetime.timedelta(days=398)


def test_keys_are_readable_by_their_owner_alone(tmp_path: Path) -> None:
    made, authority = create_certificate(tmp_path, NAMES)
    for file in (made.key, authority.with_suffix(".key")):
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert not [file for file in authority.parent.iterdir() if file.name.startswith(".")]


def test_without_names_it_is_for_what_the_machine_is_called(tmp_path: Path) -> None:
    made, _ = create_certificate(tmp_path, ())
    shown = x509.load_pem_x509_certificate(made.chain.read_bytes())
    names = shown.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert "127.0.0.1" in [str(address) for address in names.get_values_for_type(x509.IPAddress)]
    assert len(list(names)) == len(machine_names())


@pytest.mark.parametrize("name", ["", "a b", "https://x", "x:8765", "a@b", "x" * 254, "bücher.example"])
def test_what_is_no_name_is_refused_and_nothing_is_made(tmp_path: Path, name: str) -> None:
    with pytest.raises(InvalidInputError, match="name"):
        create_certificate(tmp_path, (name,))
    assert not list(tmp_path.iterdir())


def test_a_certificate_with_another_ones_key_is_refused(tmp_path: Path) -> None:
    one, _ = create_certificate(tmp_path / "one", NAMES)
    other, _ = create_certificate(tmp_path / "other", NAMES)
    with pytest.raises(CertificateError, match="cannot be used for TLS"):
        served_certificate(Settings(home=tmp_path, tls_certificate=one.chain, tls_key=other.key))


def test_a_given_certificate_is_shown_on_loopback_too(tmp_path: Path) -> None:
    made, _ = create_certificate(tmp_path, NAMES)
    assert served_certificate(Settings(home=tmp_path, tls_certificate=made.chain, tls_key=made.key)) == made


def test_one_that_has_expired_is_refused_with_its_date(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # Nothing but a clock that was set back makes a certificate that is old already.
    monkeypatch.setattr("engine.certificates._SERVER_DAYS", -0.02)
    create_certificate(tmp_path, NAMES)
    with pytest.raises(CertificateError, match=r"has expired on \d{4}-\d\d-\d\d"):
        served_certificate(Settings(home=tmp_path, host="0.0.0.0"))


@pytest.mark.parametrize("half", ["tls_certificate", "tls_key"])
def test_half_of_a_certificate_is_refused(tmp_path: Path, half: str) -> None:
    with pytest.raises(InvalidInputError, match="tls_"):
        Settings(home=tmp_path).changed(**{half: tmp_path / "file.pem"})
