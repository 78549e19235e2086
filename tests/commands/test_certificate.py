"""`visavis certificate`."""

import json
from pathlib import Path

from tests.commands.conftest import Visavis


def test_a_certificate_is_made_and_what_to_do_with_it_is_said(run: Visavis, home: Path) -> None:
    told = run("certificate", "create", "visavis.local")
    assert str(home / "tls" / "authority.pem") in told.output
    assert "visavis.local" in told.output
    assert "--host 0.0.0.0" in told.output


def test_a_program_gets_the_files_as_json(run: Visavis, home: Path) -> None:
    told = json.loads(run("certificate", "create", "192.168.1.4", "--json").output)
    assert told == {
        "certificate": str(home / "tls" / "server.pem"),
        "key": str(home / "tls" / "server.key"),
        "authority": str(home / "tls" / "authority.pem"),
        "names": ["192.168.1.4"],
    }
    assert all(Path(told[name]).exists() for name in ("certificate", "key", "authority"))
