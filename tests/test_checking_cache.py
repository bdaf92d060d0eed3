"""What is remembered of files: the same findings as without, and nothing that could have changed."""

from __future__ import annotations

import json
import os
import sys
from typing import TYPE_CHECKING, Any

import pytest

from cnninspect import api, layers
from cnninspect.api import checking_cache, checking_file
from cnninspect.api.checking_asked import Asked
from tests.cli.test_check import BAD, GOOD, VARIANTS, WARNS, check

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from cnninspect.api.checked import Checked

BUDGET = GOOD + "budgets: {parameters: '<= 1K', receptive_field: '>= 3'}\n"
FAMILY = VARIANTS.replace("width: 9, groups: 4", "width: 12").replace("width: 10, groups: 4", "width: 4")
TEXTS = (GOOD, WARNS, BUDGET, FAMILY.replace("kernel: 9", "kernel: 3"), "services: {}\n")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of models that one stands in, and a place to remember them."""
    place = tmp_path / "models"
    place.mkdir()
    for index in range(20):
        (place / f"m{index:02}.yaml").write_text(TEXTS[index % len(TEXTS)])
    monkeypatch.chdir(place)
    monkeypatch.setenv("CNNINSPECT_CACHE", str(tmp_path / "kept"))
    monkeypatch.setattr(checking_cache, "MANY", 2)
    monkeypatch.setattr(layers, "foreign", lambda: False)  # other tests define layers
    return place


@pytest.fixture
def looked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The files that were really looked at."""
    found: list[str] = []
    real = checking_file._model_file

    def look(candidate: Any, *rest: Any) -> Any:
        found.append(candidate.path)
        return real(candidate, *rest)

    monkeypatch.setattr(checking_file, "_model_file", look)
    return found


def run(**options: Any) -> Checked:
    """A check of the current folder by one process."""
    return api.check(["."], jobs=1, cache=True, **options)


def test_the_second_time_nothing_is_looked_at(folder: Path, looked: list[str]) -> None:
    """What has not changed is not looked at again, and what is told of it is the same."""
    plain = api.check(["."], jobs=1)
    assert len(looked) == 20
    first = run()
    assert len(looked) == 40
    assert run() == first == plain
    assert len(looked) == 40


def test_what_has_changed_is_looked_at(folder: Path, looked: list[str]) -> None:
    """Another text, a new file, another file of the same text are looked at; one that is gone is forgotten."""
    run()
    looked.clear()
    (folder / "m00.yaml").write_text(WARNS)
    (folder / "new.yaml").write_text(GOOD)
    (folder / "m01.yaml").unlink()
    found = run()
    assert looked == ["m00.yaml", "new.yaml"]
    assert found == api.check(["."], jobs=1)
    (kept,) = (folder.parent / "kept").iterdir()
    assert "m01.yaml" not in kept.read_text()


@pytest.mark.parametrize(
    "options",
    [{"select": ["unused"]}, {"ignore": ["unused-param"]}, {"budgets": ["macs <= 2"]}, {"outside": True}],
    ids=str,
)
def test_other_options_find_other_things(folder: Path, looked: list[str], options: dict[str, Any]) -> None:
    """What was found with other options is no answer."""
    run()
    looked.clear()
    assert run(**options) == api.check(["."], jobs=1, **options)
    assert len(looked) == 40


def test_another_configuration(folder: Path, looked: list[str]) -> None:
    """What was found by another configuration is no answer."""
    run()
    for text in ("ignore = ['unused-param']\n", "[budgets]\nlayers = '<= 1'\n", "[budgets]\nlayers = '<= 2'\n"):
        (folder / "cnninspect.toml").write_text(text)
        config = api.configuration(["."])
        looked.clear()
        assert run(config=config) == api.check(["."], jobs=1, config=config)
        assert len(looked) == 40


def test_another_program(folder: Path, looked: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """What another version of this program found is no answer: any file of it that differs makes it another one."""
    run()
    looked.clear()
    monkeypatch.setattr(checking_cache, "_program", lambda _: ["another"])
    run()
    assert len(looked) == 20


def test_the_program_is_its_files(tmp_path: Path) -> None:
    """A file that is written anew, comes or goes makes it another program; compiled files do not."""
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "b.py").write_text("1")
    first = [*checking_cache._program(str(tmp_path))]
    (tmp_path / "__pycache__").mkdir()
    (tmp_path / "__pycache__" / "c.pyc").write_text("1")
    assert [*checking_cache._program(str(tmp_path))] == first
    os.utime(tmp_path / "a" / "b.py", ns=(1, 1))
    assert [*checking_cache._program(str(tmp_path))] != first


def test_what_follows_from_more_than_its_text(folder: Path, looked: list[str]) -> None:
    """What extends, has an error or an estimate of time, is looked at every time: other files decide on it as well."""
    run()
    (folder / "a.yaml").write_text("extends: m00.yaml\nname: heir\n")
    (folder / "b.yaml").write_text(BAD)
    (folder / "c.yaml").write_text(GOOD + "budgets: {latency_estimate: '<= 1s @ t4'}\n")
    (folder / "d.yaml").write_text("extends: airbnb\n")
    (folder / "e.yaml").write_bytes(b"layers: \xff\n")
    for _ in range(2):
        looked.clear()
        found = run()
        assert looked == ["a.yaml", "b.yaml", "c.yaml", "d.yaml"]
        assert found == api.check(["."], jobs=1)
    (folder / "m00.yaml").write_text(GOOD.replace("3, 8, 8", "3, 2, 2"))
    assert any(told.models == ("heir", "m00") for told in run().findings)


def test_with_plugins_nothing_is_remembered(folder: Path, looked: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """Layers of other packages may change without a trace: nothing is remembered where they are asked for."""
    for _ in range(2):
        run(plugins=True)
    assert len(looked) == 40
    monkeypatch.setattr(layers, "foreign", lambda: True)
    for _ in range(2):
        run()
    assert len(looked) == 80


def test_few_files_are_not_remembered(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A check of few files leaves nothing anywhere; nor does any where the place is empty."""
    monkeypatch.setattr(checking_cache, "MANY", 64)
    run()
    assert not (folder.parent / "kept").exists()
    monkeypatch.setattr(checking_cache, "MANY", 2)
    monkeypatch.setenv("CNNINSPECT_CACHE", "")
    run()
    assert not (folder.parent / "kept").exists()


@pytest.mark.parametrize(
    "spoil",
    [
        lambda _: b"",
        lambda _: b"\xff\n",
        lambda _: b"[" * 100_000,
        lambda kept: kept[:-1],
        lambda kept: kept.replace(b"conv", b"vnoc").replace(b"param", b"marap"),
        lambda kept: kept.partition(b"\n")[2],
    ],
)
def test_what_is_spoiled(folder: Path, looked: list[str], spoil: Callable[[bytes], bytes]) -> None:
    """A file that was torn or written by others is no answer."""
    expected = run()
    (kept,) = (folder.parent / "kept").iterdir()
    kept.write_bytes(spoil(kept.read_bytes()))
    looked.clear()
    assert run() == expected
    assert len(looked) == 20


def test_a_place_that_cannot_be_written(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where nothing can be written nothing is remembered, and nobody is bothered."""
    (folder.parent / "file").write_text("")
    monkeypatch.setenv("CNNINSPECT_CACHE", str(folder.parent / "file" / "kept"))
    assert run() == api.check(["."], jobs=1)


def test_a_writing_that_fails_leaves_nothing(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file that could not be put in its place is removed."""

    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", fail)
    run()
    assert [*(folder.parent / "kept").iterdir()] == []


def test_the_oldest_goes(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of many checks the latest are remembered."""
    monkeypatch.setattr(checking_cache, "MOST_KEPT", 3)
    for index in range(5):
        run(budgets=[f"macs >= {index}"])
    assert len([*(folder.parent / "kept").iterdir()]) == 3


def test_where_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is where each system keeps what can be found out again, never in the repository."""
    monkeypatch.delenv("CNNINSPECT_CACHE", raising=False)
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert checking_cache._folder() == str(tmp_path / "cnninspect")
    monkeypatch.delenv("XDG_CACHE_HOME")
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    assert checking_cache._folder() == str(tmp_path / "home" / ".cache" / "cnninspect")
    monkeypatch.setattr(sys, "platform", "darwin")
    assert checking_cache._folder() == str(tmp_path / "home" / "Library" / "Caches" / "cnninspect")
    monkeypatch.setattr(sys, "platform", "win32")
    monkeypatch.setenv("LOCALAPPDATA", str(tmp_path))
    assert checking_cache._folder() == str(tmp_path / "cnninspect")
    monkeypatch.delenv("LOCALAPPDATA")
    assert checking_cache._folder() == ""


def test_what_is_written_is_what_is_read(folder: Path) -> None:
    """Whatever a check finds is the same after it was written and read: floats, limits, edits, lines and all."""
    (folder / "fix.yaml").write_text(
        "input: [3, 8, 8]\nlayers:\n  - conv: {out: 8, kernel: 3}\n  - batch_norm\nbudgets: {layers: '<= 1'}\n"
    )
    for file in api.check([".", "resnet50", "unet", "mobilenet_v2"], jobs=1).files:
        text = json.dumps(checking_cache.encoded(file))
        assert checking_cache.decoded(json.loads(text)) == file
    edited = api.check(["fix.yaml"], jobs=1).files[0]
    assert any(told.finding.edits for told in edited.findings)
    assert checking_cache.decoded(checking_cache.encoded({"a": [1, (2.5, None, True)]})) == {
        "a": [1, (2.5, None, True)]
    }


def test_a_text_is_another_where_it_was_named() -> None:
    """A file that is named is a model, one that was found may be none: what is known of one is not known of the other."""
    assert checking_cache.key("x", named=True) != checking_cache.key("x", named=False)
    assert checking_cache.find(Asked(), 1, plugins=False) is None


def test_on_the_command_line(tmp_path: Path) -> None:
    """Many files are remembered; --no-cache looks at all of them, and leaves nothing."""
    place = tmp_path / "models"
    place.mkdir()
    for index in range(70):
        (place / f"m{index:02}.yaml").write_text(TEXTS[index % len(TEXTS)])
    kept = str(tmp_path / "kept")
    plain = check(place, "--no-cache", CNNINSPECT_CACHE=kept)
    assert not (tmp_path / "kept").exists()
    for _ in range(2):
        done = check(place, CNNINSPECT_CACHE=kept)
        assert (done.returncode, done.stdout) == (plain.returncode, plain.stdout)
    assert len([*(tmp_path / "kept").iterdir()]) == 1
