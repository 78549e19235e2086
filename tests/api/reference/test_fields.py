from typing import Any

from engine.api.reference.fields import FieldRow, field_rows, kind_of

SCHEMAS: dict[str, Any] = {
    "Inner": {
        "type": "object",
        "description": "About the model, not the field.",
        "required": ["depth"],
        "properties": {"depth": {"type": "integer", "minimum": 1, "maximum": 10, "default": 1, "description": "Far."}},
    },
    "Loop": {"type": "object", "properties": {"next": {"$ref": "#/components/schemas/Loop"}}},
}


def rows(properties: dict[str, Any], **more: Any) -> dict[str, FieldRow]:
    found = field_rows({"type": "object", "properties": properties, **more}, SCHEMAS)
    return {row.name: row for row in found}


def test_fields_of_objects_inside_are_named_with_their_path() -> None:
    found = rows(
        {"crawl": {"$ref": "#/components/schemas/Inner"}, "list": {"type": "array", "items": SCHEMAS["Inner"]}}
    )
    assert list(found) == ["crawl", "crawl.depth", "list", "list[].depth"]
    assert found["crawl"].description == ""
    assert found["crawl.depth"] == FieldRow("crawl.depth", "integer", True, "1", "at least 1; at most 10", "Far.")


def test_accepted_values_and_required_fields_are_told() -> None:
    found = rows({"a": {"type": "string", "enum": ["x", "y"]}, "b": {"type": "string"}}, required=["a"])
    assert found["a"].accepted == '"x", "y"'
    assert (found["a"].required, found["b"].required) == (True, False)


def test_null_is_mentioned_in_answers_only() -> None:
    schema = {"properties": {"a": {"anyOf": [{"type": "string", "description": "Said."}, {"type": "null"}]}}}
    assert field_rows(schema, SCHEMAS)[0].kind == "string or null"
    assert field_rows(schema, SCHEMAS, nullable=False)[0].kind == "string"
    assert field_rows(schema, SCHEMAS)[0].description == "Said."


def test_kinds_are_said_in_words() -> None:
    assert kind_of({"type": "array", "items": {"type": "string"}}, SCHEMAS) == "array of string"
    assert kind_of({"type": "array", "items": {}}, SCHEMAS) == "array"
    assert kind_of({}, SCHEMAS) == "anything"
    assert kind_of({"enum": ["a"]}, SCHEMAS) == "string"


def test_a_schema_that_contains_itself_comes_to_an_end() -> None:
    assert list(rows({"a": {"$ref": "#/components/schemas/Loop"}}))[-1] == "a.next.next.next"
