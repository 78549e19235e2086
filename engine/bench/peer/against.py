"""`visavis bench turn --peer pipecat`: both systems in turn, on the same machine, with the same models, clips and probes."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from engine.bench.clips import Clip
from engine.bench.peer.comparison import Conversation, Side, compared, table
from engine.bench.peer.conversation import converse_with
from engine.bench.peer.environment import peer_environment, usual_folder
from engine.bench.peer.peer_process import peer_process
from engine.bench.peer.same_models import same_models
from engine.bench.peer.variants import DEFAULTS, TUNED, Variant
from engine.bench.progress import Progress
from engine.loading import machine_tier
from engine.settings import Settings

PEERS: Final = ("pipecat",)
VARIANTS: Final = {"tuned": TUNED, "default": DEFAULTS}
ROUNDS: Final = 2

Hold = Callable[[], Awaitable[Conversation]]
"""Holds one conversation with all clips."""


@dataclass(frozen=True, slots=True)
class PeerPlan:
    """How the peer is run."""

    settings: Settings
    """With the home folder whose models both have."""
    folder: Path | None = None
    """Its environment; None: under the cache of the home folder."""
    logs: Path | None = None
    """A folder in which every turn and what the peer logged are kept."""
    rounds: int = ROUNDS
    """How often each system has its turn."""


async def against_pipecat(
    plan: PeerPlan, clips: Sequence[Clip], ours: Hold, note: Callable[[str], None]
) -> dict[str, Any]:
    """Hold conversations in turn (A-B-A-B, the peer tuned and at its defaults) and return the keys that they add to the report.

    `ours` holds one with the appliance. Only one of the systems runs at a time. Raises PeerUnavailableError, ModelUnavailableError and
    InvalidInputError (see `peer_environment`, `same_models`) before anything is measured.
    """
    models = await asyncio.to_thread(lambda: same_models(plan.settings, machine_tier()))
    folder = plan.folder or usual_folder(plan.settings.home)
    python = await asyncio.to_thread(
        lambda: peer_environment(folder.absolute(), offline=plan.settings.offline, note=note)
    )
    progress = Progress(plan.logs)

    async def theirs(variant: Variant, name: str) -> Conversation:
        told = models.plan(variant, datetime.now().astimezone())
        log = None if plan.logs is None else plan.logs / f"{name}.log"
        async with peer_process(python, told, log) as peer:
            return await converse_with(peer, clips)

    held: dict[str, list[Conversation]] = {name: [] for name in ("ours", *VARIANTS)}
    for system, number in order(plan.rounds):
        note(f"round {number}: {system} ...")
        if system == "ours":
            conversation = await ours()
        else:
            conversation = await theirs(VARIANTS[system], f"{system}-{number}")
        progress.note("conversation", system=system, round=number, **asdict(conversation))
        held[system].append(conversation)
    sides = {name: Side(tuple(conversations)) for name, conversations in held.items()}
    report = compared(sides["ours"], sides["tuned"], sides["default"])
    for line in table(report):
        note(line)
    return report


def order(rounds: int) -> Iterator[tuple[str, int]]:
    """Yield who has a turn, and in which round: ours beside each of the peer's variants within minutes, so that a machine that grows
    slower is slow for all."""
    for number in range(1, rounds + 1):
        yield from ((system, number) for system in ("ours", *VARIANTS))
