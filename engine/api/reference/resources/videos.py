"""Operations of `/v2/videos`."""

from typing import Any

from engine.api.reference.described import Answer, Body, Described, no_content, page_of, part_of
from engine.api.videos.answers import VideoAnswer, VideoCreated

EXAMPLE: dict[str, Any] = {
    "video_id": "5a1c0f93be",
    "video_name": "Welcome",
    "status": "queued",
    "data": {"script": "Welcome to the team."},
    "replica_id": "r4067604db72",
    "download_url": None,
    "stream_url": None,
    "hosted_url": "http://127.0.0.1:8765/video/5a1c0f93be",
    "status_details": "",
    "generation_progress": "0/100",
    "created_at": "Mon, 02 Mar 2026 09:30:12 GMT",
    "updated_at": "Mon, 02 Mar 2026 09:30:12 GMT",
    "face_id": "r4067604db72",
}


OPERATIONS: dict[str, Described] = {
    "POST /v2/videos": Described(
        "Create a video",
        (
            Answer(
                "The video; it waits for its turn.",
                VideoCreated,
                part_of(EXAMPLE, VideoCreated),
            ),
        ),
        refusals={400: ("Invalid replica_id", "Either script or audio_url must be provided.")},
        bodies=(
            Body(
                {
                    "From a script": {
                        "replica_id": "r4067604db72",
                        "script": "Welcome to the team.",
                        "video_name": "Welcome",
                    },
                    "Before a website": {
                        "replica_id": "r4067604db72",
                        "script": "The parcel counter has moved to the second floor.",
                        "background_url": "https://example.test/",
                        "properties": {"background_scroll": True, "background_scroll_type": "smooth"},
                    },
                    "From a recording": {
                        "replica_id": "r4067604db72",
                        "audio_url": "https://example.test/welcome.wav",
                        "callback_url": "https://example.test/callbacks",
                    },
                }
            ),
        ),
    ),
    "GET /v2/videos": Described(
        "List videos",
        (page_of("videos", VideoAnswer, EXAMPLE),),
    ),
    "GET /v2/videos/{}": Described("Get a video", (Answer("The video.", VideoAnswer, EXAMPLE),)),
    "DELETE /v2/videos/{}": Described("Delete a video", (no_content("It is gone.", 200),)),
    "PATCH /v2/videos/{}/name": Described(
        "Rename a video",
        (no_content("It has the new name.", 200),),
        bodies=(Body({"A new name": {"video_name": "Welcome, 2026"}}),),
    ),
}
