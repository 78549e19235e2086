"""Stock presenters, drawn live: key pictures of a rendered person, morphed, turned and blended for every frame.

The loops are machine code, made once from the sources by `compile_all` (an installer calls it; else the first start does) and then loaded.
"""


def compile_all() -> None:
    """Make and keep the machine code of all loops if it is not there yet: about ten seconds, best in a process of its own."""
    from engine.layers.replica.presenter.machine_code import machine_code

    machine_code()
