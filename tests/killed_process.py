"""Programs of the tests that say how far they are and are killed in the middle, as by a power cut."""

import asyncio
import contextlib
import sys
from pathlib import Path

from tests.real_time import SOON

ROOT = Path(__file__).parents[1]


async def killed_behind(line: str, module: str, *arguments: str) -> list[str]:
    """Run `python -m MODULE ARGUMENT...` until it prints `line`, kill it, and return the lines that came before that one."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", module, *arguments), stdout=asyncio.subprocess.PIPE, cwd=ROOT
    )
    told: list[str] = []
    try:
        assert process.stdout is not None
        async with asyncio.timeout(SOON):
            async for printed in process.stdout:
                if printed.decode().strip() == line:
                    return told
                told.append(printed.decode().strip())
        raise AssertionError(f"{module} ended by itself and never said {line!r}, but {told}")
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()
