"""The personas and replicas that every installation has (`stock.toml`)."""

import tomllib
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

DEFAULT_PERSONA_ID = "pb87e71797da"
DEFAULT_REPLICA_ID = "r4067604db72"


@dataclass(frozen=True, slots=True)
class StockPersona:
    """A persona of `stock.toml`."""

    persona_id: str
    persona_name: str
    fields: dict[str, Any]
    """system_prompt, context, default_replica_id, pipeline_mode, layers."""


@dataclass(frozen=True, slots=True)
class StockReplica:
    """A replica of `stock.toml`."""

    replica_id: str
    replica_name: str
    fields: dict[str, Any]
    """presenter, model_name, category."""


@dataclass(frozen=True, slots=True)
class Stock:
    """All that is shipped."""

    personas: list[StockPersona]
    replicas: list[StockReplica]


def load_stock() -> Stock:
    """Read the table."""
    table = tomllib.loads((files("engine.store") / "stock.toml").read_text("utf-8"))
    personas = [
        StockPersona(
            entry.pop("id"), entry.pop("name"), {"pipeline_mode": "full", "context": "", "layers": {}, **entry}
        )
        for entry in table["persona"]
    ]
    replicas = [
        StockReplica(entry.pop("id"), entry.pop("name"), {"model_name": "phoenix-3", **entry})
        for entry in table["replica"]
    ]
    return Stock(personas, replicas)
