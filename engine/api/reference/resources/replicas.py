"""Operations of `/v2/replicas`."""

from typing import Any

from engine.api.reference.described import Answer, Body, Described, no_content, page_of
from engine.api.replicas.answers import ReplicaAnswer, ReplicaCreated

EXAMPLE: dict[str, Any] = {
    "replica_id": "r4067604db72",
    "replica_name": "Anna",
    "thumbnail_video_url": "http://127.0.0.1:8765/media/thumbnails/r4067604db72.mp4",
    "training_progress": "100/100",
    "status": "completed",
    "error_message": None,
    "model_name": "phoenix-3",
    "voice": {"kind": "stock", "voice_name": None, "note": "A stock voice speaks for this replica."},
    "created_at": "2026-03-01T08:00:00.000000Z",
    "updated_at": "2026-03-01T08:00:00.000000Z",
    "replica_type": "system",
    "face_id": "r4067604db72",
    "face_name": "Anna",
}


OPERATIONS: dict[str, Described] = {
    "POST /v2/replicas": Described(
        "Create a replica",
        (
            Answer(
                "The replica, and how its training stands.",
                ReplicaCreated,
                {
                    "replica_id": "r0c1d2e3f4a5",
                    "status": "started",
                    "face_id": "r0c1d2e3f4a5",
                },
            ),
        ),
        refusals={400: ("Either train_video_url or train_image_url must be provided.",)},
        bodies=(
            Body(
                {
                    "From a video": {
                        "replica_name": "Mira",
                        "train_video_url": "https://example.test/training.mp4",
                        "consent_video_url": "https://example.test/consent.mp4",
                        "callback_url": "https://example.test/callbacks",
                    },
                    "From a picture": {
                        "replica_name": "Mira",
                        "train_image_url": "https://example.test/portrait.png",
                        "voice_name": "anna",
                    },
                }
            ),
        ),
    ),
    "GET /v2/replicas": Described(
        "List replicas",
        (page_of("replicas", ReplicaAnswer, EXAMPLE),),
    ),
    "GET /v2/replicas/{}": Described("Get a replica", (Answer("The replica.", ReplicaAnswer, EXAMPLE),)),
    "PATCH /v2/replicas/{}/name": Described(
        "Rename a replica",
        (no_content("It has the new name.", 200),),
        bodies=(Body({"A new name": {"replica_name": "Mira, evenings"}}),),
        refusals={400: ("replica_id: r4067604db72 is stock and stays as it is; create one of your own",)},
    ),
    "DELETE /v2/replicas/{}": Described(
        "Delete a replica",
        (no_content("It is gone.", 200),),
        refusals={
            400: ("replica_id: r4067604db72 is stock and stays as it is; create one of your own",),
            409: ("Replica r0c1d2e3f4a5 is in a running conversation",),
        },
    ),
}
