"""JSON Patch on a document."""

import contextlib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.api.contract.errors import ApiError
from engine.api.contract.patching import MOST_COPIED, MOST_LEFT, apply_patch, check_operations
from engine.errors import InvalidInputError

DOCUMENT: dict[str, Any] = {"a": 1, "b": {"c": [1, 2, 3]}, "d": "text", "": {"/": "slash", "~": "tilde"}}


@pytest.mark.parametrize(
    ("operation", "expected"),
    [
        ({"op": "add", "path": "/b/c/1", "value": 9}, {**DOCUMENT, "b": {"c": [1, 9, 2, 3]}}),
        ({"op": "remove", "path": "/a"}, {name: value for name, value in DOCUMENT.items() if name != "a"}),
        ({"op": "replace", "path": "//~1", "value": 0}, {**DOCUMENT, "": {"/": 0, "~": "tilde"}}),
        ({"op": "copy", "from": "/a", "path": "/b/e"}, {**DOCUMENT, "b": {"c": [1, 2, 3], "e": 1}}),
        ({"op": "move", "from": "/b/c/0", "path": "/a"}, {**DOCUMENT, "a": 1, "b": {"c": [2, 3]}}),
        ({"op": "test", "path": "//~0", "value": "tilde"}, DOCUMENT),
    ],
)
def test_each_operation(operation: dict[str, Any], expected: dict[str, Any]) -> None:
    assert apply_patch(DOCUMENT, check_operations([operation])) == expected


def test_neither_the_document_nor_the_operations_are_touched() -> None:
    document: dict[str, Any] = {"a": {}}
    operations: list[dict[str, Any]] = [
        {"op": "add", "path": "/b", "value": {}},
        {"op": "add", "path": "/b/c", "value": 1},
    ]
    first = apply_patch(document, operations)
    assert first == apply_patch(document, operations) == {"a": {}, "b": {"c": 1}}
    assert document == {"a": {}}
    assert operations[0]["value"] == {}


def test_copies_of_copies_do_not_grow_without_end() -> None:
    operations = [{"op": "copy", "from": "/b", "path": "/b/c/-"}] * 900
    with pytest.raises(InvalidInputError, match=str(MOST_COPIED)):
        apply_patch(DOCUMENT, operations)


def test_a_document_nested_ever_deeper_is_refused() -> None:
    deep: list[dict[str, Any]] = [{"op": "add", "path": "/a" * (number + 1), "value": {}} for number in range(900)]
    with pytest.raises(InvalidInputError):
        apply_patch({}, [*deep, {"op": "copy", "from": "/a", "path": "/b"}])


POINTERS = st.lists(st.sampled_from(["a", "b", "c", "d", "0", "-", "", "~0", "~1", "01", "-1", "x"]), max_size=4).map(
    lambda parts: "".join(f"/{part}" for part in parts)
)
OPERATIONS = st.lists(
    st.fixed_dictionaries(
        {"op": st.sampled_from(["add", "remove", "replace", "copy", "move", "test"]), "path": POINTERS},
        optional={
            "from": POINTERS,
            "value": st.recursive(
                st.none() | st.integers() | st.text(max_size=3),
                lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=2), inner, max_size=2),
                max_leaves=4,
            ),
        },
    ),
    max_size=5,
)


@given(OPERATIONS)
def test_whatever_is_sent_is_applied_or_refused(operations: list[dict[str, Any]]) -> None:
    with contextlib.suppress(ApiError, InvalidInputError):
        assert isinstance(apply_patch(DOCUMENT, check_operations(operations)), dict)


def test_a_resource_does_not_grow_without_end_patch_by_patch() -> None:
    addition = [{"op": "add", "path": "/list/-", "value": "x" * 900_000}]
    grown = apply_patch(apply_patch({"list": []}, addition), addition)
    assert len(grown["list"]) == 2
    with pytest.raises(InvalidInputError, match=f"at most {MOST_LEFT} characters"):
        apply_patch(grown, addition)


def test_a_refusal_does_not_repeat_the_document() -> None:
    with pytest.raises(InvalidInputError) as refused:
        apply_patch({"prompt": {"text": "x" * 100_000}}, [{"op": "remove", "path": "/prompt/nowhere/deeper"}])
    assert len(str(refused.value)) < 400
