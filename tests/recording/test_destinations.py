"""Where a conversation's recordings go."""

from pathlib import Path
from typing import Any

import pytest

from engine.network import NetworkPolicy
from engine.recording.destinations import Bucket, Destinations
from engine.recording.roles import Role
from engine.recording.s3 import S3Settings, S3Storage
from engine.recording.storage import LocalStorage
from engine.secret import Secret

ENDPOINT = S3Settings("https://objects.example", "who", Secret("knows"))


@pytest.mark.parametrize(
    ("properties", "bucket"),
    [
        ({}, None),
        ({"recording_s3_bucket_region": "eu-north-1"}, None),
        ({"recording_s3_bucket_name": "calls"}, Bucket("calls", "us-east-1", None)),
        (
            {
                "recording_s3_bucket_name": "calls",
                "recording_s3_bucket_region": "eu-north-1",
                "aws_assume_role_arn": "arn:r",
            },
            Bucket("calls", "eu-north-1", Role("arn:r")),
        ),
        (
            {
                "recording_s3_bucket_name": "older",
                "recording_storage": {
                    "provider": "s3",
                    "bucket_name": "calls",
                    "bucket_region": "eu-north-1",
                    "assume_role_arn": "arn:r",
                    "external_id": "tavus",
                },
            },
            Bucket("calls", "eu-north-1", Role("arn:r", "tavus")),
        ),
        ({"recording_storage": {"provider": "gcs", "bucket_name": "calls"}}, None),
        ({"recording_storage": {"provider": "s3"}}, None),
    ],
)
def test_a_bucket_is_named_in_two_ways(properties: dict[str, Any], bucket: Bucket | None) -> None:
    assert Bucket.of(properties) == bucket


def test_without_an_endpoint_or_a_bucket_recordings_stay_here(tmp_path: Path) -> None:
    named = {"recording_s3_bucket_name": "calls"}
    here = LocalStorage(tmp_path)
    assert Destinations(tmp_path, S3Settings(), NetworkPolicy()).storage(named) == here
    assert Destinations(tmp_path, ENDPOINT, NetworkPolicy()).storage({}) == here
    assert isinstance(Destinations(tmp_path, ENDPOINT, NetworkPolicy()).storage(named), S3Storage)
