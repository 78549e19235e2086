"""The command line: `run`, `test`, `doctor`, `uninstall`, and `lock` for maintainers."""

import argparse
import os
import signal
import sys
from collections.abc import Sequence
from contextlib import nullcontext
from pathlib import Path
from types import FrameType

from installer.checks import run_checks
from installer.console import Console
from installer.doctor import examine
from installer.errors import CancelledError, ChildFailedError, InstallError, explained, from_os_error
from installer.exclusive import only_one
from installer.installation import Installation, Options
from installer.launch import serve
from installer.layout import Layout
from installer.lock import Lock
from installer.preflight import check_folders, check_listener, check_ready_file
from installer.process import Children
from installer.project import QUIET_RUNTIME
from installer.relock import relock
from installer.removal import uninstall
from installer.state import State
from installer.steps import Engine

INTERRUPTED = 130


def main(arguments: Sequence[str]) -> int:
    """Carry out one command and return its exit status; every failure is one readable message on standard error."""
    before, passed_on = _split(arguments)
    options = _parser().parse_args(before)
    if passed_on and options.command != "test":
        _parser().error("arguments after -- are for `test`: they go to pytest")
    os.environ.setdefault(QUIET_RUNTIME, "1")
    # A closed terminal or a stopped service counts as Ctrl-C: children are ended, what is done stays done.
    for number in (signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) is not signal.SIG_IGN:  # nohup
            signal.signal(number, _interrupt)
    try:
        return _carry_out(options, passed_on)
    except InstallError as error:
        problem = error
    except ChildFailedError as failure:
        problem = explained(f"`{options.command}` failed.", failure)
    except OSError as failure:
        problem = from_os_error(f"`{options.command}` failed.", failure)
    except (KeyboardInterrupt, CancelledError):
        print("\nInterrupted. What is done stays done: the next call goes on from here.", file=sys.stderr)
        return INTERRUPTED
    print(f"\n{problem}", file=sys.stderr)
    return 1


def _carry_out(options: argparse.Namespace, passed_on: Sequence[str]) -> int:
    layout = Layout.of(os.environ, venv=options.venv, home=options.home)
    match options.command:
        case "run":
            if options.ready_file is not None:
                check_ready_file(options.ready_file)
            check_listener(options.host, options.port)
            set_up(layout, _options(options))
            return serve(layout, options)
        case "test":
            wanted = _options(options)
            set_up(layout, wanted)
            return run_checks(layout, passed_on, browser=wanted.browser)
        case "doctor":
            return examine(layout, Options(gpu=options.gpu))
        case "uninstall":
            with only_one(layout.cache) if layout.cache.exists() else nullcontext():
                return uninstall(layout, data=options.data, yes=options.yes)
        case _:
            relock(layout, upgrade=options.upgrade)
            return 0


def set_up(layout: Layout, options: Options) -> None:
    """Do whatever is not done yet; raises InstallError, KeyboardInterrupt."""
    lock = Lock.read(layout.lock)
    check_folders(layout)
    with only_one(layout.cache):
        state = State(layout.state)
        children = Children(layout.logs)
        with Console() as console:
            engine = Engine(state, console, children, offline=options.offline)
            done = engine.execute(Installation(layout, lock, state, options).stages())
    if not done:
        print("Everything is in place.", flush=True)


def _options(options: argparse.Namespace) -> Options:
    return Options(
        yes=options.yes,
        offline=options.offline,
        gpu=options.gpu,
        extras=tuple(dict.fromkeys(options.extra)),
        tests=options.command == "test",
        browser=not getattr(options, "without_browser", False),
    )


def _split(arguments: Sequence[str]) -> tuple[list[str], list[str]]:
    """Cut at the first `--`."""
    if "--" not in arguments:
        return list(arguments), []
    cut = list(arguments).index("--")
    return list(arguments[:cut]), list(arguments[cut + 1 :])


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python3 -m installer", description="Sets Visavis up, and starts it.")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")

    places = argparse.ArgumentParser(add_help=False)
    places.add_argument("--venv", type=Path, metavar="DIR", help="the environment (default: .venv in the checkout)")
    places.add_argument(
        "--home", type=Path, metavar="DIR", help="data, models, keys (default: VISAVIS_HOME, ~/.local/share/visavis)"
    )
    setting_up = argparse.ArgumentParser(add_help=False)
    setting_up.add_argument("--yes", action="store_true", help="install missing system packages (as root or with sudo)")
    setting_up.add_argument(
        "--offline",
        action="store_true",
        default=os.environ.get("VISAVIS_OFFLINE", "").strip().lower() in {"1", "true", "yes", "on"},
        help="never use the network; says which step would need it",
    )
    setting_up.add_argument(
        "--extra",
        action="append",
        default=[],
        choices=("gui", "train", "cloning", "studio"),
        help="a further set of packages",
    )
    card_parent = argparse.ArgumentParser(add_help=False)
    card = card_parent.add_mutually_exclusive_group()
    card.add_argument("--gpu", action="store_const", const=True, dest="gpu", help="insist on the GPU runtime")
    card.add_argument("--cpu", action="store_const", const=False, dest="gpu", help="leave the graphics card alone")

    run = commands.add_parser(
        "run", parents=[places, setting_up, card_parent], help="set up what is missing, then start"
    )
    run.add_argument("--headless", action="store_true", help="open no window and no browser")
    run.add_argument("--host", metavar="ADDRESS", help="listen here (default: 127.0.0.1)")
    run.add_argument("--port", type=_port, metavar="NUMBER", help="listen on this port (default: 8765)")
    run.add_argument("--ready-file", type=Path, metavar="FILE", help="written once everything is warm")

    test = commands.add_parser(
        "test",
        parents=[places, setting_up, card_parent],
        help="set up, then lint, type checks and tests; after --: pytest's arguments",
    )
    test.add_argument(
        "--without-browser", action="store_true", help="do without Chromium; tests that need it are skipped"
    )

    commands.add_parser("doctor", parents=[places, card_parent], help="say what is there and what is missing")
    remove = commands.add_parser("uninstall", parents=[places], help="remove the environment and the built wheels")
    remove.add_argument("--data", action="store_true", help="the home folder too: conversations, models, keys")
    remove.add_argument("--yes", action="store_true", help="do not ask")
    lock = commands.add_parser("lock", parents=[places], help="for maintainers: make requirements.lock anew (needs uv)")
    lock.add_argument("--upgrade", action="store_true", help="take the newest versions, not the locked ones")
    return parser


def _port(text: str) -> int:
    if not text.isdecimal() or int(text) > 65535:
        raise argparse.ArgumentTypeError(f"{text!r} is no number from 0 to 65535")
    return int(text)


def _interrupt(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt
