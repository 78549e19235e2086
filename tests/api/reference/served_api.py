"""The API served on a real socket from a thread of its own, for clients that block."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import uvicorn

from engine.api.app import create_api
from engine.api.dependencies import ApiDependencies
from engine.secret import Secret
from engine.settings import Settings
from engine.store.opening import open_store
from tests.fakes.call_host import FakeCallHost

KEY = "the-key-of-the-reference-tests"


class ServedApi:
    """Store, application and server in one event loop; calls are carried by a fake host."""

    def __init__(self, home: Path) -> None:
        self._home = home
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve()), name="served API")
        self._started = threading.Event()
        self._server: uvicorn.Server | None = None
        self._failure: BaseException | None = None
        self.url = ""

    def start(self) -> None:
        """Serve from now on."""
        self._thread.start()
        self._started.wait(120)
        if self._failure is not None:
            raise self._failure

    def stop(self) -> None:
        """End the server and wait for it."""
        if self._server is not None:
            self._server.should_exit = True
        self._thread.join(60)

    async def _serve(self) -> None:
        store = None
        try:
            store = await open_store(self._home)
            settings = Settings(home=self._home, api_key=Secret(KEY))
            host = FakeCallHost(store, capacity=1_000_000)
            app = create_api(ApiDependencies(settings=settings, store=store, host=host, base_url=lambda: self.url))
            self._server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="error", lifespan="off"))
            serving = asyncio.create_task(self._server.serve())
            while not self._server.started:  # noqa: ASYNC110 - it has no event to wait for
                await asyncio.sleep(0.01)
            port = self._server.servers[0].sockets[0].getsockname()[1]
            self.url = f"http://127.0.0.1:{port}"
            self._started.set()
            await serving
        except BaseException as error:
            self._failure = error
            raise
        finally:
            self._started.set()
            if store is not None:
                await store.close()


@contextmanager
def served_api(home: Path) -> Iterator[str]:
    """Serve the API on a free port; yields its base URL."""
    served = ServedApi(home)
    served.start()
    try:
        yield served.url
    finally:
        served.stop()
