"""The step engine: skipping, resuming, stopping, explaining."""

import io
import os
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from installer.console import Console
from installer.errors import InstallError
from installer.process import Children
from installer.state import State
from installer.steps import Engine, Progress, Step
from tests.installer.conftest import CHECKOUT


class Bench:
    """An engine whose steps write down that they ran."""

    def __init__(self, folder: Path, *, offline: bool = False) -> None:
        self.printed = io.StringIO()
        self.ran: list[str] = []
        self.children = Children(folder / "logs")
        console = Console(self.printed, live=False)
        self.engine = Engine(State(folder / "state.json"), console, self.children, offline=offline)

    def step(self, name: str, key: str = "1", *, run: Callable[[Progress], str] | None = None, **more: object) -> Step:
        def note(progress: Progress) -> str:
            self.ran.append(name)
            return run(progress) if run else "well"

        return Step(name, f"Step {name}", key, note, **more)  # type: ignore[arg-type]


def test_what_is_done_is_skipped_by_the_next_call(tmp_path: Path) -> None:
    for expected in (["a", "b"], []):
        bench = Bench(tmp_path)
        done = bench.engine.execute([((bench.step("a"),),), ((bench.step("b"),),)])
        assert bench.ran == expected
        assert done == len(expected)


def test_a_second_call_prints_nothing(tmp_path: Path) -> None:
    for _ in range(2):
        bench = Bench(tmp_path)
        bench.engine.execute([((bench.step("a"),),)])
    assert bench.printed.getvalue() == ""


def test_other_inputs_or_a_lost_outcome_do_a_step_again(tmp_path: Path) -> None:
    first = Bench(tmp_path)
    first.engine.execute([((first.step("a"), first.step("b"), first.step("c")),)])
    again = Bench(tmp_path)
    again.engine.execute([((again.step("a", "2"), again.step("b", present=lambda: False), again.step("c")),)])
    assert again.ran == ["a", "b"]


def test_a_failure_is_explained_and_the_next_call_goes_on_there(tmp_path: Path) -> None:
    def fails(progress: Progress) -> str:
        progress.run([sys.executable, "-c", "import sys; print('x' * 9); sys.exit('ERROR: [Errno 28] No space left')"])
        return "never"

    bench = Bench(tmp_path)
    with pytest.raises(InstallError) as caught:
        bench.engine.execute([((bench.step("a"), bench.step("b", run=fails), bench.step("c")),)])
    text = str(caught.value)
    assert "Step b failed." in text
    assert "the disk is full" in text
    assert "[Errno 28] No space left" in text
    assert caught.value.log is not None
    assert "No space left" in caught.value.log.read_text()
    again = Bench(tmp_path)
    again.engine.execute([((again.step("a"), again.step("b"), again.step("c")),)])
    assert again.ran == ["b", "c"]


def test_lanes_run_side_by_side(tmp_path: Path) -> None:
    import threading

    both = threading.Barrier(2, timeout=60)

    def meets(progress: Progress) -> str:
        both.wait()
        return "met"

    bench = Bench(tmp_path)
    bench.engine.execute([((bench.step("a", run=meets),), (bench.step("b", run=meets),))])
    assert sorted(bench.ran) == ["a", "b"]
    assert bench.printed.getvalue().count("met") == 2


def test_a_failing_lane_stops_the_other_with_its_children(tmp_path: Path) -> None:
    pid_file = tmp_path / "pid"

    def lasts(progress: Progress) -> str:
        code = f"import os, time; open({str(pid_file)!r}, 'w').write(str(os.getpid())); time.sleep(600)"
        progress.run([sys.executable, "-c", code])
        return "never"

    def fails(progress: Progress) -> str:
        _wait(lambda: pid_file.exists() and pid_file.read_text() != "")
        raise InstallError("It broke.", "because", "mend it")

    bench = Bench(tmp_path)
    with pytest.raises(InstallError, match="It broke"):
        bench.engine.execute([((bench.step("a", run=lasts),), (bench.step("b", run=fails),))])
    _wait(lambda: not _alive(int(pid_file.read_text())))
    assert State(tmp_path / "state.json").key("a") is None


def test_offline_names_the_step_that_would_need_the_network(tmp_path: Path) -> None:
    bench = Bench(tmp_path, offline=True)
    with pytest.raises(InstallError) as caught:
        bench.engine.execute([((bench.step("a"), bench.step("b", local=lambda: False)),)])
    assert bench.ran == ["a"]
    assert caught.value.what == "Step b is not done yet."
    assert "--offline" in caught.value.why


def test_an_interrupted_step_is_resumed_by_the_next_call(tmp_path: Path) -> None:
    """A real process, a real Ctrl-C in the middle of a slow step, and then the same call again."""
    script = tmp_path / "slow.py"
    script.write_text(
        textwrap.dedent(
            f"""
            import sys
            from pathlib import Path
            sys.path.insert(0, {str(CHECKOUT)!r})
            from installer.console import Console
            from installer.process import Children
            from installer.state import State
            from installer.steps import Engine, Step

            folder = Path({str(tmp_path)!r})
            parts = folder / "parts"
            parts.mkdir(exist_ok=True)
            CHILD = '''
            import pathlib, sys, time
            for number in range(4):
                part = pathlib.Path(sys.argv[1], str(number))
                if not part.exists():
                    part.touch()
                    print("made", number, flush=True)
                    time.sleep(600 if sys.argv[2] == "slow" and number == 1 else 0)
            '''.replace("\\n            ", "\\n")

            def quick(progress):
                with (folder / "quick").open("a") as file:
                    file.write("ran ")
                return "done"

            def slow(progress):
                progress.run([sys.executable, "-c", CHILD, parts, sys.argv[1]])
                return "done"

            children = Children(folder / "logs")
            engine = Engine(State(folder / "state.json"), Console(), children)
            try:
                engine.execute([((Step("quick", "Quick", "1", quick), Step("slow", "Slow", "1", slow)),)])
            except KeyboardInterrupt:
                sys.exit(130)
            """
        )
    )
    first = subprocess.Popen([sys.executable, script, "slow"], stdout=subprocess.PIPE)
    _wait((tmp_path / "parts" / "1").exists)
    first.send_signal(signal.SIGINT)
    output, _ = first.communicate(timeout=120)
    assert first.returncode == 130
    assert b"stopped" in output
    assert not (tmp_path / "parts" / "2").exists()

    second = subprocess.run([sys.executable, script, "fast"], capture_output=True, timeout=120, check=True)
    assert (tmp_path / "quick").read_text() == "ran "
    assert sorted(path.name for path in (tmp_path / "parts").iterdir()) == ["0", "1", "2", "3"]
    assert b"made 0" not in second.stdout
    assert (tmp_path / "logs" / "slow.log").read_text().splitlines()[-2:] == ["made 2", "made 3"]


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def _wait(condition: Callable[[], bool], seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it never came about"
        time.sleep(0.02)
