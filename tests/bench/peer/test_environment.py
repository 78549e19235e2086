"""The peer's environment, made with a pip that is not there."""

import json
import re
import sys
from pathlib import Path

import pytest

from engine.bench.peer.environment import MARK, PeerUnavailableError, is_ready, peer_environment, usual_folder
from engine.bench.peer.pins import peer_pins
from engine.errors import InvalidInputError


def unheard(_text: str) -> None:
    pass


def test_every_package_is_pinned_to_one_version() -> None:
    pins = peer_pins()
    assert all(re.fullmatch(r"[a-z0-9-]+==[0-9][0-9a-z.]*", pin) for pin in pins.pinned)
    assert f"pipecat-ai=={pins.version}" in pins.pinned
    names = {pin.partition("==")[0] for pin in pins.pinned}
    assert len(names) == len(pins.pinned)
    assert {re.split(r"[\[=]", wanted)[0] for wanted in pins.wanted} <= names


def test_the_environment_lies_in_the_cache_of_the_home_folder(home: Path) -> None:
    assert usual_folder(home) == home / "cache" / "peers" / f"pipecat-{peer_pins().version}"


def test_a_folder_with_other_things_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("dear")
    with pytest.raises(InvalidInputError, match="--peer-folder"):
        peer_environment(tmp_path, offline=False, note=unheard)
    assert (tmp_path / "letter.txt").read_text() == "dear"


def test_offline_nothing_is_fetched(home: Path) -> None:
    with pytest.raises(PeerUnavailableError, match="VISAVIS_OFFLINE"):
        peer_environment(home / "peer", offline=True, note=unheard)
    assert not (home / "peer").exists()


def test_what_pip_said_is_shown_when_it_fails(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # Stands in for the interpreter: makes an "environment" whose pip finds nothing.
    python = tmp_path / "python"
    python.write_text(
        "#!/bin/sh\n"
        'if [ "$2" = venv ]; then mkdir -p "$3/bin"; cp "$0" "$3/bin/python"; exit 0; fi\n'
        "echo 'ERROR: No matching distribution found for pipecat-ai==1.14.0' >&2; exit 1\n"
    )
    python.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(python))
    notes: list[str] = []
    with pytest.raises(PeerUnavailableError, match=r"No matching distribution found for pipecat-ai==1\.14\.0"):
        peer_environment(home / "peer", offline=False, note=notes.append)
    assert "installing pipecat" in notes[0]
    # It is the bench's own, so it is made anew the next time, and is not taken for whole until then.
    assert (home / "peer" / MARK).is_file()
    assert not is_ready(home / "peer")


def test_an_environment_of_other_packages_is_made_anew(home: Path) -> None:
    folder = home / "peer"
    (folder / "bin").mkdir(parents=True)
    (folder / "bin" / "python").symlink_to(sys.executable)
    (folder / MARK).write_text(json.dumps({"made_of": "something else"}))
    assert not is_ready(folder)


@pytest.mark.parametrize("mark", ["", "[]", "{}", "{"])
def test_a_damaged_mark_is_no_environment(home: Path, mark: str) -> None:
    home.mkdir()
    (home / MARK).write_text(mark)
    assert not is_ready(home)
