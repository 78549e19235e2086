"""Every curl example of the documents, pasted into a shell: the real curl, over a real socket."""

import asyncio
import os
import re
import shutil
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest
import pytest_asyncio

from engine.api.app import create_api
from engine.api.dependencies import ApiDependencies
from engine.secret import Secret
from engine.settings import Settings
from engine.store.opening import open_store
from tests.api.conftest import BASE_URL, ENVIRONMENT_KEY, client_of, make_page
from tests.contract.conftest import Api
from tests.contract.documents import CurlExample, curl_examples
from tests.contract.placeholders import A_URL, filler
from tests.fakes.call_host import FakeCallHost
from tests.served import served

CLOUD = "https://tavusapi.com"
OWN_EXAMPLE = CurlExample(
    "README",
    0,
    f"curl -X POST {CLOUD}/v2/conversations \\\n  -H 'x-api-key: <api-key>' -H 'Content-Type: application/json' \\\n"
    '  -d \'{"persona_id": "pb87e71797da"}\'',
)
"""What is checked in a checkout without the documents."""

pytestmark = [
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.skipif(not (shutil.which("curl") and shutil.which("bash")), reason="there is no curl or no bash"),
]


@dataclass(frozen=True, slots=True)
class Shell:
    """Runs examples against an API on a real socket."""

    api: Api
    base_url: str
    folder: Path

    async def status(self, command: str) -> tuple[int, str]:
        """Run a command of one curl call; return the status and all that it printed."""
        environment = {"PATH": os.environ["PATH"], "CURL_HOME": str(self.folder), "HOME": str(self.folder)}
        process = await asyncio.create_subprocess_exec(
            *("bash", "-c", command),
            env=environment,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        printed = (await process.communicate())[0].decode()
        told = re.search(r"\n@(\d{3})\Z", printed)
        return int(told[1]) if told else 0, printed


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def shell(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Shell]:
    folder = tmp_path_factory.mktemp("shell")
    make_page(folder / "page")
    (folder / ".curlrc").write_text(
        'silent\nshow-error\nmax-time = 30\nnoproxy = "*"\nwrite-out = "\\n@%{http_code}"\n'
    )
    async with AsyncExitStack() as parts:
        store = await open_store(folder / "home")
        parts.push_async_callback(store.close)
        dependencies = ApiDependencies(
            settings=Settings(home=folder / "home", api_key=Secret(ENVIRONMENT_KEY)),
            store=store,
            host=FakeCallHost(store, capacity=10_000),
            base_url=lambda: BASE_URL,
            page_folder=folder / "page",
        )
        port = await parts.enter_async_context(served(create_api(dependencies)))
        client = await parts.enter_async_context(client_of(dependencies, x_api_key=ENVIRONMENT_KEY))
        yield Shell(Api(client, store), f"http://127.0.0.1:{port}", folder)


@pytest.mark.parametrize(
    "example", curl_examples() or (OWN_EXAMPLE,), ids=lambda example: f"{example.heading}-{example.line}"
)
async def test_an_example_as_a_reader_pastes_it_is_answered(shell: Shell, example: CurlExample) -> None:
    fill = await filler(shell.api)
    command = example.text.replace(CLOUD, shell.base_url)
    command = re.sub(r"(x-api-key: *)[^'\"\n]+", rf"\g<1>{ENVIRONMENT_KEY}", command)
    for placeholder, value in (
        (r"<[^>\n]*persona[^>\n]*id[^>\n]*>|\{persona_id\}", fill.persona_id),
        (r"<[^>\n]*replica[^>\n]*id[^>\n]*>|\{replica_id\}", fill.replica_id),
        (r"<[^>\n]*video_id[^>\n]*>|\{video_id\}", fill.video_id),
        (r"<[^>\n]*document[^>\n]*id[^>\n]*>|\{document_id\}|document id|\bd\d{9,}", fill.document_id),
        (r"<[^>\n]*(url|link|webhook)[^>\n]*>|your_webhook_url|webhook-url", A_URL),
    ):
        command = re.sub(placeholder, value, command, flags=re.IGNORECASE)
    # Apostrophes in sentences end the shell's text: a slip of two examples, put right as a reader would.
    command = re.sub(r"(?<=[a-z])'(?=s\b|t\b|re\b|ll\b|ve\b| [a-z])", "'\\\\''", command)

    status, printed = await shell.status(command)

    assert 200 <= status < 300, f"{command}\n{printed}"
