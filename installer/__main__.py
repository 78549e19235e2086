"""`python3 -m installer`: checks the Python version before anything that needs it is imported.

This file alone keeps to syntax that older Pythons read, so that they say what is wrong instead of failing to parse.
"""

import shutil
import sys

OLDEST = (3, 11)


def advice(running, found=lambda name: shutil.which(name)):  # type: ignore[no-untyped-def]
    """Return what to tell a Python that is too old."""
    lines = ["Visavis needs Python %d.%d or newer; this one is %d.%d." % (OLDEST + tuple(running[:2]))]  # noqa: UP031
    newer = [name for name in ("python3.13", "python3.12", "python3.14", "python3.11") if found(name)]
    if newer:
        lines.append("This machine has a newer one: call `%s -m installer ...` instead." % newer[0])  # noqa: UP031
    else:
        lines.append("Install one (for example `sudo apt-get install python3.11 python3.11-venv`, or python.org).")
    return "\n".join(lines)


if __name__ == "__main__":
    if sys.version_info < OLDEST:
        sys.exit(advice(sys.version_info))  # type: ignore[no-untyped-call]
    try:
        from installer.command import main

        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:  # Ctrl-C before `main` begins, or after it
        sys.exit(130)
