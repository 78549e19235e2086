"""`visavis bench api`, end to end."""

import asyncio
import json
import subprocess
import sys

import httpx
import pytest

from engine.bench.callbacks import receiving
from engine.bench.statistics import frames_each_second, percentile
from tests.model_files import NEEDS_MODELS, home


def bench_api(*options: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "engine", "bench", "api", *options]
    return subprocess.run(command, capture_output=True, text=True, check=False)


async def test_a_callback_is_timed_when_it_arrives() -> None:
    async with receiving() as receiver, httpx.AsyncClient(trust_env=False) as sender:
        early = asyncio.create_task(receiver.arrival("c1", "system.replica_joined", within=10))
        body = {"conversation_id": "c1", "event_type": "system.replica_joined"}
        assert (await sender.post(receiver.url, json=body)).status_code == 200
        moment = await early
        assert moment == await receiver.arrival("c1", "system.replica_joined", within=10)
        with pytest.raises(httpx.RemoteProtocolError):
            await sender.post(receiver.url, content=b"no json")
        with pytest.raises(TimeoutError):
            await receiver.arrival("c2", "system.replica_joined", within=0.01)


def test_pictures_are_counted_by_whole_seconds() -> None:
    times = [10.01 + number / 25 for number in range(60)]
    assert frames_each_second(times, 10.0, 12.5) == [25, 25]
    assert frames_each_second([], 10.0, 12.5) == [0, 0]
    assert frames_each_second(times, 10.0, 10.5) == []


def test_percentiles_of_nothing_are_unknown() -> None:
    assert percentile([], 95) is None
    assert percentile([1.0, 3.0], 50) == 2.0


@pytest.mark.parametrize("options", [["--seconds", "0"], ["--seconds", "soon"], ["--home", __file__]])
def test_options_that_make_no_sense_are_refused(options: list[str]) -> None:
    done = bench_api(*options)
    assert done.returncode == 2
    assert options[0] in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.slow
@NEEDS_MODELS[0]
@NEEDS_MODELS[1]
def test_the_report_has_the_keys_of_the_design_beside_a_conversation() -> None:
    done = bench_api("--json", "--seconds", "5", "--home", str(home()))
    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout)
    assert report["bench"] == "api"
    assert (report["errors"], report["requests"]) == (0, 250)
    for key in ("get_ms", "post_ms", "ready_ms"):
        assert 0 < report[key]["p50"] <= report[key]["p95"]
    assert report["video_fps"]["p5"] > 0
