"""Downloads from a hub that breaks off, lies, stalls and sends wrong bytes."""

from pathlib import Path

import pytest

from models.catalogue import HubSource, Model
from models.errors import SourceError
from models.sources.hub import HubFetcher
from models.sources.wanted import Wanted
from tests.models import hub_server as faults
from tests.models.hub_server import HubServer
from tests.models.making import fetcher, hub_model, hub_path, some_bytes

DATA = some_bytes(300_000)


def wanted(made: Model, folder: Path) -> Wanted:
    return Wanted(made.files[0], folder / "partial")


def fetch(hub: HubServer, made: Model, folder: Path, using: HubFetcher | None = None) -> bytes:
    (source,) = made.sources
    assert isinstance(source, HubSource)
    item = wanted(made, folder)
    assert list((using or fetcher(hub)).fetch(source, [item], lambda *_: None)) == [item]
    return item.partial.read_bytes()


def test_a_file_is_brought_byte_for_byte(hub: HubServer, tmp_path: Path) -> None:
    assert fetch(hub, hub_model(hub, "m", {"a.gguf": DATA}), tmp_path) == DATA


def test_progress_counts_the_bytes_of_the_whole_file(hub: HubServer, tmp_path: Path) -> None:
    made = hub_model(hub, "m", {"a.gguf": DATA})
    hub.faults = [faults.break_off(100_000)]
    steps: list[tuple[str, int, int | None]] = []
    source = made.sources[0]
    assert isinstance(source, HubSource)
    list(fetcher(hub).fetch(source, [wanted(made, tmp_path)], lambda *step: steps.append(step)))
    assert steps[-1] == ("a.gguf", len(DATA), len(DATA))
    assert [done for _, done, _ in steps] == sorted(done for _, done, _ in steps)


def test_a_broken_connection_is_continued_where_it_ended(hub: HubServer, tmp_path: Path) -> None:
    hub.faults = [faults.break_off(100_000), faults.break_off(50_000)]
    assert fetch(hub, hub_model(hub, "m", {"a.gguf": DATA}), tmp_path) == DATA
    assert [asked for _, asked in hub.asked] == ["", "bytes=100000-", "bytes=150000-"]


def test_a_later_call_continues_what_an_earlier_one_left(hub: HubServer, tmp_path: Path) -> None:
    made = hub_model(hub, "m", {"a.gguf": DATA})
    hub.faults = [faults.break_off(120_000), *[faults.status(503)] * 3]
    with pytest.raises(SourceError, match="503"):
        fetch(hub, made, tmp_path)
    hub.asked.clear()
    assert fetch(hub, made, tmp_path) == DATA
    assert hub.asked == [(hub_path("a.gguf"), "bytes=120000-")]


def test_a_whole_file_that_was_not_taken_in_yet_is_not_asked_for_again(hub: HubServer, tmp_path: Path) -> None:
    made = hub_model(hub, "m", {"a.gguf": DATA})
    fetch(hub, made, tmp_path)
    hub.asked.clear()
    assert fetch(hub, made, tmp_path) == DATA
    assert hub.asked == []


def test_a_file_that_changed_meanwhile_is_begun_anew(hub: HubServer, tmp_path: Path) -> None:
    made = hub_model(hub, "m", {"a.gguf": DATA}, known=False)
    hub.faults = [faults.break_off(100_000), *[faults.status(500)] * 3]
    with pytest.raises(SourceError):
        fetch(hub, made, tmp_path)
    changed = some_bytes(len(DATA), seed=2)
    hub.content[hub_path("a.gguf")] = changed
    assert fetch(hub, made, tmp_path) == changed


def test_without_hash_and_etag_nothing_is_continued(hub: HubServer, tmp_path: Path) -> None:
    hub.etags = False
    hub.faults = [faults.break_off(100_000)]
    assert fetch(hub, hub_model(hub, "m", {"a.gguf": DATA}, known=False), tmp_path) == DATA
    assert [asked for _, asked in hub.asked] == ["", ""]


def test_a_server_that_ignores_ranges_is_taken_from_the_start(hub: HubServer, tmp_path: Path) -> None:
    hub.faults = [faults.break_off(100_000), faults.ignore_range]
    assert fetch(hub, hub_model(hub, "m", {"a.gguf": DATA}), tmp_path) == DATA


def test_a_server_that_continues_at_the_wrong_place_is_not_believed(hub: HubServer, tmp_path: Path) -> None:
    hub.faults = [faults.break_off(100_000), faults.wrong_range]
    assert fetch(hub, hub_model(hub, "m", {"a.gguf": DATA}), tmp_path) == DATA


def test_a_stalled_connection_is_given_up_and_continued(hub: HubServer, tmp_path: Path) -> None:
    hub.faults = [faults.stall(100_000)]
    made = hub_model(hub, "m", {"a.gguf": DATA})
    assert fetch(hub, made, tmp_path, fetcher(hub, read_timeout=2.0)) == DATA
    assert hub.asked[1] == (hub_path("a.gguf"), "bytes=100000-")


def test_a_server_that_always_breaks_off_at_once_is_given_up(hub: HubServer, tmp_path: Path) -> None:
    hub.faults = [faults.break_off(0)] * 20
    with pytest.raises(SourceError, match=r"a\.gguf: the connection failed"):
        fetch(hub, hub_model(hub, "m", {"a.gguf": DATA}), tmp_path)
    assert len(hub.asked) == 3


@pytest.mark.parametrize("code", [401, 403, 404, 410])
def test_a_refusal_is_final(hub: HubServer, tmp_path: Path, code: int) -> None:
    hub.faults = [faults.status(code)]
    with pytest.raises(SourceError, match=f"a.gguf: the server answered {code}"):
        fetch(hub, hub_model(hub, "m", {"a.gguf": DATA}), tmp_path)
    assert len(hub.asked) == 1


@pytest.mark.parametrize("code", [429, 500, 503])
def test_a_passing_trouble_is_tried_again(hub: HubServer, tmp_path: Path, code: int) -> None:
    hub.faults = [faults.status(code)]
    assert fetch(hub, hub_model(hub, "m", {"a.gguf": DATA}), tmp_path) == DATA


@pytest.mark.parametrize("length", [1, len(DATA) - 1, len(DATA) + 1, 10**15])
def test_a_wrong_length_is_refused_before_the_body(hub: HubServer, tmp_path: Path, length: int) -> None:
    hub.faults = [faults.announce(length)]
    made = hub_model(hub, "m", {"a.gguf": DATA})
    with pytest.raises(SourceError, match=f"announces {length} bytes instead of {len(DATA)}"):
        fetch(hub, made, tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_size_known_roughly_still_has_a_limit(hub: HubServer, tmp_path: Path) -> None:
    hub.faults = [faults.announce(10**9)]
    with pytest.raises(SourceError, match="announces 1000000000 bytes instead of about"):
        fetch(hub, hub_model(hub, "m", {"a.gguf": DATA}, known=False, exact=False), tmp_path)


def test_a_body_longer_than_the_file_is_cut_off(hub: HubServer, tmp_path: Path) -> None:
    hub.faults = [faults.unannounced(DATA + b"more")]
    with pytest.raises(SourceError, match=f"sends more than {len(DATA)} bytes"):
        fetch(hub, hub_model(hub, "m", {"a.gguf": DATA}), tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_body_of_unknown_length_is_refused_when_nothing_could_tell_that_it_is_whole(
    hub: HubServer, tmp_path: Path
) -> None:
    hub.faults = [faults.unannounced(DATA[:1000])]
    with pytest.raises(SourceError, match="does not say how long"):
        fetch(hub, hub_model(hub, "m", {"a.gguf": DATA}, known=False, exact=False), tmp_path)


def test_a_compressed_body_is_refused(hub: HubServer, tmp_path: Path) -> None:
    hub.faults = [faults.compressed]
    with pytest.raises(SourceError, match="compressed"):
        fetch(hub, hub_model(hub, "m", {"a.gguf": DATA}), tmp_path)


def test_a_redirect_on_the_same_server_is_followed(hub: HubServer, tmp_path: Path) -> None:
    made = hub_model(hub, "m", {"a.gguf": DATA})
    hub.content["/elsewhere"] = DATA
    hub.faults = [faults.redirect("/elsewhere")]
    assert fetch(hub, made, tmp_path) == DATA


@pytest.mark.parametrize(
    "target",
    ["http://example.org/a.gguf", "http://127.0.0.1:9/a.gguf", "ftp://example.org/a", "file:///etc/passwd", "http://["],
)
def test_a_redirect_to_anything_but_https_or_the_same_server_is_refused(
    hub: HubServer, tmp_path: Path, target: str
) -> None:
    hub.faults = [faults.redirect(target)]
    with pytest.raises(SourceError, match="redirect to"):
        fetch(hub, hub_model(hub, "m", {"a.gguf": DATA}), tmp_path)
    assert len(hub.asked) == 1


def test_redirects_in_a_circle_end(hub: HubServer, tmp_path: Path) -> None:
    hub.faults = [faults.redirect("/round")] * 50
    with pytest.raises(SourceError, match="redirects"):
        fetch(hub, hub_model(hub, "m", {"a.gguf": DATA}), tmp_path)


@pytest.mark.parametrize("url", ["http://example.org", "ftp://127.0.0.1", "//example.org", "http://[", "example.org"])
def test_a_hub_that_is_not_private_is_refused(hub: HubServer, tmp_path: Path, url: str) -> None:
    with pytest.raises(SourceError, match="hub URL"):
        fetch(hub, hub_model(hub, "m", {"a.gguf": DATA}), tmp_path, HubFetcher(base_url=url))


def test_the_gate_is_asked_before_every_request(hub: HubServer, tmp_path: Path) -> None:
    made = hub_model(hub, "m", {"a.gguf": DATA})
    hub.faults = [faults.redirect("/forbidden")]
    seen: list[str] = []

    def gate(url: str) -> bool:
        seen.append(url)
        return not url.endswith("/forbidden")

    with pytest.raises(SourceError, match="network policy"):
        fetch(hub, made, tmp_path, HubFetcher(base_url=hub.url, allowed=gate))
    assert seen == [hub.url + hub_path("a.gguf"), f"{hub.url}/forbidden"]
    assert len(hub.asked) == 1


def test_nobody_listening_is_said_plainly(hub: HubServer, tmp_path: Path) -> None:
    made = hub_model(hub, "m", {"a.gguf": DATA})
    nobody = HubFetcher(base_url="http://127.0.0.1:9", attempts=2, longest_wait=0.01)
    with pytest.raises(SourceError, match="the connection failed"):
        fetch(hub, made, tmp_path, nobody)
