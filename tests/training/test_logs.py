"""The log of a run: one line for each epoch, whole or not at all, and what goes on is as if it had never stopped."""

from __future__ import annotations

import csv
import json
import os
from typing import TYPE_CHECKING

import pytest

from cnninspect.training import logs
from cnninspect.values import Problem

if TYPE_CHECKING:
    from pathlib import Path


def entry(step: int) -> dict[str, object]:
    return {"epoch": step // 10, "step": step, "lr": 0.1 / step, "loss": 2.5 - step / 100, "best": step % 20 == 0}


def written(folder: Path, *steps: int) -> logs.Log:
    log = logs.Log(str(folder))
    for step in steps:
        log.write(entry(step))
    return log


def both(folder: Path) -> tuple[bytes, bytes]:
    return (folder / "metrics.jsonl").read_bytes(), (folder / "metrics.csv").read_bytes()


def test_a_line_for_each_record(tmp_path: Path) -> None:
    """A record is a line of JSON and a row of the table, with numbers as Python writes them."""
    written(tmp_path, 10, 20)
    lines, table = both(tmp_path)
    assert [json.loads(line) for line in lines.splitlines()] == [entry(10), entry(20)]
    assert table.decode() == "epoch,step,lr,loss,best\n1,10,0.01,2.4,false\n2,20,0.005,2.3,true\n"


def test_a_number_that_is_none(tmp_path: Path) -> None:
    """A loss that is not finite is null in JSON and empty in the table: neither format has a word for it."""
    logs.Log(str(tmp_path)).write({"step": 1, "loss": float("nan"), "top": float("inf"), "word": 'a,"b"\n'})
    lines, table = both(tmp_path)
    assert lines == b'{"step": 1, "loss": null, "top": null, "word": "a,\\"b\\"\\n"}\n'
    assert list(csv.reader(table.decode().splitlines(keepends=True)))[1] == ["1", "", "", 'a,"b"\n']


def test_a_new_field_is_a_new_column(tmp_path: Path) -> None:
    """A field that comes later is a column from the start, empty where it was not there."""
    log = written(tmp_path, 10)
    log.write({**entry(20), "memory": 5})
    log.write(entry(30))
    rows = list(csv.reader((tmp_path / "metrics.csv").read_text().splitlines()))
    assert [row[-1] for row in rows] == ["memory", "", "5", ""]


@pytest.mark.parametrize(
    "tail", [b"", b'{"epoch": 3, "st', b'{"epoch": 3, "step": 30}', b"\0\0\0\n", b"[1]\n", b'{"step": "x"}\n']
)
def test_what_goes_on_equals_what_was_never_stopped(tail: bytes, tmp_path: Path) -> None:
    """After a kill the half-written line and what lies behind the checkpoint go: the log ends up the same."""
    (tmp_path / "whole").mkdir()
    (tmp_path / "stopped").mkdir()
    written(tmp_path / "whole", 10, 20, 30, 40)
    written(tmp_path / "stopped", 10, 20, 30)
    with (tmp_path / "stopped" / "metrics.jsonl").open("ab") as file:
        file.write(tail)
    log = logs.Log(str(tmp_path / "stopped"))
    log.rewind(20)
    for step in (30, 40):
        log.write(entry(step))
    assert both(tmp_path / "stopped") == both(tmp_path / "whole")


def test_a_log_without_a_checkpoint_begins_anew(tmp_path: Path) -> None:
    """A run that was killed before its first checkpoint has no log either when it begins."""
    log = written(tmp_path, 10, 20)
    log.rewind(-1)
    assert both(tmp_path) == (b"", b"")
    log.write(entry(10))
    assert len(logs.read(str(tmp_path / "metrics.jsonl"))) == 1


def test_no_file_is_no_record(tmp_path: Path) -> None:
    """A run that has not come to an epoch has no log, and rewinding makes none."""
    assert logs.read(str(tmp_path / "metrics.jsonl")) == []
    log = logs.Log(str(tmp_path))
    log.rewind(-1)
    log.sync()
    assert list(tmp_path.iterdir()) == []


def test_a_log_that_cannot_be_written(tmp_path: Path) -> None:
    """A folder that is gone is told, with the file and the reason."""
    log = logs.Log(str(tmp_path / "gone"))
    with pytest.raises(Problem) as caught:
        log.write(entry(10))
    path = os.path.join(str(tmp_path), "gone", "metrics.jsonl")
    assert (caught.value.code, caught.value.message) == (
        "cannot-save",
        f"cannot write '{path}': no such file or directory",
    )


def test_a_full_disk(tmp_path: Path) -> None:
    """A line that cannot be appended is told."""
    log = written(tmp_path, 10)
    (tmp_path / "metrics.jsonl").unlink()
    (tmp_path / "metrics.jsonl").symlink_to("/dev/full")
    with pytest.raises(Problem, match="no space left on device"):
        log.write(entry(20))
