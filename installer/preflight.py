"""What can be known to go wrong before anything is fetched: a folder that cannot be written, an address that is taken."""

import errno
import os
import socket
import tempfile
from collections.abc import Mapping
from pathlib import Path

from installer.errors import InstallError
from installer.layout import Layout

LOOPBACK = "127.0.0.1"
PORT = 8765


def check_folders(layout: Layout) -> None:
    """Raise InstallError when the environment, the cache or the home folder cannot be written."""
    for folder, what, remedy in (
        (layout.venv, "The Python environment", "--venv DIR"),
        (layout.cache, "The cache of built wheels", "XDG_CACHE_HOME"),
        (layout.home, "The home folder (data, models, keys)", "--home DIR or VISAVIS_HOME"),
    ):
        if why := _unwritable(folder):
            raise InstallError(
                f"{what} cannot be written.", f"{folder}: {why}", f"make it writable, or choose another with {remedy}"
            )


def check_ready_file(file: Path) -> None:
    """Raise InstallError when the file cannot be written once everything is warm."""
    folder = file.absolute().parent
    if file.is_dir():
        why = f"{file} is a folder"
    elif not folder.is_dir():
        why = f"the folder {folder} does not exist"
    elif problem := _unwritable(folder):
        why = f"{folder}: {problem}"
    else:
        return
    raise InstallError("The ready file cannot be written.", why, "name another one with --ready-file FILE")


def check_listener(host: str | None, port: int | None, environment: Mapping[str, str] = os.environ) -> None:
    """Raise InstallError when the appliance could not listen there; what is None comes from `VISAVIS_HOST`, `VISAVIS_PORT`."""
    host = host or environment.get("VISAVIS_HOST", "").strip() or LOOPBACK
    if port is None:
        port = _port(environment.get("VISAVIS_PORT", "").strip())
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        with socket.socket(family, kind, protocol) as listener:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind(address)
    except OSError as failure:
        raise _listener_error(host, port, failure) from failure


def _listener_error(host: str, port: int, failure: OSError) -> InstallError:
    match failure.errno:
        case errno.EADDRINUSE:
            what = f"Port {port} is taken."
            why = f"another program (or another Visavis) listens on {host}:{port}"
            remedy = "end it, or choose another port with --port NUMBER (0: any free one)"
        case errno.EACCES:
            what = f"Port {port} may not be used."
            why = "ports below 1024 belong to the system"
            remedy = "choose another one with --port NUMBER (0: any free one)"
        case _:
            what = f"Nobody can listen on {host}."
            why = f"{failure.strerror or failure}: it is no address of this machine"
            remedy = "choose another one with --host ADDRESS (127.0.0.1: this machine alone, 0.0.0.0: the network too)"
    return InstallError(what, why, remedy)


def _port(text: str) -> int:
    if not text:
        return PORT
    if not text.isdecimal() or int(text) > 65535:
        raise InstallError(
            "The port is not a port.", f"VISAVIS_PORT is {text!r}", "set it to a number from 0 to 65535, or unset it"
        )
    return int(text)


def _unwritable(folder: Path) -> str | None:
    """Return why nothing can be put into the folder, or None; a folder yet to be made is judged by its nearest parent."""
    existing = next(path for path in (folder, *folder.parents) if os.path.lexists(path))
    if not existing.is_dir():
        return "it is a file" if existing == folder else f"{existing} is a file"
    try:
        # A real file: permission bits say nothing about root, read-only disks and the like.
        with tempfile.TemporaryFile(dir=existing):
            return None
    except OSError as failure:
        reason = failure.strerror or str(failure)
        return reason if existing == folder else f"nothing can be made in {existing} ({reason})"
