"""`visavis`: the command line."""

import asyncio
import faulthandler
import os
import signal
import sys
import threading
import webbrowser
from pathlib import Path
from typing import Any

import click

from engine import __version__
from engine.bench.commands import bench
from engine.commands.certificate import certificate
from engine.commands.installation import home_option, settings_with
from engine.commands.keys import keys
from engine.commands.studio import studio
from engine.commands.turns import turns
from engine.commands.voices import voices
from engine.commands.webhooks import webhooks
from engine.errors import VisavisError
from engine.logs import logging_to
from engine.settings import Settings
from models.commands import models as models_commands

STOP_WITHIN = 4.5
"""Seconds from the signal to the end of the process."""


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(__version__, prog_name="visavis")
def visavis() -> None:
    """A conversational video interface that runs whole on this machine."""


visavis.add_command(models_commands)
visavis.add_command(bench)
visavis.add_command(certificate)
visavis.add_command(keys)
visavis.add_command(studio)
visavis.add_command(turns)
visavis.add_command(voices)
visavis.add_command(webhooks)


def main() -> None:
    """Run the command line; an expected error is one line on standard error and exit status 1."""
    try:
        visavis(standalone_mode=False)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except (click.Abort, KeyboardInterrupt):
        sys.exit(130)
    except VisavisError as error:
        click.echo(f"visavis: {error}", err=True)
        if "`visavis " in str(error) or ": visavis " in str(error):
            click.echo(f"visavis: here `visavis` is `{_own_command()}`", err=True)
        sys.exit(1)


def _own_command() -> str:
    """Return how this program was called, for a person who copies it: it need not be on the PATH."""
    called = Path(sys.argv[0])
    command = str(called) if called.name == "visavis" else f"{sys.executable} -m engine"
    home = os.environ.get("VISAVIS_HOME")
    return f"VISAVIS_HOME={home} {command}" if home else command


@visavis.command()
@click.option("--headless", is_flag=True, help="Do not open a browser.")
@click.option("--host", help="Address to listen on; the default is this machine alone [127.0.0.1].")
@click.option("--port", type=int, help="Port; 0 takes a free one [8765].")
@home_option
@click.option("--ready-file", type=click.Path(path_type=Path, dir_okay=False), help="Written once all is warm.")
@click.option("--offline/--online", default=None, help="Let nothing leave this machine.")
@click.option("--video", help="What rooms show: 512 (square) or 720p, about twice the work [512].")
def serve(headless: bool, **given: Any) -> None:
    """Start the appliance: API and room."""
    settings = settings_with(**given)
    # What is said about models names this home, also when it was given as an option.
    os.environ["VISAVIS_HOME"] = str(settings.home)
    with logging_to(sys.stderr, settings):
        asyncio.run(_serve(settings, open_browser=not headless and _has_display()))


async def _serve(settings: Settings, *, open_browser: bool) -> None:
    from engine.appliance import running

    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    async with running(settings) as appliance:
        room_url = appliance.room_url
        told = f"Talk: {room_url}" if room_url else f"POST {appliance.base_url}/v2/conversations begins a conversation."
        click.echo(f"Visavis {__version__} is ready. {told}")
        if open_browser and room_url:
            webbrowser.open(room_url)
        await stop.wait()
        click.echo("Visavis stops.")
        _stop_within(STOP_WITHIN)


def _stop_within(seconds: float) -> None:
    """Leave the process for good if its parts have not stopped by then; what was acknowledged is on disk already."""

    def leave() -> None:
        faulthandler.dump_traceback(all_threads=True)
        click.echo(f"visavis: not stopped after {seconds} s, leaving", err=True)
        os._exit(1)

    timer = threading.Timer(seconds, leave)
    timer.daemon = True
    timer.start()


def _has_display() -> bool:
    return sys.platform in {"win32", "darwin"} or bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
