"""The step engine: what is done is skipped, what failed is explained, what was interrupted goes on."""

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from installer.console import Console
from installer.errors import CancelledError, ChildFailedError, InstallError, explained, from_os_error
from installer.process import Children
from installer.state import State


class Progress:
    """What a running step is given: child processes, a live tail, a place for facts."""

    def __init__(self, name: str, label: str, console: Console, children: Children) -> None:
        self._name = name
        self._label = label
        self._console = console
        self._children = children
        self._logged = False
        self.facts: dict[str, object] = {}

    def tail(self, text: str) -> None:
        """Show what the step is at."""
        self._console.tail(self._label, text)

    def note(self, text: str) -> None:
        """Print a line that stays."""
        self._console.note(f"[{self._label}] {text}")

    def run(
        self,
        command: Sequence[str | Path],
        *,
        on_line: Callable[[str], None] | None = None,
        environment: Mapping[str, str] | None = None,
        folder: Path | None = None,
        nice: bool = False,
    ) -> list[str]:
        """Run a child of this step, its output in the step's log; raises ChildFailedError and CancelledError."""
        fresh, self._logged = not self._logged, True
        return self._children.run(
            command,
            log=self._name,
            on_line=on_line or self.tail,
            environment=environment,
            folder=folder,
            nice=nice,
            fresh_log=fresh,
        )

    def check(self) -> None:
        """Raise CancelledError when everything has been told to stop."""
        if self._children.cancelled:
            raise CancelledError


def _always() -> bool:
    return True


@dataclass(frozen=True, slots=True)
class Step:
    """One piece of the installation."""

    name: str
    """Names it in the state file and the log."""
    title: str
    key: str
    """A hash of the inputs: another key means the step has to be done again. Empty: `present` alone decides."""
    run: Callable[[Progress], str]
    """Does it, can be called again after an interruption, and returns a few words on the outcome."""
    present: Callable[[], bool] = _always
    """A quick look whether what the step made is still there."""
    local: Callable[[], bool] = _always
    """Whether it can be done without the network."""


Lane = tuple[Step, ...]
"""Steps one after another."""
Stage = tuple[Lane, ...]
"""Lanes side by side; the next stage waits for all."""


class Engine:
    """Carries out stages of steps."""

    def __init__(self, state: State, console: Console, children: Children, *, offline: bool = False) -> None:
        self._state = state
        self._console = console
        self._children = children
        self._offline = offline
        self._first_error: InstallError | None = None
        self._error_lock = threading.Lock()

    def done(self, step: Step) -> bool:
        """Whether the step was finished with the same inputs and its outcome is still there."""
        return (not step.key or self._state.key(step.name) == step.key) and step.present()

    def execute(self, stages: Sequence[Stage]) -> int:
        """Do all steps that are not done, and return how many that were.

        Raises InstallError when one fails (the others are stopped), KeyboardInterrupt when interrupted.
        """
        steps = [step for stage in stages for lane in stage for step in lane]
        labels = {step.name: f"{number}/{len(steps)}" for number, step in enumerate(steps, 1)}
        pending = [step for step in steps if not self.done(step)]
        if not pending:
            return 0
        for stage in stages:
            self._run_stage(stage, labels)
        return len(pending)

    def _run_stage(self, stage: Stage, labels: Mapping[str, str]) -> None:
        # Not Thread.join: interrupted by Ctrl-C, Python 3.11's takes a thread that still runs for an ended one.
        running: list[threading.Event] = []
        try:
            for lane in filter(None, stage):
                ended = threading.Event()
                threading.Thread(
                    target=self._run_lane, args=(lane, labels, ended), name=f"lane {lane[0].name}", daemon=True
                ).start()
                running.append(ended)
            for ended in running:
                # A wait without a timeout would hold back Ctrl-C on some platforms.
                while not ended.wait(0.2):
                    pass
        except BaseException:
            self._children.cancel()
            for ended in running:
                ended.wait(10)
            raise
        if self._first_error is not None:
            raise self._first_error

    def _run_lane(self, lane: Lane, labels: Mapping[str, str], ended: threading.Event) -> None:
        try:
            for step in lane:
                if not self._went_well(step, labels[step.name]):
                    return
        finally:
            ended.set()

    def _went_well(self, step: Step, label: str) -> bool:
        try:
            self._run_step(step, label)
        except CancelledError:
            return False
        except InstallError as error:
            self._fail(error)
        except OSError as error:
            self._fail(from_os_error(f"{step.title} failed.", error))
        except Exception as error:  # a mistake of the installer's own: said openly, with the other lanes stopped
            self._fail(InstallError(f"{step.title} failed.", repr(error), "report this: it is a fault in Visavis"))
        else:
            return True
        return False

    def _run_step(self, step: Step, label: str) -> None:
        if self._children.cancelled:
            raise CancelledError
        if self.done(step):
            self._console.note(f"[{label}] {step.title}: already there")
            return
        if self._offline and not step.local():
            raise InstallError(
                f"{step.title} is not done yet.",
                "this step fetches files, and --offline forbids the network",
                "call once without --offline on a machine that reaches a package index",
            )
        self._console.begin(label, step.title)
        progress = Progress(step.name, label, self._console, self._children)
        outcome = "failed"
        try:
            outcome = step.run(progress)
            if step.key:
                self._state.finish(step.name, step.key, **progress.facts)
        except CancelledError:
            outcome = "stopped"
            raise
        except ChildFailedError as failure:
            raise explained(f"{step.title} failed.", failure) from failure
        finally:
            self._console.end(label, outcome)

    def _fail(self, error: InstallError) -> None:
        with self._error_lock:
            if self._first_error is None:
                self._first_error = error
        self._children.cancel()
