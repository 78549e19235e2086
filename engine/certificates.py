"""Certificates for a local network: an authority of this installation's own, which the people of the network may trust once.

Browsers give camera and microphone to pages over TLS alone (W3C Media Capture, section 10.2.1), unless they come from the machine itself.
"""

import datetime
import ipaddress
import os
import socket
import ssl
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from engine.errors import InvalidInputError, VisavisError
from engine.machine_addresses import machine_addresses
from engine.settings import Settings

FOLDER: Final = "tls"
_AUTHORITY_DAYS: Final = 3650
_SERVER_DAYS: Final = 397  # browsers refuse longer ones
_NAME: Final = "Visavis on {}"


class CertificateError(VisavisError):
    """A certificate cannot be made, read or used."""


@dataclass(frozen=True, slots=True)
class Certificate:
    """What a TLS server shows, PEM files."""

    chain: Path
    key: Path


def served_certificate(settings: Settings) -> Certificate | None:
    """Return what the listener shows: the certificate that is set, or the installation's own one when the network may reach it.

    None: plain HTTP, on loopback. Raises CertificateError when there is none although one is needed, or it cannot be used.
    """
    if settings.tls_certificate is not None and settings.tls_key is not None:
        return _usable(Certificate(settings.tls_certificate, settings.tls_key))
    if settings.loopback_only:
        return None
    own = _own(settings.home)
    if not own.chain.exists():
        raise CertificateError(
            f"listening on {settings.host} opens the appliance to the network, which needs TLS: `visavis certificate create` makes a "
            "certificate, or VISAVIS_TLS_CERTIFICATE and VISAVIS_TLS_KEY name one"
        )
    return _usable(own)


def create_certificate(home: Path, names: tuple[str, ...]) -> tuple[Certificate, Path]:
    """Make a certificate for names and addresses of this machine, and the authority that signs it if there is none yet.

    Returns it and the authority's own certificate, which is for those who are to trust it. Raises InvalidInputError, CertificateError.
    """
    wanted = [_subject(name) for name in names or machine_names()]
    folder = home / FOLDER
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        authority, authority_key = _authority(folder)
        key = ec.generate_private_key(ec.SECP256R1())
        own = _own(home)
        signed = _signed(wanted, key, authority, authority_key)
        _write(own.key, _pem(key))
        _write(own.chain, _text(signed) + _text(authority))
    except OSError as error:
        raise CertificateError(f"{folder} cannot be written: {error.strerror or error}") from error
    return own, folder / "authority.pem"


def machine_names() -> tuple[str, ...]:
    """Return by what this machine is called from a local network: its names and addresses."""
    name = socket.gethostname()
    found = [name, f"{name.split('.')[0]}.local", "localhost", "127.0.0.1", "::1", *map(str, machine_addresses())]
    return tuple(dict.fromkeys(found))


def certificate_names(certificate: Certificate) -> frozenset[str]:
    """Return the names and addresses that a certificate is for (RFC 5280, subjectAltName). Raises CertificateError."""
    try:
        shown = x509.load_pem_x509_certificate(certificate.chain.read_bytes())
        names = shown.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return frozenset()
    except (OSError, ValueError) as error:
        raise CertificateError(f"{certificate.chain} cannot be read: {error}") from error
    return frozenset((*names.get_values_for_type(x509.DNSName), *map(str, names.get_values_for_type(x509.IPAddress))))


def _own(home: Path) -> Certificate:
    return Certificate(home / FOLDER / "server.pem", home / FOLDER / "server.key")


def _usable(certificate: Certificate) -> Certificate:
    try:
        ssl.create_default_context(ssl.Purpose.CLIENT_AUTH).load_cert_chain(certificate.chain, certificate.key)
        shown = x509.load_pem_x509_certificate(certificate.chain.read_bytes())
    except (OSError, ValueError) as error:
        raise CertificateError(f"{certificate.chain} and {certificate.key} cannot be used for TLS: {error}") from error
    until = shown.not_valid_after_utc
    if until < datetime.datetime.now(datetime.UTC):
        raise CertificateError(
            f"{certificate.chain} has expired on {until:%Y-%m-%d}; `visavis certificate create` makes a new one of the installation's own"
        )
    return certificate


def _authority(folder: Path) -> tuple[x509.Certificate, ec.EllipticCurvePrivateKey]:
    certificate_file, key_file = folder / "authority.pem", folder / "authority.key"
    if certificate_file.exists() and key_file.exists():
        try:
            key = serialization.load_pem_private_key(key_file.read_bytes(), None)
            kept = x509.load_pem_x509_certificate(certificate_file.read_bytes())
        except ValueError as error:
            raise CertificateError(
                f"{folder}: the authority cannot be read ({error}); remove it to get a new one"
            ) from error
        if not isinstance(key, ec.EllipticCurvePrivateKey):
            raise CertificateError(f"{key_file} is no key of this installation's authority; remove it to get a new one")
        return kept, key
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, _NAME.format(socket.gethostname())[:64])])
    made = (
        _begun(name, name, key.public_key(), _AUTHORITY_DAYS)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(signs=True), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )
    _write(key_file, _pem(key))
    _write(certificate_file, _text(made), mode=0o644)
    return made, key


def _signed(
    names: list[x509.GeneralName],
    key: ec.EllipticCurvePrivateKey,
    authority: x509.Certificate,
    authority_key: ec.EllipticCurvePrivateKey,
) -> x509.Certificate:
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, str(names[0].value)[:64])])
    return (
        _begun(subject, authority.subject, key.public_key(), _SERVER_DAYS)
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(signs=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(authority_key.public_key()), critical=False)
        .sign(authority_key, hashes.SHA256())
    )


def _begun(subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePublicKey, days: int) -> x509.CertificateBuilder:
    now = datetime.datetime.now(datetime.UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        # Clocks of a network differ.
        .not_valid_before(now - datetime.timedelta(hours=1))
        .not_valid_after(now + datetime.timedelta(days=days))
    )


def _usage(*, signs: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs,
        key_cert_sign=signs,
        crl_sign=signs,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def _subject(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        pass
    try:
        if not name or len(name) > 253 or any(character.isspace() or character in "/:@" for character in name):
            raise ValueError(name)
        return x509.DNSName(name)
    except ValueError:
        raise InvalidInputError("name", name, "a host name or an IP address is") from None


def _pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def _text(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.PEM)


def _write(file: Path, content: bytes, *, mode: int = 0o600) -> None:
    """Write a file in one step; it never has more rights than it ends with."""
    partial = file.with_name(f".{file.name}.{os.getpid()}")
    descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode)
    with os.fdopen(descriptor, "wb") as opened:
        opened.write(content)
    partial.replace(file)
