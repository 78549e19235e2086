"""`python -m tests.recording.object_store`: an S3-compatible server (moto) with one bucket, which checks every signature.

Prints its port, the access key and the secret key.
"""

import json
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from engine.recording.s3 import S3Settings
from engine.secret import Secret

BUCKET = "calls"
PREPARING = {
    "authorization": "AWS4-HMAC-SHA256 Credential=x/20260101/us-east-1/iam/aws4_request, SignedHeaders=host, Signature=x"
}
ROLE = "recordings"
ROLE_ARN = f"arn:aws:iam::123456789012:role/{ROLE}"
TRUST = {
    "Version": "2012-10-17",
    "Statement": {
        "Effect": "Allow",
        "Principal": {"AWS": "arn:aws:iam::123456789012:user/visavis"},
        "Action": "sts:AssumeRole",
        "Condition": {"StringEquals": {"sts:ExternalId": "tavus"}},
    },
}


def _allowed(*actions: str) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": actions, "Resource": "*"}})


@dataclass(frozen=True, slots=True)
class ObjectStore:
    """A running server."""

    port: int
    access_key: str
    secret_key: str

    def settings(self, *, port: int | None = None, secret_key: str | None = None, sts: bool = False) -> S3Settings:
        secret = Secret(self.secret_key if secret_key is None else secret_key)
        return S3Settings(f"http://127.0.0.1:{port or self.port}", self.access_key, secret, sts)


@contextmanager
def running() -> Iterator[ObjectStore]:
    """Run the server in a process of its own."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.recording.object_store"],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        cwd=Path(__file__).parents[2],
        text=True,
    )
    try:
        assert process.stdout is not None
        port, access_key, secret_key = process.stdout.readline().split()
        yield ObjectStore(int(port), access_key, secret_key)
    finally:
        process.kill()
        process.communicate()


def _serve() -> None:
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    port = server.get_host_and_port()[1]
    with httpx.Client(base_url=f"http://127.0.0.1:{port}", trust_env=False) as client:

        def do(**action: str) -> str:
            answer = client.post(
                "/", data={"Version": "2010-05-08", "UserName": "visavis", **action}, headers=PREPARING
            )
            return answer.raise_for_status().text

        client.put(f"/{BUCKET}").raise_for_status()
        do(Action="CreateUser")
        do(Action="PutUserPolicy", PolicyName="all", PolicyDocument=_allowed("s3:*", "sts:AssumeRole"))
        do(Action="CreateRole", RoleName=ROLE, AssumeRolePolicyDocument=json.dumps(TRUST))
        do(Action="PutRolePolicy", RoleName=ROLE, PolicyName="all", PolicyDocument=_allowed("s3:*"))
        key = do(Action="CreateAccessKey")
        client.post("/moto-api/reset-auth", content="0").raise_for_status()
    found = [re.search(f"<{name}>(.*?)</{name}>", key) for name in ("AccessKeyId", "SecretAccessKey")]
    print(port, *(match[1] for match in found if match), flush=True)
    while True:
        time.sleep(60)


if __name__ == "__main__":
    _serve()
