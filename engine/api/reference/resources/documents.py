"""Operations of `/v2/documents`."""

from typing import Any

from engine.api.documents.answers import DocumentAnswer
from engine.api.documents.bodies import DocumentChange
from engine.api.reference.components import reference_to
from engine.api.reference.described import PATCH_SCHEMA, Answer, Body, Described, no_content, page_of

EXAMPLE: dict[str, Any] = {
    "document_id": "d1a2b3c4d5e6",
    "document_name": "House rules",
    "document_url": "https://example.test/rules.pdf",
    "status": "started",
    "progress": None,
    "error_message": None,
    "callback_url": "https://example.test/callbacks",
    "tags": ["house"],
    "crawl_config": None,
    "crawled_urls": None,
    "last_crawled_at": None,
    "crawl_count": None,
    "created_at": "2026-03-02T09:01:30.650118Z",
    "updated_at": "2026-03-02T09:01:30.650118Z",
}


OPERATIONS: dict[str, Described] = {
    "POST /v2/documents": Described(
        "Create a document",
        (Answer("The document; it is processed from now on.", DocumentAnswer, EXAMPLE),),
        refusals={
            400: ("Invalid request: document_url is required",),
            429: ("Concurrent crawl limit reached (5): wait until one of them is done",),
        },
        bodies=(
            Body(
                {
                    "A file": {
                        "document_url": "https://example.test/rules.pdf",
                        "document_name": "House rules",
                        "tags": ["house"],
                        "callback_url": "https://example.test/callbacks",
                    },
                    "A website": {
                        "document_url": "https://example.test/",
                        "document_name": "Our website",
                        "crawl": {"depth": 2, "max_pages": 20},
                    },
                }
            ),
        ),
    ),
    "GET /v2/documents": Described(
        "List documents",
        (page_of("documents", DocumentAnswer, EXAMPLE, first=0),),
    ),
    "GET /v2/documents/{}": Described("Get a document", (Answer("The document.", DocumentAnswer, EXAMPLE),)),
    "PATCH /v2/documents/{}": Described(
        "Change a document",
        (
            Answer("The document as it is now.", DocumentAnswer, EXAMPLE),
            no_content("The patch changes nothing.", 304),
        ),
        refusals={400: ("document_url: 'x' is not accepted; document_name, tags or callback_url is",)},
        bodies=(
            Body(
                {
                    "Name and tags": {"document_name": "House rules, 2026", "tags": ["house", "2026"]},
                    "JSON Patch": [{"op": "add", "path": "/tags/-", "value": "2026"}],
                },
                {"anyOf": [reference_to(DocumentChange), PATCH_SCHEMA]},
                models=(DocumentChange,),
            ),
        ),
    ),
    "DELETE /v2/documents/{}": Described("Delete a document", (no_content("It is gone."),)),
    "POST /v2/documents/{}/recrawl": Described(
        "Recrawl a document",
        (
            Answer(
                "The document; its pages are fetched again.",
                DocumentAnswer,
                {
                    **EXAMPLE,
                    "document_url": "https://example.test/",
                    "status": "recrawling",
                    "crawl_config": {"depth": 2, "max_pages": 20},
                    "crawl_count": 1,
                },
                status=202,
            ),
        ),
        refusals={
            400: ("Document was created without a crawl configuration: give one as crawl",),
            409: ("Document must be 'ready' or 'error' to be crawled again, current status: processing",),
            429: ("Recrawl cooldown: wait 45 minutes before this document is crawled again",),
        },
        bodies=(
            Body(
                {"Further than before": {"crawl": {"depth": 3, "max_pages": 50}}},
                {"$ref": "#/components/schemas/Recrawl"},
                required=False,
            ),
        ),
    ),
}
