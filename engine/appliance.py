"""The whole, built from Settings: the one place where the parts meet, and where their order of start and stop is written."""

import asyncio
import contextlib
import gc
import json
import logging
import os
import secrets
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import uvicorn

from engine import __version__
from engine.api.app import create_api
from engine.api.dependencies import ApiDependencies
from engine.api.guards.connections import http_config
from engine.certificates import served_certificate
from engine.conversation.engines import Engines
from engine.conversation.host import Calls
from engine.conversation.recordings import Recordings
from engine.errors import VisavisError
from engine.jobs.runner import JobRunner
from engine.jobs.worker import Workers
from engine.listener_socket import open_listener
from engine.loading import load_engines
from engine.memory import share_arenas
from engine.metrics import Metrics
from engine.network import NetworkPolicy
from engine.public_url import ANY_HOST, own_url, public_url
from engine.ranks import Rank, ranked_threads
from engine.recording.destinations import Destinations
from engine.recording.s3 import S3Settings
from engine.recording.storage import FOLDER as RECORDINGS
from engine.room.own_relay import OwnRelay
from engine.room.turn_servers import TurnServers
from engine.secret import Secret
from engine.settings import Settings
from engine.store.home_lock import HomeLock
from engine.store.keys import PREFIX as KEY_PREFIX
from engine.store.opening import Store, open_store
from engine.store.uploads import UploadFolder
from engine.webhooks.delivery import WebhookDelivery
from engine.webhooks.signing import Signer

log = logging.getLogger(__name__)

LAST_CALLBACKS = 1.0
"""Seconds that the callbacks of the last calls get at the end; what they did not manage is sent at the next start."""
CLOSE_CONNECTIONS = 1
"""Seconds that open HTTP connections get at the end."""


@dataclass(frozen=True, slots=True)
class Appliance:
    """A running appliance; made by `running`."""

    settings: Settings
    """As asked for, with the port and the key that are in use."""
    base_url: str
    room_url: str | None
    """Where a person at this machine begins a conversation; None when only an address of the network is served."""
    store: Store
    engines: Engines
    calls: Calls

    def write_ready_file(self, path: Path) -> None:
        """Write the ready file in one step: it is either absent or whole, and readable by its owner alone."""
        content = {
            "api_url": self.base_url,
            "room_url": self.room_url,
            "api_key": self.settings.api_key.reveal(),
            "pid": os.getpid(),
            "version": __version__,
        }
        temporary = path.with_name(f".{path.name}.{os.getpid()}")
        try:
            descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            with os.fdopen(descriptor, "w", encoding="utf-8") as file:
                json.dump(content, file, indent=2)
                file.write("\n")
            temporary.replace(path)
        except OSError as error:
            with contextlib.suppress(OSError):
                temporary.unlink(missing_ok=True)
            raise VisavisError(f"the ready file {path} cannot be written: {error.strerror or error}") from error


@asynccontextmanager
async def running(settings: Settings) -> AsyncIterator[Appliance]:
    """Start an appliance and stop it at the end of the block. Raises VisavisError when a part cannot be had."""
    share_arenas()
    loop = asyncio.get_running_loop()
    async with AsyncExitStack() as parts:
        certificate = served_certificate(settings)
        listener = open_listener(settings.host, settings.port)
        parts.callback(listener.close)
        parts.enter_context(HomeLock(settings.home))
        if settings.ready_file is not None:
            # One that a killed appliance left would name a process that is gone.
            _remove(settings.ready_file)
        settings = settings.changed(
            port=listener.getsockname()[1], api_key=settings.api_key or Secret(KEY_PREFIX + secrets.token_urlsafe(32))
        )
        base_url = public_url(settings, certificate)
        room_url = f"{own_url(settings, certificate)}/" if settings.loopback_only or settings.host in ANY_HOST else None
        # aiortc encodes video in the loop's default executor.
        encoder = ranked_threads("encode", Rank.ENCODING, settings.conversation_limit)
        loop.set_default_executor(encoder)
        store = await open_store(settings.home)
        parts.push_async_callback(store.close)
        signer = Signer.of(settings.webhook_secret.reveal(), store.secret("webhooks"))
        await store.conversations.end_abandoned()
        await UploadFolder(settings.home).sweep(store)
        with ThreadPoolExecutor(max_workers=1, thread_name_prefix="load") as loader:
            engines = await loop.run_in_executor(loader, load_engines, settings)
        parts.callback(engines.close)
        policy = NetworkPolicy(offline=settings.offline, allow_hosts=settings.allow_hosts)
        webhooks = WebhookDelivery(store.outbox, policy, signer)
        parts.push_async_callback(webhooks.close)
        parts.push_async_callback(webhooks.drain, LAST_CALLBACKS)
        webhooks.start()
        jobs = JobRunner(store, Workers(), base_url=lambda: base_url, support_contact=settings.support_contact)
        parts.push_async_callback(jobs.close)
        jobs.start()
        recordings = Recordings(store, Destinations(settings.home / RECORDINGS, S3Settings.of(settings), policy))
        parts.push_async_callback(recordings.close)
        await recordings.resume()
        metrics = Metrics(__version__)
        calls = Calls(
            engines,
            store.conversations,
            store.pronunciation_dictionaries,
            limit=settings.conversation_limit,
            loopback=settings.loopback_only,
            language=settings.language,
            seed=settings.seed,
            recordings=recordings,
            relay=OwnRelay(TurnServers.of(settings.turn_url, settings.turn_secret), policy),
            on_turn=metrics.turns.heard,
            turn_traces=store.turn_traces,
        )
        metrics.watch_calls(calls.figures)
        parts.push_async_callback(calls.close, "end_conversation_endpoint_hit")
        api = create_api(
            ApiDependencies(
                settings,
                store,
                calls,
                lambda: base_url,
                callbacks_alive=lambda: webhooks.alive,
                metrics=metrics,
                wake_jobs=jobs.wake,
            )
        )
        server = _Server(http_config(api, close_s=CLOSE_CONNECTIONS, certificate=certificate))
        serving = asyncio.create_task(server.serve(sockets=[listener]), name="http")
        parts.push_async_callback(_stop, server, serving)
        while not server.started and not serving.done():  # noqa: ASYNC110 - the server has no event for it
            await asyncio.sleep(0.01)
        if serving.done():
            serving.result()
            raise VisavisError("the HTTP server stopped as soon as it was started")
        # Once more, before the server goes: who follows a call hears of its end.
        parts.push_async_callback(calls.close, "end_conversation_endpoint_hit")
        # What is loaded now stays: the collector need not look at it again during calls.
        gc.collect()
        gc.freeze()
        appliance = Appliance(settings, base_url, room_url, store, engines, calls)
        if settings.ready_file is not None:
            appliance.write_ready_file(settings.ready_file)
            parts.callback(settings.ready_file.unlink, missing_ok=True)
        yield appliance


def _remove(ready_file: Path) -> None:
    try:
        ready_file.unlink(missing_ok=True)
    except OSError as error:
        raise VisavisError(f"the ready file {ready_file} cannot be written: {error.strerror or error}") from error


class _Server(uvicorn.Server):
    """Leaves signals to whoever owns the process."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


async def _stop(server: uvicorn.Server, serving: asyncio.Task[None]) -> None:
    server.should_exit = True
    await asyncio.wait({serving}, timeout=CLOSE_CONNECTIONS + 1)
