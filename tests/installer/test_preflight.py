"""What is said before anything is fetched: folders that cannot be written, an address that is taken."""

import socket
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from installer.errors import InstallError
from installer.layout import Layout
from installer.preflight import check_folders, check_listener, check_ready_file


@pytest.fixture
def taken() -> Iterator[int]:
    """A port on which somebody listens."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


def test_folders_that_are_still_to_be_made_are_fine_and_stay_unmade(layout: Layout) -> None:
    check_folders(layout)
    assert not layout.home.exists()
    assert not layout.cache.exists()


@pytest.mark.parametrize(("name", "option"), [("venv", "--venv"), ("cache", "XDG_CACHE_HOME"), ("home", "--home")])
def test_a_file_in_the_way_of_a_folder_is_named_with_the_option_that_helps(
    layout: Layout, tmp_path: Path, name: str, option: str
) -> None:
    (tmp_path / "letter").write_text("mine")
    for wrong in (tmp_path / "letter", tmp_path / "letter" / "below" / "it"):
        with pytest.raises(InstallError) as caught:
            check_folders(replace(layout, **{name: wrong}))
        assert str(wrong) in caught.value.why
        assert "letter" in caught.value.why
        assert "is a file" in caught.value.why
        assert option in caught.value.remedy


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="needs a folder in which even root can make nothing")
def test_a_home_in_which_nothing_can_be_made_is_refused_even_to_root(layout: Layout) -> None:
    for home in (Path("/proc"), Path("/proc/nowhere/visavis")):
        with pytest.raises(InstallError) as caught:
            check_folders(replace(layout, home=home))
        assert str(home) in caught.value.why


def test_a_ready_file_is_checked_and_not_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    check_ready_file(tmp_path / "r.json")
    monkeypatch.chdir(tmp_path)
    check_ready_file(Path("r.json"))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("name", "why"), [("gone/r.json", "does not exist"), (".", "is a folder"), ("letter/r.json", "does not exist")]
)
def test_a_ready_file_that_cannot_be_written_is_named(tmp_path: Path, name: str, why: str) -> None:
    (tmp_path / "letter").write_text("mine")
    with pytest.raises(InstallError) as caught:
        check_ready_file(tmp_path / name)
    assert why in caught.value.why
    assert "--ready-file" in caught.value.remedy


def test_a_taken_port_is_named_and_any_free_one_is_fine(taken: int) -> None:
    with pytest.raises(InstallError, match=f"Port {taken} is taken") as caught:
        check_listener("127.0.0.1", taken)
    assert "--port" in caught.value.remedy
    check_listener("127.0.0.1", 0)


def test_a_port_is_free_again_when_its_user_ended(taken: int) -> None:
    with socket.create_connection(("127.0.0.1", taken)):
        pass
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    check_listener("127.0.0.1", port)


@pytest.mark.parametrize("host", ["203.0.113.1", "no.such.host.invalid"])
def test_an_address_of_another_machine_is_named(host: str) -> None:
    with pytest.raises(InstallError) as caught:
        check_listener(host, 0)
    assert host in caught.value.what
    assert "--host" in caught.value.remedy


def test_the_variables_count_where_no_option_is_given(taken: int) -> None:
    with pytest.raises(InstallError, match="is taken"):
        check_listener(None, None, {"VISAVIS_PORT": str(taken)})
    with pytest.raises(InstallError, match=r"203\.0\.113\.1"):
        check_listener(None, 0, {"VISAVIS_HOST": "203.0.113.1"})
    check_listener(None, 0, {"VISAVIS_PORT": str(taken)})


@pytest.mark.parametrize("text", ["abc", "-1", "65536", "80.5"])
def test_a_variable_that_is_no_port_is_shown(text: str) -> None:
    with pytest.raises(InstallError) as caught:
        check_listener(None, None, {"VISAVIS_PORT": text})
    assert repr(text) in caught.value.why
