"""What every installation has: personas, replicas, objectives and guardrails (the tables of `stock_tables`)."""

import tomllib
from dataclasses import dataclass
from importlib.resources import files
from typing import Any, TypeAlias

DEFAULT_PERSONA_ID = "pb87e71797da"
DEFAULT_REPLICA_ID = "r4067604db72"

StockSet: TypeAlias = tuple[str, str, dict[str, Any]]
"""Id, name and fields of a set of objectives or guardrails, the fields as the API keeps them."""

OBJECTIVE_DEFAULTS: dict[str, Any] = {
    "confirmation_mode": "auto",
    "output_variables": [],
    "modality": "verbal",
    "next_conditional_objectives": {},
    "next_required_objectives": [],
    "callback_url": "",
}

GUARDRAIL_DEFAULTS: dict[str, Any] = {"modality": "verbal", "callback_url": "", "tags": [], "app_message": None}


@dataclass(frozen=True, slots=True)
class StockPersona:
    """A persona of the tables."""

    persona_id: str
    persona_name: str
    fields: dict[str, Any]
    """system_prompt, context, default_replica_id, pipeline_mode, layers, objectives_id, guardrails_id, category."""


@dataclass(frozen=True, slots=True)
class StockReplica:
    """A replica of the tables."""

    replica_id: str
    replica_name: str
    fields: dict[str, Any]
    """presenter, backdrop, model_name, category; perhaps default_voice, default_persona."""


@dataclass(frozen=True, slots=True)
class Stock:
    """All that is shipped."""

    personas: list[StockPersona]
    replicas: list[StockReplica]
    objectives: list[StockSet]
    guardrails: list[StockSet]


def load_stock() -> Stock:
    """Read the tables."""
    personas = [
        StockPersona(
            entry.pop("id"), entry.pop("name"), {"pipeline_mode": "full", "context": "", "layers": {}, **entry}
        )
        for entry in [*_table("personas")["persona"], *_table("use_cases")["persona"]]
    ]
    replicas = [
        StockReplica(entry.pop("id"), entry.pop("name"), {"model_name": "phoenix-3", **entry})
        for entry in _table("replicas")["replica"]
    ]
    return Stock(
        personas,
        replicas,
        [_set(entry, OBJECTIVE_DEFAULTS, {}) for entry in _table("objectives")["set"]],
        [_set(entry, GUARDRAIL_DEFAULTS, {"tags": _tags(entry)}) for entry in _table("guardrails")["set"]],
    )


def _set(entry: dict[str, Any], defaults: dict[str, Any], of_the_set: dict[str, Any]) -> StockSet:
    data = [{**defaults, **member} for member in entry["data"]]
    return entry["id"], entry["name"], {"name": entry["name"], "data": data, **of_the_set}


def _tags(entry: dict[str, Any]) -> list[str]:
    return list(dict.fromkeys(tag for member in entry["data"] for tag in member.get("tags", [])))


def _table(name: str) -> dict[str, Any]:
    return tomllib.loads((files("engine.store.stock_tables") / f"{name}.toml").read_text("utf-8"))
