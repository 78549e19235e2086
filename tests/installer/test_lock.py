"""The lock file: what is read from it, and what the committed one promises."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from installer.errors import InstallError
from installer.lock import Lock, Pin, canonical, rendered
from tests.installer.conftest import CHECKOUT

A, B = "sha256:" + "a" * 64, "sha256:" + "b" * 64
SMALL = f"""\
# A comment.
# == base ==
Some.Package==1.0 \\
    --hash={A} \\
    --hash={B}
numpy==2.4.6 ; python_full_version < '3.12' \\
    --hash={A}

# == dev ==
numpy==2.4.6 ; python_full_version < '3.12' \\
    --hash={A}
pytest==9.2.0 \\
    --hash={B}
"""


@pytest.fixture(scope="module")
def committed() -> Lock:
    return Lock.read(CHECKOUT / "requirements.lock")


def test_reads_sections_versions_markers_and_hashes() -> None:
    lock = Lock.parse(SMALL)
    assert list(lock.sections) == ["base", "dev"]
    assert lock.sections["base"] == (
        Pin("some-package", "1.0", "", (A, B)),
        Pin("numpy", "2.4.6", "python_full_version < '3.12'", (A,)),
    )


def test_a_package_of_two_sections_is_installed_once() -> None:
    names = [pin.name for pin in Lock.parse(SMALL).pins(["base", "dev"], without=["Some_Package"])]
    assert names == ["numpy", "pytest"]


def test_what_is_rendered_reads_back_as_the_same() -> None:
    pins = Lock.parse(SMALL).pins(["base", "dev"])
    assert Lock.parse("# == base ==\n" + rendered(pins)).pins(["base"]) == pins


@given(
    st.lists(
        st.builds(
            Pin,
            st.text("abcz09", min_size=1, max_size=8),
            st.lists(st.integers(0, 999).map(str), min_size=1, max_size=4).map(".".join),
            st.sampled_from(["", "sys_platform == 'linux'", "python_full_version >= '3.12' and os_name != 'nt'"]),
            st.lists(
                st.binary(min_size=32, max_size=32).map(lambda raw: f"sha256:{raw.hex()}"), min_size=1, max_size=3
            ).map(tuple),
        ),
        max_size=5,
        unique_by=lambda pin: (pin.name, pin.version, pin.marker),
    )
)
def test_any_set_of_packages_survives_writing_and_reading(pins: list[Pin]) -> None:
    lock = Lock.parse("# == base ==\n" + rendered(pins))
    assert lock.pins(["base"]) == tuple(pins)


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("numpy==1.0 --hash=" + A, "line 1: a package stands before the first section"),
        ("# == base ==\nnumpy>=1.0 --hash=" + A, "line 2: an exact version `name==version` is expected"),
        ("# == base ==\n\nnumpy==1.0", "line 3: a `--hash=sha256:...` is expected"),
    ],
)
def test_a_wrong_line_is_named(text: str, complaint: str) -> None:
    with pytest.raises(InstallError) as caught:
        Lock.parse(text)
    assert complaint in caught.value.why
    assert "installer lock" in caught.value.remedy


def test_a_missing_lock_names_the_file(tmp_path: Path) -> None:
    with pytest.raises(InstallError) as caught:
        Lock.read(tmp_path / "requirements.lock")
    assert str(tmp_path / "requirements.lock") in caught.value.why


def test_a_section_or_package_that_is_not_locked_is_named() -> None:
    lock = Lock.parse(SMALL)
    with pytest.raises(InstallError) as section:
        lock.pins(["gpu"])
    assert "no section 'gpu'" in section.value.why
    with pytest.raises(InstallError) as package:
        lock.pin("base", "onnxruntime")
    assert "lacks onnxruntime" in package.value.why


@pytest.mark.parametrize("spelling", ["Jinja2", "typing_extensions", "ruamel.yaml", "A--b__c"])
def test_names_have_one_spelling(spelling: str) -> None:
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", canonical(spelling))
    assert canonical(spelling) == canonical(spelling.upper())


def test_the_committed_lock_names_no_index_and_no_machine() -> None:
    text = (CHECKOUT / "requirements.lock").read_text()
    for trace in ("://", "--index", "--find-links", "--extra-index", "file:", "@ ", "/home", "/opt", "/tmp"):
        assert trace not in text


def test_the_committed_lock_covers_what_the_project_asks_for(committed: Lock) -> None:
    import tomllib

    project = tomllib.loads((CHECKOUT / "pyproject.toml").read_text())["project"]
    for section, wanted in {"base": project["dependencies"], **project["optional-dependencies"]}.items():
        have = {pin.name for pin in committed.pins(["base", section])}
        asked = {canonical(re.split(r"[\[<>=!~ ;]", line)[0]) for line in wanted}
        assert asked <= have, section


def test_a_package_has_one_version_in_all_sections(committed: Lock) -> None:
    versions: dict[tuple[str, str], set[str]] = {}
    for pins in committed.sections.values():
        for pin in pins:
            versions.setdefault((pin.name, pin.marker), set()).add(pin.version)
    assert {name: found for name, found in versions.items() if len(found) > 1} == {}


def test_both_onnx_runtimes_are_locked_at_one_version(committed: Lock) -> None:
    assert committed.pin("gpu", "onnxruntime-gpu").version == committed.pin("base", "onnxruntime").version


@pytest.mark.parametrize("extra", ["train", "cloning"])
def test_torch_on_the_cpu_locks_no_cuda(committed: Lock, extra: str) -> None:
    assert not [pin.name for pin in committed.pins([extra]) if pin.name.startswith(("nvidia-", "cuda-"))]
    assert committed.pin(extra, "torch").version == "2.13.0"
