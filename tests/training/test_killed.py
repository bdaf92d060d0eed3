"""Whatever stops a training at whatever moment: what goes on is, bit for bit, the training that was never stopped."""

from __future__ import annotations

import random
import signal
from typing import TYPE_CHECKING

import pytest

torch = pytest.importorskip("torch")

from tests.support.killing import Nursery, Training, intact, stop_anywhere, stop_in_a_write  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

CI = 5
MORE = 8
"""Further tries where none of the asked ones came in the middle: chance is given room, the assertion stays."""
HUNDRED = [pytest.param(25, part, marks=pytest.mark.slow) for part in range(1, 5)]
"""A hundred kills, in four parts that may run beside each other."""
TINY = """
name: tiny
input: [1, 8, 8]
params: {classes: 10}
layers:
  - {conv: {out: 8, kernel: 3, padding: 1}, name: stem.conv}
  - {batch_norm: , name: stem.bn}
  - relu
  - max_pool: 2
  - flatten
  - dropout: 0.2
  - {linear: $classes, name: fc}
"""
EVERYTHING = ("--ema", "0.9", "--mixup", "0.2", "--crop", "1", "--rotate", "10", "--accumulate", "2", "--clip", "1")
"""Averages, blended and moved images, parts, clipping: whatever has a state or draws numbers."""
LONG = ("tiny.yaml", "--epochs", "4", "--every-steps", "4", *EVERYTHING)


def training(folder: Path, *arguments: str, nursery: Nursery | None = None) -> Training:
    folder.mkdir()
    (folder / "tiny.yaml").write_text(TINY, "utf-8")
    return Training(folder, arguments or LONG, nursery)


@pytest.fixture(scope="module")
def nursery() -> Iterator[Nursery]:
    """Where processes begin at once."""
    made = Nursery()
    yield made
    made.close()


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> tuple[Training, float]:
    """A training that nobody stops, and the seconds that it takes."""
    found = training(tmp_path_factory.mktemp("whole") / "one")
    found.finish()
    begun = (found.run / "environment.json").stat().st_mtime
    return found, (found.run / "run.json").stat().st_mtime - begun


def test_the_same_training_twice(whole: tuple[Training, float], tmp_path: Path) -> None:
    """Two trainings of one seed leave the same: what the tests below compare is a fact of the training."""
    again = training(tmp_path / "again")
    again.finish()
    assert again.left() == whole[0].left()


@pytest.mark.parametrize(("kills", "part"), [(CI, 0), *HUNDRED])
def test_killed(kills: int, part: int, whole: tuple[Training, float], nursery: Nursery, tmp_path: Path) -> None:
    """SIGKILL at any moment, every second time within the writing of a checkpoint: nothing is lost by it."""
    one, seconds = whole
    expected, chance, hits = one.left(), random.Random(kills), 0
    for kill in range(kills):
        stopped = training(tmp_path / str(kill), nursery=nursery)
        if kill % 2:
            ended = stop_in_a_write(stopped, chance, signal.SIGKILL, 15)
        else:
            ended = stop_anywhere(stopped, chance, signal.SIGKILL, seconds)
        assert ended in ("killed", "done")
        hits += ended == "killed"
        intact(stopped)
        stopped.finish()
        assert stopped.left() == expected, f"kill {kill}"
    assert hits >= kills // 2


def test_killed_again_and_again(whole: tuple[Training, float], tmp_path: Path) -> None:
    """A training that is killed before it comes far, many times, arrives all the same, and never goes back."""
    one, seconds = whole
    stopped, chance, steps = training(tmp_path / "one"), random.Random(1), [0]
    for _ in range(4):
        if stop_anywhere(stopped, chance, signal.SIGKILL, seconds / 3) == "done":
            break
        place = intact(stopped)
        steps.append(0 if place is None else place.step)
    assert steps == sorted(steps)
    stopped.finish()
    assert stopped.left() == one.left()


@pytest.mark.parametrize("stops", [2, pytest.param(20, marks=pytest.mark.slow)])
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT], ids=lambda one: one.name)
def test_asked_to_stop(
    number: signal.Signals, stops: int, whole: tuple[Training, float], nursery: Nursery, tmp_path: Path
) -> None:
    """A polite signal in an epoch's middle: the step is finished and written, the exit code tells, and nothing is lost."""
    one, seconds = whole
    chance, inside = random.Random(stops), 0
    for stop in range(stops + MORE):
        if stop >= stops and inside:
            break
        stopped = training(tmp_path / str(stop), nursery=nursery)
        ended = stop_anywhere(stopped, chance, number, seconds * 0.8)
        assert ended in ("stopped", "done")
        place = intact(stopped)
        if ended == "stopped":
            assert place is not None
            inside += place.batch > 0
        told = stopped.finish()
        if ended == "stopped" and place is not None:
            assert f"going on after {place.step:,} steps" in told
        assert stopped.left() == one.left()
    assert inside


@pytest.fixture(scope="module")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of small pictures in class folders."""
    image = pytest.importorskip("PIL.Image")
    place = tmp_path_factory.mktemp("pictures")
    chance = random.Random(0)
    for split, count in (("train", 24), ("val", 6)):
        for label in range(4):
            folder = place / split / f"class{label}"
            folder.mkdir(parents=True)
            for number in range(count):
                pixels = bytes([min(255, 60 * label + chance.randrange(60)) for _ in range(64)])
                image.frombytes("L", (8, 8), pixels).save(folder / f"{number}.png")
    return place


@pytest.mark.parametrize("kills", [2, pytest.param(20, marks=pytest.mark.slow)])
def test_killed_with_workers(kills: int, pictures: Path, nursery: Nursery, tmp_path: Path) -> None:
    """The same where processes decode the images, and with another number of them after the kill."""
    arguments = ("tiny.yaml", "--data", f"folder:{pictures}", "--epochs", "6", "--batch", "16", "--every-steps", "2")
    one = training(tmp_path / "whole", *arguments, *EVERYTHING, "--workers", "2", nursery=nursery)
    one.finish()
    seconds = (one.run / "run.json").stat().st_mtime - (one.run / "environment.json").stat().st_mtime
    expected, chance, inside = one.left(), random.Random(kills), 0
    for kill in range(kills + MORE):
        if kill >= kills and inside:
            break
        stopped = training(tmp_path / str(kill), *arguments, *EVERYTHING, "--workers", "2", nursery=nursery)
        if kill % 2:
            ended = stop_anywhere(stopped, chance, signal.SIGKILL, seconds / 2)
        else:
            ended = stop_in_a_write(stopped, chance, signal.SIGKILL, 10)
        assert ended in ("killed", "done")
        place = intact(stopped)
        inside += ended == "killed" and place is not None
        stopped.arguments = (*arguments, *EVERYTHING, "--workers", str(kill % 3))
        stopped.finish()
        assert stopped.left() == expected, f"kill {kill}"
    assert inside
