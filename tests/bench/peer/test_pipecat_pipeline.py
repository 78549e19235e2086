"""The pipeline runs in an environment that knows nothing of the appliance."""

import ast
import json
import os
import sys
from dataclasses import asdict, replace
from datetime import UTC, datetime
from importlib.resources import files
from importlib.util import find_spec
from pathlib import Path

import pytest

from engine.bench.clips import load_clips
from engine.bench.peer.conversation import converse_with
from engine.bench.peer.environment import PeerUnavailableError, is_ready, python_of, usual_folder
from engine.bench.peer.peer_process import peer_process
from engine.bench.peer.pipecat_pipeline.plan import Plan
from engine.bench.peer.same_models import same_models
from engine.bench.peer.variants import TUNED
from engine.settings import Settings
from models.tiers import Tier

PLAN = Plan("w", "c", "v", "d", "s", "cpu", 0, "Be kind.", 2048, 1, 0.4, 0.9, 40, 1.1, 160, 1, 0.2, 1, "int8")


def peer_folder() -> Path:
    named = os.environ.get("VISAVIS_PEER_FOLDER")
    return Path(named) if named else usual_folder(Settings.from_environment(os.environ).home)


def test_nothing_of_the_appliance_is_imported() -> None:
    folder = Path(str(files("engine.bench.peer.pipecat_pipeline")))
    modules = sorted(folder.glob("*.py"))
    assert modules
    for module in modules:
        for node in ast.walk(ast.parse(module.read_text("utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom) and not node.level:
                names.append(node.module or "")
            assert not {name.partition(".")[0] for name in names} & {"app", "engine", "installer", "models"}, module
            # What is beside it is named from there: elsewhere the package has another name.
            assert not isinstance(node, ast.ImportFrom) or node.level <= 1, module


def test_a_plan_survives_its_way(tmp_path: Path) -> None:
    for plan in (PLAN, replace(PLAN, stop_secs=None, beam=None)):
        file = tmp_path / "plan.json"
        file.write_text(json.dumps(asdict(plan)), "utf-8")
        assert Plan.read(file) == plan


@pytest.mark.skipif(find_spec("pipecat") is not None, reason="pipecat is in this environment too")
async def test_a_pipeline_that_does_not_start_shows_what_it_said() -> None:
    with pytest.raises(PeerUnavailableError, match="No module named"):
        async with peer_process(Path(sys.executable), PLAN):
            pytest.fail("it started")


@pytest.mark.slow
@pytest.mark.models
@pytest.mark.skipif(
    not is_ready(peer_folder()), reason="the peer's environment is not made (bench turn --peer pipecat)"
)
async def test_pipecat_answers_a_clip() -> None:
    models = same_models(Settings.from_environment(os.environ), Tier.CPU)
    plan = models.plan(TUNED, datetime.now(UTC))
    async with peer_process(python_of(peer_folder()), plan) as peer:
        held = await converse_with(peer, load_clips(None)[:1])
    assert (len(held.answers), held.cut_ins, held.unanswered) == (1, 0, 0)
    assert held.milliseconds[0] > 200
    assert held.cores > 0
