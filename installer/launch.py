"""Handing over to the appliance."""

import argparse
import os
import sys

from installer.layout import Layout


def serve_command(layout: Layout, options: argparse.Namespace) -> list[str]:
    """Return the command that starts the appliance with what the installer was asked for."""
    command = [str(layout.scripts / "visavis"), "serve"]
    if options.headless:
        command.append("--headless")
    for option, value in (("--host", options.host), ("--port", options.port), ("--home", options.home)):
        if value is not None:
            command += [option, str(value)]
    if options.ready_file is not None:
        command += ["--ready-file", str(options.ready_file)]
    if options.offline:
        command.append("--offline")
    return command


def serve(layout: Layout, options: argparse.Namespace) -> int:
    """Become the appliance: the same process, so that signals reach it. Returns only where that is impossible."""
    command = serve_command(layout, options)
    sys.stdout.flush()
    sys.stderr.flush()
    os.execv(command[0], command)  # noqa: S606
