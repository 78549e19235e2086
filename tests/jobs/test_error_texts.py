"""The documented words of failures."""

import os
import re
from pathlib import Path

import pytest

from engine.jobs.error_texts import (
    ADMINISTRATOR,
    DocumentError,
    JobError,
    ReplicaError,
    VideoError,
    VideoStatusDetails,
)

EVERY = [*ReplicaError, *VideoError, *DocumentError]


@pytest.mark.parametrize("error", EVERY)
def test_every_text_is_whole_and_names_no_address_of_others(error: JobError) -> None:
    text = error.text("help@example.org")
    assert len(text) > 20
    assert "{" not in text
    assert "@" not in text.replace("help@example.org", "")
    assert "http" not in text


def test_no_member_hides_behind_another() -> None:
    assert (len(ReplicaError), len(VideoError), len(DocumentError)) == (27, 8, 10)


def test_one_type_has_two_texts() -> None:
    same = [error for error in ReplicaError if error.error_type == "video_processing"]
    assert len({error.text("") for error in same}) == 2


def test_help_is_asked_of_the_support_contact_or_of_the_administrator() -> None:
    assert ReplicaError.QUALITY_ISSUE_DETECTED.text("https://help.example.org").endswith("https://help.example.org")
    assert ReplicaError.QUALITY_ISSUE_DETECTED.text("").endswith(ADMINISTRATOR)
    assert ADMINISTRATOR in DocumentError.CONTACT_SUPPORT.text("")


@pytest.mark.parametrize("error", DocumentError)
def test_a_text_of_a_document_begins_with_its_code(error: DocumentError) -> None:
    assert error.text("").startswith(f"{error.error_type}: ")


def _documented() -> dict[str, list[str]]:
    """Return the messages of each type in the documents, which are not a part of the project."""
    folder = Path(os.environ.get("VISAVIS_SHARED") or Path(__file__).resolve().parents[2].parent / "shared") / "seeds"
    pages = [path.read_text("utf-8") for path in folder.glob("002_*.txt")]
    if not pages:
        pytest.skip("the documents are not here")
    page = pages[0].partition("\n# Errors and Status Details\n")[2].partition("\n# ")[0]
    rows: dict[str, list[str]] = {}
    for line in page.splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if line.startswith("|") and not cells[0].startswith(("Error Type", "Status Type", "---")):
            message = re.sub(r"\[[^]]*\]\(mailto:[^)]*\)", "CONTACT", cells[1])
            rows.setdefault(re.sub(r"[\\ ]", "", cells[0]), []).append(message)
    return rows


def test_the_words_are_those_of_the_documents() -> None:
    ours: dict[str, list[str]] = {}
    for error in [*ReplicaError, *VideoError]:
        ours.setdefault(error.error_type, []).append(error.text("CONTACT"))
    ours |= {
        "video_success": [VideoStatusDetails.SUCCESS],
        "video_queued": [VideoStatusDetails.QUEUED],
        "replica_in_training": [VideoStatusDetails.REPLICA_IN_TRAINING],
    }
    assert ours == _documented()
