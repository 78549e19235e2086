"""`python -m pipecat_pipeline PLAN.json`: a pipecat bot for one person.

Says `{"ready": true}` on standard output once its models are loaded, takes `{"sdp": OFFER}` on standard input, answers `{"sdp": ANSWER}`
and holds the conversation until standard input ends. The data channel's message `{"type": "conversation.interrupt"}` makes it fall silent.
"""
# mypy: disable-error-code="import-not-found, misc, no-any-return, untyped-decorator"

import asyncio
import json
import os
import sys
from pathlib import Path
from typing import Any, TextIO

import aioice.ice
from loguru import logger
from pipecat.frames.frames import InterruptionWorkerFrame
from pipecat.pipeline.pipeline import Pipeline
from pipecat.pipeline.worker import PipelineWorker
from pipecat.processors.aggregators.llm_context import LLMContext
from pipecat.processors.aggregators.llm_response_universal import LLMContextAggregatorPair, LLMUserAggregatorParams
from pipecat.transports.base_transport import TransportParams
from pipecat.transports.smallwebrtc.connection import SmallWebRTCConnection
from pipecat.transports.smallwebrtc.transport import SmallWebRTCTransport
from pipecat.turns.user_stop import TurnAnalyzerUserTurnStopStrategy
from pipecat.turns.user_turn_strategies import UserTurnStrategies
from pipecat.workers.runner import WorkerRunner

from .hearing import Vad, Whisper, smart_turn
from .plan import Plan
from .speaking import Piper
from .thinking import LlamaCpp

INTERRUPT = "conversation.interrupt"


def _worker(connection: Any, plan: Plan, whisper: Any, llama: Any, piper: Any) -> Any:
    transport = SmallWebRTCTransport(connection, TransportParams(audio_in_enabled=True, audio_out_enabled=True))
    strategies = UserTurnStrategies(stop=[TurnAnalyzerUserTurnStopStrategy(turn_analyzer=smart_turn(plan))])
    aggregators = LLMContextAggregatorPair(
        LLMContext([{"role": "system", "content": plan.system_prompt}]),
        user_params=LLMUserAggregatorParams(vad_analyzer=Vad(plan), user_turn_strategies=strategies),
    )
    parts = [
        transport.input(),
        whisper,
        aggregators.user(),
        llama,
        piper,
        transport.output(),
        aggregators.assistant(),
    ]
    worker = PipelineWorker(Pipeline(parts), idle_timeout_secs=None, enable_rtvi=False)

    @transport.event_handler("on_app_message")
    async def on_app_message(_transport: Any, message: Any, _sender: str) -> None:
        if isinstance(message, dict) and message.get("type") == INTERRUPT:
            await worker.queue_frame(InterruptionWorkerFrame())

    return worker


async def _converse(plan: Plan, answers: TextIO) -> None:
    def say(message: dict[str, Any]) -> None:
        answers.write(json.dumps(message) + "\n")
        answers.flush()

    whisper, llama, piper = Whisper(plan), LlamaCpp(plan), Piper(plan)
    # The appliance runs each of its models once before it is ready; a first turn that is cold would favour it.
    whisper.warm_up()
    llama.warm_up()
    piper.warm_up()
    say({"ready": True})
    line = await asyncio.to_thread(sys.stdin.readline)
    if not line:
        return
    connection = SmallWebRTCConnection()
    worker = _worker(connection, plan, whisper, llama, piper)
    await connection.initialize(json.loads(line)["sdp"], "offer")
    runner = WorkerRunner(handle_sigint=False)
    await runner.add_workers(worker)
    running = asyncio.create_task(runner.run())
    say({"sdp": connection.get_answer()["sdp"]})
    ended = asyncio.create_task(asyncio.to_thread(sys.stdin.readline))
    await asyncio.wait({running, ended}, return_when=asyncio.FIRST_COMPLETED)


def main() -> None:
    """Run until nobody is there any more."""
    # What the libraries print must not come between the answers.
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    logger.remove()
    logger.add(sys.stderr, level=os.environ.get("PEER_LOG_LEVEL", "WARNING"))
    # Nothing leaves this machine, and one with nothing but a loopback interface will do.
    aioice.ice.get_host_addresses = lambda use_ipv4, use_ipv6: ["127.0.0.1"]
    asyncio.run(_converse(Plan.read(Path(sys.argv[1])), answers))
    # The process is over with the conversation, whatever threads are still at work.
    os._exit(0)


if __name__ == "__main__":
    main()
