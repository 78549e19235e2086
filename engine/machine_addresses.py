"""The addresses of this machine."""

import ipaddress
import socket
from ipaddress import IPv4Address, IPv6Address

import psutil


def machine_addresses() -> tuple[IPv4Address | IPv6Address, ...]:
    """Return every address that this machine has, loopback too; those of a single link stand in no URL that a browser takes."""
    return _of(set(psutil.net_if_addrs()))


def reachable_addresses() -> tuple[IPv4Address | IPv6Address, ...]:
    """Return the addresses by which other machines may reach this one: of interfaces that are up, without loopback."""
    up = {name for name, state in psutil.net_if_stats().items() if state.isup}
    return tuple(address for address in _of(up) if not address.is_loopback)


def _of(interfaces: set[str]) -> tuple[IPv4Address | IPv6Address, ...]:
    found = [
        ipaddress.ip_address(each.address.partition("%")[0])
        for name, addresses in psutil.net_if_addrs().items()
        for each in addresses
        if name in interfaces and each.family in (socket.AF_INET, socket.AF_INET6)
    ]
    return tuple(dict.fromkeys(address for address in found if not address.is_link_local))
