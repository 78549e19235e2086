"""`python -m models`: the model commands without the rest of the appliance."""

from models.commands import main

if __name__ == "__main__":
    main()
