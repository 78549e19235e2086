"""Operations of what stands beside the contract: health, figures, and this description."""

from typing import Any

from engine.api.contract.model import AnswerModel
from engine.api.monitoring.health import OK, Health, Readiness
from engine.api.reference.described import Answer, Described


class OpenApiDocument(AnswerModel):
    """An OpenAPI 3.1 document."""

    openapi: str
    info: dict[str, Any]
    paths: dict[str, Any]


_DOCUMENT = {"openapi": "3.1.0", "info": {"title": "Visavis", "version": "0.1.0"}, "paths": {}}

OPERATIONS: dict[str, Described] = {
    "GET /healthz": Described("Is it alive?", (Answer("The process serves.", Health, {"status": OK}),)),
    "GET /readyz": Described(
        "Is it ready?",
        (
            Answer(
                "Conversations can be held.",
                Readiness,
                {"status": "ready", "checks": {"models": OK, "database": OK, "callbacks": OK}},
            ),
        ),
        refusals={503: ("the models are still being loaded",)},
    ),
    "GET /metrics": Described(
        "Read the counters",
        (
            Answer(
                "The counters of this process, in the text format of Prometheus.",
                texts={"text/plain": "visavis_conversations_active 1.0\n"},
            ),
        ),
        refusals={401: ("Invalid access token",)},
    ),
    "GET /openapi.json": Described(
        "This API as OpenAPI 3.1, JSON",
        (
            Answer(
                "The document.",
                OpenApiDocument,
                _DOCUMENT,
            ),
        ),
    ),
    "GET /openapi.yaml": Described(
        "This API as OpenAPI 3.1, YAML",
        (Answer("The document.", OpenApiDocument, _DOCUMENT, media_type="application/yaml"),),
    ),
    "GET /docs": Described(
        "This API for people",
        (Answer("A page.", texts={"text/html": "<!doctype html>"}),),
    ),
    "GET /llms.txt": Described(
        "What there is to read, for language models",
        (Answer("An index in Markdown.", texts={"text/markdown": "# Visavis\n"}),),
    ),
    "GET /llms-full.txt": Described(
        "This API for language models",
        (Answer("The whole reference in Markdown.", texts={"text/markdown": "# Visavis\n"}),),
    ),
}
