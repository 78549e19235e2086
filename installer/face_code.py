"""The machine code that draws faces, made once: no first conversation has to wait for it."""

from installer.errors import ChildFailedError, InstallError
from installer.layout import Layout
from installer.state import key_of
from installer.steps import Progress

_SOURCES = "engine/layers/replica/presenter"
_COMPILE = "from engine.layers.replica.presenter import compile_all; compile_all()"


def face_code_key(layout: Layout) -> str:
    """Return what the code depends on: every module of the package that draws."""
    return key_of(*(source.read_text(encoding="utf-8") for source in sorted((layout.checkout / _SOURCES).glob("*.py"))))


def make_face_code(layout: Layout, progress: Progress) -> str:
    """Compile the loops in a child process; what was compiled before is found again in a moment."""
    progress.tail("compiling the loops that draw")
    try:
        progress.run([layout.python, "-c", _COMPILE])
    except ChildFailedError as failure:
        raise InstallError(
            "The code that draws faces could not be made.",
            failure.tail[-1] if failure.tail else f"its compiler ended with status {failure.returncode}",
            "`python3 -m installer uninstall`, then call again; if it repeats, report the log",
            log=failure.log,
            tail=failure.tail,
        ) from failure
    return "made for this processor"
