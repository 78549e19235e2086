"""`python -m engine` is `visavis`."""

from engine.cli import main

if __name__ == "__main__":
    main()
