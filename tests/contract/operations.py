"""The operations of the public description, carried out: what is sent is made from its own examples."""

from typing import Any

from tests.contract.placeholders import A_URL


def example_of(schema: dict[str, Any]) -> Any:
    """Make a value that fits a schema, from its examples as far as it has some."""
    for choice in ("oneOf", "anyOf"):
        if choice in schema:
            return (
                {**example_of({**schema, choice: []}), **example_of(schema[choice][0])}
                if schema[choice]
                else _plain(schema)
            )
    return _plain(schema)


def _plain(schema: dict[str, Any]) -> Any:
    if schema.get("properties"):
        return {name: example_of(inner) for name, inner in schema["properties"].items()}
    if "example" in schema:
        return schema["example"]
    if "enum" in schema:
        return schema["enum"][0]
    if "default" in schema:
        return schema["default"]
    match schema.get("type"):
        case "array":
            return [example_of(schema.get("items", {}))]
        case "integer":
            return schema.get("minimum", 1)
        case "boolean":
            return True
        case "object":
            return {}
        case _:
            return "text"


def mended(body: dict[str, Any]) -> dict[str, Any]:
    """Put what really exists in the place of example ids and of examples that are no URLs."""
    known = {
        "replica_id": "rfe12d8b9597",
        "default_replica_id": "rfe12d8b9597",
        "persona_id": "pdced222244b",
        "objectives_id": "o12345",
        "guardrails_id": "g12345",
        "background_scroll_type": "smooth",
        "background_scroll_depth": "bottom",
        "background_scroll_return": "return",
    }
    for name, value in list(body.items()):
        if name in known:
            body[name] = known[name]
        elif name.endswith("_url") and not str(value).startswith("http"):
            body[name] = A_URL
        elif isinstance(value, dict):
            mended(value)
        elif isinstance(value, str) and value in {"true", "false"}:
            body[name] = value == "true"
    return body
