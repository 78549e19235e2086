"""What the URLs that an appliance hands out begin with."""

import ipaddress
import logging
from typing import Final

from engine.certificates import Certificate, certificate_names
from engine.machine_addresses import reachable_addresses
from engine.settings import Settings

log = logging.getLogger(__name__)

ANY_HOST: Final = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104
"""Every address of the machine, and the one by which the machine itself reaches it."""


def own_url(settings: Settings, certificate: Certificate | None) -> str:
    """Return scheme, host and port of the listener, as the machine itself reaches it."""
    return _url(ANY_HOST.get(settings.host, settings.host), settings.port, certificate)


def public_url(settings: Settings, certificate: Certificate | None) -> str:
    """Return the base of every URL handed out: the one that is set, else the listener's own.

    Who listens on every address is reached from other machines by one of them. It is taken if it is the only one that the certificate
    is for; where there are several or none, a warning says what can be set. Raises CertificateError.
    """
    own = own_url(settings, certificate)
    if settings.public_url:
        return settings.public_url.rstrip("/")
    if certificate is None or settings.host not in ANY_HOST:
        return own
    version = ipaddress.ip_address(settings.host).version
    addresses = [str(address) for address in reachable_addresses() if address.version == version]
    names = certificate_names(certificate)
    urls = [_url(address, settings.port, certificate) for address in addresses if address in names]
    if len(urls) == 1:
        return urls[0]
    remedy = f"set VISAVIS_PUBLIC_URL to one of {', '.join(urls)}"
    if not urls:
        remedy = (
            f"{certificate.chain} is for no address by which others reach this machine ({', '.join(addresses) or 'it has none'}): set "
            "VISAVIS_PUBLIC_URL to a name that it is for, or have `visavis certificate create` make one for this machine"
        )
    log.warning("links begin with %s, which leads nobody here from another machine; %s", own, remedy)
    return own


def _url(host: str, port: int, certificate: Certificate | None) -> str:
    scheme = "http" if certificate is None else "https"
    return f"{scheme}://{f'[{host}]' if ':' in host else host}:{port}"
