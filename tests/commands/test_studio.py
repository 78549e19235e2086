"""`visavis studio footage`."""

import json
import re
from pathlib import Path

import pytest

from engine.commands import studio
from engine.errors import InvalidInputError, ModelUnavailableError, VisavisError
from engine.store.stock import load_stock
from tests.commands.conftest import Visavis
from tests.layers.replica.presenter.figure import finished, written


@pytest.fixture(scope="module")
def presenter(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The figure under the name of the first stock replica's presenter."""
    name = str(load_stock().replicas[0].fields["presenter"])
    place = tmp_path_factory.mktemp("models") / "presenters" / name
    return finished(place, *written(place))


@pytest.fixture
def shipped(presenter: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """That presenter, and nothing else, as what the product brings along."""
    monkeypatch.setattr(studio, "shipped", lambda kind: presenter.parents[1] / kind)
    return presenter


def test_a_stock_replica_is_filmed_with_its_truth_and_the_basic_voice_where_no_other_is(
    run: Visavis, shipped: Path, tmp_path: Path
) -> None:
    replica = load_stock().replicas[0]
    out = tmp_path / "a.mp4"
    done = run("studio", "footage", replica.replica_id, "--out", out, "--seconds", "1", "--webcam", "--json")
    assert done.exit_code == 0, done.output
    told = json.loads(done.stdout)
    assert (told["path"], told["frames"], told["size"]) == (str(out), 25, [512, 512])
    assert told["consent"]["name"] == replica.replica_name
    assert told["voice"]["voice_name"] == "basic"
    assert told["webcam"]
    assert {path.name for path in tmp_path.glob("a.*")} == {"a.mp4", "a.truth.npz", "a.json"}


def test_a_presenter_is_filmed_by_name_and_the_end_says_what_was_made(
    run: Visavis, shipped: Path, tmp_path: Path
) -> None:
    done = run("studio", "footage", shipped.name, "--out", tmp_path / "a.mp4", "--seconds", "1", "--size", "720x1280")
    assert done.exit_code == 0, done.output
    assert re.search(r"a\.mp4: 1 s of figure at 720x1280, spoken by basic, made in .* too short", done.stdout)


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["nobody"], r"ID: 'nobody' is not accepted; a presenter \(.+\) or the id of a stock replica is"),
        (
            ["PRESENTER", "--size", "1000x1000"],
            r"--size: '1000x1000' is not accepted; one of 512x512, 1280x720, 720x1280 is",
        ),
        (["PRESENTER", "--seconds", "0"], r"--seconds: 0\.0 is not accepted; 1 to 600 is"),
        (["PRESENTER", "--seed", "-4"], r"--seed: -4 is not accepted"),
        (
            ["PRESENTER", "--voice", "nobody"],
            r"--voice: 'nobody' is not accepted; a voice that `visavis voices list` shows",
        ),
        (["PRESENTER", "--voice", "en_US-vera-medium"], r"visavis models pull en_US-vera-medium"),
        (["PRESENTER", "--out", "a.avi"], r"--out: 'a\.avi' is not accepted; a file whose name ends in \.mp4 is"),
    ],
)
def test_what_is_wrong_is_named_with_what_is_accepted(
    arguments: list[str], told: str, run: Visavis, shipped: Path, tmp_path: Path
) -> None:
    given = [shipped.name if argument == "PRESENTER" else argument for argument in arguments]
    result = run("studio", "footage", "--out", tmp_path / "a.mp4", *given)
    assert isinstance(result.exception, VisavisError), result.output
    assert re.search(told, str(result.exception)), str(result.exception)
    assert not list(tmp_path.glob("*.mp4"))


def test_an_installation_without_presenters_says_so(
    run: Visavis, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(studio, "shipped", lambda kind: tmp_path / kind)
    result = run("studio", "footage", "nia", "--out", tmp_path / "a.mp4")
    assert isinstance(result.exception, ModelUnavailableError)
    assert not isinstance(result.exception, InvalidInputError)
