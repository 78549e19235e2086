from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass

import httpx
import pytest
import pytest_asyncio

from engine.api.dependencies import ApiDependencies
from engine.jobs.runner import JobRunner
from engine.jobs.worker import Workers
from engine.secret import Secret
from engine.settings import Settings
from engine.store.opening import Store, open_store
from tests.api.conftest import BASE_URL, ENVIRONMENT_KEY, client_of, make_page
from tests.fakes.call_host import FakeCallHost


@dataclass(frozen=True, slots=True)
class Api:
    """The whole API over a real store; only the calls are a fake that opens no rooms."""

    client: httpx.AsyncClient
    store: Store


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def api(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Api]:
    """One for a module: each case makes what it needs."""
    tmp_path = tmp_path_factory.mktemp("api")
    make_page(tmp_path / "page")
    store = await open_store(tmp_path / "home")
    jobs = JobRunner(store, Workers(), base_url=lambda: BASE_URL)
    jobs.start()
    dependencies = ApiDependencies(
        settings=Settings(home=tmp_path / "home", api_key=Secret(ENVIRONMENT_KEY)),
        store=store,
        host=FakeCallHost(store, capacity=10_000),
        base_url=lambda: BASE_URL,
        page_folder=tmp_path / "page",
        wake_jobs=jobs.wake,
    )
    async with client_of(dependencies, x_api_key=ENVIRONMENT_KEY) as client:
        yield Api(client, store)
    await jobs.close()
    await store.close()


COUNTED = pytest.StashKey[dict[str, Counter[str]]]()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Print heading -> cases, and the count."""
    table = config.stash.get(COUNTED, {})
    if not table:
        return
    terminalreporter.section("documented fields")
    for heading, counts in table.items():
        reasons = "; ".join(f"{count} not: {reason}" for reason, count in counts.items() if reason != "cases")
        terminalreporter.write_line(f"{heading[:60]:60} {counts['cases']:4} cases  {reasons}")
    cases = sum(counts["cases"] for counts in table.values())
    total = sum(sum(counts.values()) for counts in table.values())
    terminalreporter.write_line(
        f"{total} fields under {len(table)} headings: {cases} with a case, {total - cases} with a reason"
    )
