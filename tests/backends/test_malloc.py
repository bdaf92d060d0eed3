"""While times are taken, memory stays with the process."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

pytest.importorskip("torch")
pytest.importorskip("resource")

import torch

from cnninspect.backends.malloc import Keeping, ruled

if TYPE_CHECKING:
    from pathlib import Path

RUNS = 20
PROGRAM = f"""
import resource, torch
from cnninspect.backends.malloc import Keeping

def faults(elements):
    for _ in range(50):  # until aligned pieces have found their places
        torch.zeros(elements)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    for _ in range({RUNS}):
        torch.zeros(elements)
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before

LARGE = 10 * 2**20  # more bytes than glibc ever has in its heap unless told to
SMALL = 2**20  # as many as it keeps in its heap once it has met some
print(faults(LARGE), faults(SMALL))
with Keeping(torch.device("cpu")):
    print(faults(LARGE), faults(SMALL))
print(faults(LARGE), faults(SMALL))
"""
OTHER = "void *__libc_malloc(unsigned long); void *malloc(unsigned long size) { return __libc_malloc(size); }"
ASKED = "import torch; from cnninspect.backends.malloc import Keeping; print(Keeping(torch.device('cpu')).libc)"


def told(program: str, **environment: str) -> str:
    """What a process prints in whose environment nobody else tells malloc anything."""
    own = {name: text for name, text in os.environ.items() if not ruled({name: text})}
    command = [sys.executable, "-c", program]
    return subprocess.run(command, capture_output=True, text=True, check=True, env={**own, **environment}).stdout


glibc = pytest.mark.skipif(Keeping(torch.device("cpu")).libc is None, reason="glibc's malloc is meant")


@pytest.mark.torch
@glibc
def test_what_is_freed_is_kept() -> None:
    """The same pages are used again, which by itself are asked for anew in each run; afterwards all is as before."""
    before, kept, after = [[*map(int, line.split())] for line in told(PROGRAM).splitlines()]
    assert kept[0] < RUNS < before[0]
    assert kept[1] < RUNS
    assert before[1] < RUNS
    assert after[0] > RUNS
    assert after[1] < RUNS


@pytest.mark.torch
@glibc
@pytest.mark.parametrize(
    "environment",
    [{"MALLOC_TRIM_THRESHOLD_": "200000"}, {"GLIBC_TUNABLES": "glibc.malloc.mmap_max=9"}],
    ids=lambda environment: next(iter(environment)),
)
def test_whoever_rules_malloc_is_obeyed(environment: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is set where the environment says what glibc is to keep; how many arenas it has is another matter."""
    monkeypatch.setenv("MALLOC_ARENA_MAX", "2")
    assert Keeping(torch.device("cpu")).libc is not None
    [(name, text)] = environment.items()
    monkeypatch.setenv(name, text)
    assert Keeping(torch.device("cpu")).libc is None


@pytest.mark.torch
@glibc
@pytest.mark.skipif(shutil.which("cc") is None, reason="another malloc is made by a C compiler")
def test_another_malloc_is_left_alone(tmp_path: Path) -> None:
    """A malloc that was put before glibc's knows nothing of glibc's settings."""
    (tmp_path / "other.c").write_text(OTHER, "utf-8")
    other = str(tmp_path / "other.so")
    subprocess.run(["cc", "-shared", "-fPIC", "-o", other, str(tmp_path / "other.c")], check=True)
    assert told(ASKED, LD_PRELOAD=other) == "None\n"


@pytest.mark.torch
def test_another_device_is_left_alone() -> None:
    """Nothing is set for what does not run on the CPU."""
    with Keeping(torch.device("meta")) as keeping:
        assert keeping.libc is None
