"""Names that would lead out of where they belong."""

import json
from urllib.parse import quote

import pytest

from engine.store.uploads import FOLDER
from tests.attacks.target import Target, refused

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest.mark.parametrize(
    "place",
    [
        "/v2/personas/{}",
        "/v2/conversations/{}",
        "/v2/uploads/{}",
        "/v2/uploads/{}/content",
        "/room/static/{}",
        "/{}",
        "/rooms/{}",
    ],
)
@pytest.mark.parametrize(
    "name",
    [
        "../../visavis.db", "..%2f..%2fvisavis.db", "%2e%2e%2foutside.js", "%252e%252e%252foutside.js", "..%5c..%5coutside.js",
        "..\\outside.js", "....//outside.js", "room.js%00.png", "%00", "/etc/passwd", "%2fetc%2fpasswd", "C:%5cWindows%5cwin.ini",
        "..%c0%afoutside.js", "%uff0e%uff0e/outside.js", "file:///etc/passwd", "~root", "$(id)", "'%20OR%201=1--", "%0d%0aX-Evil:%201",
    ],
)  # fmt: skip
async def test_no_name_leads_anywhere_else(target: Target, place: str, name: str) -> None:
    answer = await target.call("GET", place.format(name))
    assert refused(answer, 400, 404)
    assert "x-evil" not in answer.headers


@pytest.mark.parametrize(
    "name", ["../../x", "..\\..\\x", "/etc/cron.d/x", "x\x00.mp4", "a\nb", ".." * 200, "CON", 'x"; filename="y.html']
)
async def test_the_name_of_an_upload_is_never_a_path(target: Target, name: str) -> None:
    answer = await target.call(
        "POST", f"/v2/uploads?filename={quote(name).replace('%00', '')[:250]}", b"MZ", content_type="text/html"
    )
    upload = json.loads(answer.body)
    assert answer.status == 200
    content = await target.call("GET", f"/v2/uploads/{upload['upload_id']}/content")
    assert content.body == b"MZ"
    assert content.headers["x-content-type-options"] == "nosniff"
    assert content.headers["content-disposition"].startswith("attachment")
    assert not set(upload["filename"] or "") & set("/\\\0\r\n")
    files = [path for path in target.store.home.rglob("*") if path.is_file() and path.read_bytes() == b"MZ"]
    assert {path.parent for path in files} == {target.store.home / FOLDER}
    # A page cannot read it: it has no key, and its browser would not show it.
    assert refused(await target.call("GET", f"/v2/uploads/{upload['upload_id']}/content", x_api_key="-"), 401)
