"""The files of uploads, found again by their URL."""

import pytest

from engine.store.opening import Store
from engine.store.records import ResourceRecord
from engine.store.uploads import FOLDER, INCOMING, UploadFolder, resolve_upload, upload_of, upload_url

BASE = "http://127.0.0.1:8765"


async def _uploaded(store: Store, content: bytes = b"content") -> ResourceRecord:
    async with UploadFolder(store.home).incoming(1000) as upload:
        await upload.file.write(content)
        stored = await upload.keep()
    return await store.uploads.create("a.txt", {"stored_as": stored.path.name}, status="ready")


async def test_an_upload_is_read_by_its_url_without_a_request(store: Store) -> None:
    record = await _uploaded(store)
    url = upload_url(BASE, record.resource_id)
    path = await resolve_upload(url, BASE, store)
    assert path is not None
    assert path.read_bytes() == b"content"
    # The appliance was started again: another port, another name for this machine, a public name.
    for elsewhere in ("http://127.0.0.1:40001", "http://localhost:8765", "http://[::1]:1", "https://talk.example"):
        assert await resolve_upload(upload_url(elsewhere, record.resource_id), "https://talk.example", store) == path
    prefixed = upload_url("https://talk.example/cvi", record.resource_id)
    assert await resolve_upload(prefixed, "https://talk.example/cvi", store) == path


async def test_other_urls_are_none_of_an_upload(store: Store) -> None:
    record = await _uploaded(store)
    own = upload_url(BASE, record.resource_id)
    others = [
        own.replace("127.0.0.1", "evil.example"),
        own.replace("127.0.0.1", "127.0.0.1.evil.example"),
        own.replace("http://", "http://user@"),
        own.replace("http://", "ftp://"),
        own.replace("/content", ""),
        own.replace("/content", "/../content"),
        own.replace("/content", "/content/x"),
        own.replace(record.resource_id, "../" + record.resource_id),
        own.replace(record.resource_id, record.resource_id.upper()),
        own.replace(record.resource_id, "u" + "0" * 31),
        "http://[bad/v2/uploads/u1/content",
        "",
    ]
    for url in others:
        assert await resolve_upload(url, BASE, store) is None, url
    assert upload_of(own, BASE) == record.resource_id


async def test_a_deleted_upload_is_not_found(store: Store) -> None:
    record = await _uploaded(store)
    UploadFolder(store.home).path(record).unlink()
    assert await resolve_upload(upload_url(BASE, record.resource_id), BASE, store) is None
    await store.uploads.delete(record.resource_id)
    assert await resolve_upload(upload_url(BASE, record.resource_id), BASE, store) is None


@pytest.mark.parametrize("name", ["../visavis.db", "/etc/passwd", "", None, "x" * 32])
async def test_a_row_cannot_lead_out_of_the_folder(store: Store, name: str | None) -> None:
    record = await store.uploads.create("a", {"stored_as": name}, status="ready")
    assert await resolve_upload(upload_url(BASE, record.resource_id), BASE, store) is None


async def test_the_sweep_takes_what_a_killed_process_left_and_nothing_else(store: Store) -> None:
    kept = await _uploaded(store)
    folder = store.home / FOLDER
    (folder / INCOMING / "partial").write_bytes(b"half")
    (folder / ("0" * 32)).write_bytes(b"whole, and its row was never written")
    uploads = UploadFolder(store.home)
    assert await uploads.sweep(store) == 2
    assert await uploads.sweep(store) == 0
    assert uploads.path(kept).read_bytes() == b"content"
    assert sorted(path.name for path in folder.rglob("*") if path.is_file()) == [uploads.path(kept).name]


async def test_without_uploads_there_is_nothing_to_sweep(store: Store) -> None:
    assert await UploadFolder(store.home).sweep(store) == 0
