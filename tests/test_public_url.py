"""What links begin with: an address that others reach, or the word that there is none."""

import ipaddress
import logging
import socket
from pathlib import Path
from types import SimpleNamespace

import pytest

from engine.certificates import Certificate, certificate_names, create_certificate
from engine.machine_addresses import machine_addresses, reachable_addresses
from engine.public_url import own_url, public_url
from engine.settings import Settings

EVERYWHERE = Settings(host="0.0.0.0", port=9000)
HERE = "https://127.0.0.1:9000"


@pytest.fixture
def network(monkeypatch: pytest.MonkeyPatch) -> dict[str, list[str]]:
    """The interfaces of the machine, with their addresses; one whose name begins with "down" is."""
    interfaces: dict[str, list[str]] = {"lo": ["127.0.0.1", "::1"]}

    def addresses() -> dict[str, list[SimpleNamespace]]:
        family = {True: socket.AF_INET6, False: socket.AF_INET}
        return {
            name: [SimpleNamespace(family=family[":" in each], address=each) for each in found]
            for name, found in interfaces.items()
        }

    def states() -> dict[str, SimpleNamespace]:
        return {name: SimpleNamespace(isup=not name.startswith("down")) for name in interfaces}

    monkeypatch.setattr("psutil.net_if_addrs", addresses)
    monkeypatch.setattr("psutil.net_if_stats", states)
    return interfaces


def certificate_for(tmp_path: Path, *names: str) -> Certificate:
    return create_certificate(tmp_path, names)[0]


def test_what_is_set_is_what_links_begin_with(tmp_path: Path) -> None:
    set_to = EVERYWHERE.changed(public_url="https://visavis.example/talk/")
    assert public_url(set_to, certificate_for(tmp_path, "127.0.0.1")) == "https://visavis.example/talk"


@pytest.mark.parametrize(
    ("host", "shown"),
    [("127.0.0.1", "127.0.0.1"), ("localhost", "localhost"), ("::1", "[::1]"), ("fd00::5", "[fd00::5]")],
)
def test_one_address_that_is_listened_on_is_the_one_handed_out(tmp_path: Path, host: str, shown: str) -> None:
    assert public_url(Settings(host=host), None) == f"http://{shown}:8765"
    assert public_url(Settings(host=host), certificate_for(tmp_path, host)) == f"https://{shown}:8765"


def test_the_only_address_of_the_machine_is_handed_out_where_all_are_listened_on(
    tmp_path: Path, network: dict[str, list[str]], caplog: pytest.LogCaptureFixture
) -> None:
    network |= {"eth0": ["192.168.1.20", "fe80::1%eth0", "fd00::5"], "down0": ["10.0.0.9"], "lost": ["169.254.3.4"]}
    certificate = certificate_for(tmp_path)
    assert public_url(EVERYWHERE, certificate) == "https://192.168.1.20:9000"
    assert public_url(EVERYWHERE.changed(host="::"), certificate) == "https://[fd00::5]:9000"
    assert own_url(EVERYWHERE, certificate) == HERE, "the machine itself goes no way round"
    assert not caplog.records


def test_of_several_addresses_the_one_that_the_certificate_is_for_is_handed_out(
    tmp_path: Path, network: dict[str, list[str]]
) -> None:
    network |= {"eth0": ["192.168.1.20"], "wlan0": ["192.168.7.3"]}
    certificate = certificate_for(tmp_path, "localhost", "192.168.7.3")
    assert public_url(EVERYWHERE, certificate) == "https://192.168.7.3:9000"


@pytest.mark.parametrize(
    ("interfaces", "names", "told"),
    [
        (
            {"eth0": ["192.168.1.20"], "wlan0": ["192.168.7.3"]},
            (),
            "VISAVIS_PUBLIC_URL to one of https://192.168.1.20:9000, https://192.168.7.3:9000",
        ),
        ({"eth0": ["192.168.1.20"]}, ("visavis.example",), "(192.168.1.20): set VISAVIS_PUBLIC_URL to a name"),
        ({}, (), "(it has none): set VISAVIS_PUBLIC_URL"),
    ],
    ids=["several", "not in the certificate", "no network"],
)
def test_where_no_address_is_the_one_links_lead_here_alone_and_it_is_said_what_to_set(
    tmp_path: Path,
    network: dict[str, list[str]],
    caplog: pytest.LogCaptureFixture,
    interfaces: dict[str, list[str]],
    names: tuple[str, ...],
    told: str,
) -> None:
    network |= interfaces
    with caplog.at_level(logging.WARNING):
        assert public_url(EVERYWHERE, certificate_for(tmp_path, *names)) == HERE
    (warning,) = caplog.records
    assert told in warning.getMessage()
    assert HERE in warning.getMessage()


def test_this_machine_has_the_addresses_that_it_is_reached_by() -> None:
    assert ipaddress.ip_address("127.0.0.1") in machine_addresses()
    assert set(reachable_addresses()) < set(machine_addresses())
    assert not any(address.is_loopback or address.is_link_local for address in reachable_addresses())


def test_a_certificate_tells_names_and_addresses_alike(tmp_path: Path) -> None:
    made = certificate_for(tmp_path, "visavis.example", "192.168.1.20", "fd00::5")
    assert certificate_names(made) == {"visavis.example", "192.168.1.20", "fd00::5"}
