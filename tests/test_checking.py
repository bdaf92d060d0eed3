"""Many files by several processes: the same outcome, whatever dies, whoever interrupts."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest

from cnninspect import api
from cnninspect.api import checking_pool
from cnninspect.api.checking_asked import Asked
from cnninspect.api.checking_file import check_file
from cnninspect.frontends.discover import Candidate, discover
from tests.cli.test_check import BAD, GOOD, VARIANTS, WARNS, check, last
from tests.cli.test_summary import ROOT

if TYPE_CHECKING:
    from pathlib import Path

    from cnninspect.api.checking_file import Outcome

UNIX = pytest.mark.skipif(sys.platform == "win32", reason="signals are others there")
KILLER = """\
import os, signal, time
from cnninspect.layers.base import Pointwise
class Deadly(Pointwise, name='deadly'):
    'Kills the process.'
    def shape(self, x):
        os.kill(os.getpid(), signal.SIGKILL)
class Leaves(Pointwise, name='leaves'):
    'Leaves the process.'
    def shape(self, x):
        os._exit(7)
class Slow(Pointwise, name='slow'):
    'Takes its time.'
    def shape(self, x):
        open('begun', 'w').close()
        time.sleep(60)
"""


def tree(folder: Path, files: int = 60) -> Path:
    """A folder of models of every kind, some broken, some no models at all."""
    texts = [GOOD, BAD, WARNS, VARIANTS, "services: {}\n", "layers: [[[\n", "extends: m000.yaml\nname: heir\n"]
    for index in range(files):
        (folder / f"m{index:03}.yaml").write_text(texts[index % len(texts)].replace("name: family", f"name: f{index}"))
    (folder / "m900.yaml").write_bytes(b"layers:\n  - \xff\n")
    return folder


def outcomes(folder: Path, jobs: int | None) -> list[Outcome]:
    """What becomes of the models of a folder."""
    return checking_pool.check_all(discover([str(folder)]).candidates, Asked(), jobs)


@pytest.mark.parametrize("jobs", [2, 3, 7])
def test_the_same_by_any_number(tmp_path: Path, jobs: int) -> None:
    """So many processes find what one finds, in the same order."""
    tree(tmp_path)
    alone = outcomes(tmp_path, 1)
    assert sum(outcome.file is not None for outcome in alone) > 40
    assert outcomes(tmp_path, jobs) == alone


def test_the_same_report(tmp_path: Path) -> None:
    """The report is the same to the letter, in text and in JSON."""
    tree(tmp_path)
    for word in ("text", "json"):
        one, many = [check(tmp_path, "--format", word, "--jobs", jobs) for jobs in ("1", "3")]
        assert (one.returncode, one.stdout, one.stderr) == (many.returncode, many.stdout, many.stderr)


def test_others_are_asked_where_it_pays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One process looks at files until it is clear that others pay, and goes on alone where they do not."""
    tree(tmp_path)
    started: list[int] = []
    real = checking_pool._Pool.run

    def run(pool: checking_pool._Pool, most: int) -> None:
        started.append(sum(map(len, pool.waiting)))
        real(pool, most)

    monkeypatch.setattr(checking_pool._Pool, "run", run)
    monkeypatch.setattr(checking_pool, "cores", lambda: 2)
    expected = outcomes(tmp_path, 1)
    assert (outcomes(tmp_path, None), started) == (expected, [])
    monkeypatch.setattr(checking_pool, "ALONE", 0)
    monkeypatch.setattr(checking_pool, "PAYS", 0)
    assert outcomes(tmp_path, None) == expected
    assert len(started) == 1
    assert 0 < started[0] < 61
    monkeypatch.setattr(checking_pool, "cores", lambda: 1)
    assert (outcomes(tmp_path, None), len(started)) == (expected, 1)


def test_how_many_processors_there_are(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only the processors count that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        assert checking_pool.cores() == len(os.sched_getaffinity(0))
        monkeypatch.delattr(os, "sched_getaffinity")
    monkeypatch.setattr(os, "cpu_count", lambda: None)
    assert checking_pool.cores() == 1


def test_garbage_is_collected_on_the_way(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A run without the collector collects by itself where there are many files."""
    import gc

    tree(tmp_path, 12)
    monkeypatch.setattr(checking_pool, "SWEEP", 4)
    swept: list[int] = []
    monkeypatch.setattr(gc, "collect", lambda: swept.append(1))
    gc.disable()
    try:
        assert len(outcomes(tmp_path, 1)) == 13
    finally:
        gc.enable()
        gc.unfreeze()
    assert len(swept) == 3


def test_nothing_is_left_for_the_collector(tmp_path: Path) -> None:
    """What a model took is free when it has been looked at: a run without the collector does not grow."""
    import gc

    (tmp_path / "m.yaml").write_text(VARIANTS.replace("kernel: 9", "kernel: 1").replace(", groups: 4", ""))
    candidate = Candidate(str(tmp_path / "m.yaml"), named=True)
    check_file(candidate, Asked())
    gc.collect()
    gc.disable()
    try:
        for _ in range(10):
            outcome = check_file(candidate, Asked())
        assert outcome.file is not None
        assert gc.collect() < 10
    finally:
        gc.enable()


def test_standard_input_beside_many(tmp_path: Path) -> None:
    """Standard input is read once, by the process that has it."""
    tree(tmp_path, 20)
    done = check(tmp_path, "-", ".", "--jobs", "2", stdin=BAD)
    assert "<stdin>:3:31" in done.stdout
    assert last(done).endswith(check(tmp_path, "--jobs", "1", "-", ".", stdin=BAD).stdout.rsplit("\n", 2)[1])


@UNIX
@pytest.mark.parametrize(("layer", "how"), [("deadly", "signal 9"), ("leaves", "exit code 7")])
def test_a_process_that_dies_names_its_file(tmp_path: Path, layer: str, how: str) -> None:
    """The file that kills is named, exit code 2; every other file is told as ever, and nothing else is said."""
    tree(tmp_path, 20)
    (tmp_path / "killer.py").write_text(KILLER)
    expected = check(tmp_path, "--jobs", "1")
    for name in ("m010b", "z"):
        (tmp_path / f"{name}.yaml").write_text(f"input: [3, 8, 8]\nlayers: [{layer}]\n")
    done = check(tmp_path, "--jobs", "2", "--plugin", "killer")
    assert done.returncode == 2
    assert done.stdout == expected.stdout
    assert done.stderr == "".join(
        [
            f"cnninspect: '{name}.yaml': the process that looked at it died ({how})\n"
            "  = help: look at it alone, with more memory\n"
            for name in ("m010b", "z")
        ]
    )


@UNIX
def test_a_process_that_is_killed_once_is_made_up_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What a process had not answered when it was killed is looked at again: nothing is missing."""
    tree(tmp_path)
    expected = outcomes(tmp_path, 1)
    killed: list[int] = []
    real = checking_pool._Worker.give

    def give(worker: checking_pool._Worker, tasks: list[tuple[int, Candidate]]) -> bool:
        if not killed:
            killed.append(worker.process.pid or 0)
            os.kill(killed[0], signal.SIGKILL)
            worker.process.join()
        return real(worker, tasks)

    monkeypatch.setattr(checking_pool._Worker, "give", give)
    assert outcomes(tmp_path, 2) == expected
    assert killed


@UNIX
@pytest.mark.parametrize("jobs", ["1", "2"])
def test_ctrl_c(tmp_path: Path, jobs: str) -> None:
    """Ctrl-C ends it at once and quietly, with exit code 130, whoever is at work; no process is left."""
    (tmp_path / "killer.py").write_text(KILLER)
    for index in range(40):
        (tmp_path / f"m{index}.yaml").write_text("input: [3, 8, 8]\nlayers: [slow]\n")
    command = [sys.executable, "-m", "cnninspect", "check", "--plugin", "killer", "--jobs", jobs]
    process = subprocess.Popen(
        command,
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    while not (tmp_path / "begun").exists():
        assert process.poll() is None
        time.sleep(0.05)
    time.sleep(1)  # the others begin, too
    os.killpg(process.pid, signal.SIGINT)  # as a terminal does: to all of them
    out, error = process.communicate(timeout=50)
    assert (process.returncode, out, error) == (130, "", "")
    deadline = time.monotonic() + 5
    while time.monotonic() < deadline:
        try:
            os.killpg(process.pid, 0)
        except ProcessLookupError:
            return
        time.sleep(0.05)
    pytest.fail("a process is left")


def test_jobs_are_a_number(tmp_path: Path) -> None:
    """No processes, or thousands of them, are refused."""
    for jobs in ("0", "100000"):
        done = check(tmp_path, "--jobs", jobs)
        assert (done.returncode, done.stderr) == (2, f"cnninspect: --jobs must be between 1 and 256, got {jobs}\n")


def test_from_python(tmp_path: Path) -> None:
    """`check` of the API takes paths and tells what it found."""
    tree(tmp_path, 7)
    found = api.check([str(tmp_path)], select=["unused-param"], jobs=1)
    assert {told.finding.code for told in found.findings if told.finding.severity == "warning"} == {"unused-param"}
    assert api.fails(found, "error")
    assert (found.other, len(found.files)) == (1, 7)
    with pytest.raises(api.CannotRun, match="no finding that can be chosen is called 'nothing'"):
        api.check([str(tmp_path)], select=["nothing"])
    with pytest.raises(api.CannotRun, match="'mcas' is no figure that a budget can limit"):
        api.check([str(tmp_path)], budgets=["mcas <= 1"])
