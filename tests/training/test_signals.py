"""Signals during a training: heard at once, whatever the program is doing."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from cnninspect.training.signals import WATCHED, Stop, exit_code

ROOT = Path(__file__).parent.parent.parent
BUSY = """
import hashlib, sys
from cnninspect.training.signals import Stop
with Stop({}):
    print("in", flush=True)
    hashlib.pbkdf2_hmac("sha256", b"", b"", 2**31 - 1)
"""
"""Ten minutes within one instruction of Python, as a step's way back may be."""


def busy(options: str = "") -> subprocess.Popen[str]:
    process = subprocess.Popen(
        [sys.executable, "-c", BUSY.format(options)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "in\n"
    return process


@pytest.mark.parametrize("number", WATCHED, ids=lambda one: one.name)
def test_the_first_is_answered_and_the_second_ends_within_one_long_instruction(number: signal.Signals) -> None:
    process = busy()
    process.send_signal(number)
    assert process.stderr is not None
    assert process.stderr.readline() == "\n"
    assert process.stderr.readline() == "stopping after this step; the same signal again stops at once\n"
    process.send_signal(number)
    assert process.communicate(timeout=60) == ("", "\n")
    assert process.returncode == exit_code(number)


def test_an_echo_of_the_first_is_not_a_second() -> None:
    process = busy("tells=False, deaf=2")
    process.send_signal(signal.SIGTERM)
    time.sleep(0.3)
    process.send_signal(signal.SIGTERM)
    with pytest.raises(subprocess.TimeoutExpired):
        process.wait(timeout=5)
    process.send_signal(signal.SIGTERM)
    assert process.communicate(timeout=60) == ("", "\n")
    assert process.returncode == 143


def test_what_was_there_before_is_there_again() -> None:
    """The number is known where the loop asks for it, and afterwards signals do what they did."""
    got: list[int] = []
    before = [signal.signal(number, lambda number, _: got.append(number)) for number in WATCHED]
    try:
        with Stop(tells=False) as stop:
            assert stop.number == 0
            os.kill(os.getpid(), signal.SIGINT)
            assert (stop.number, got) == (signal.SIGINT, [])
        os.kill(os.getpid(), signal.SIGTERM)
        assert got == [signal.SIGTERM]
        assert "cnninspect-signals" not in [thread.name for thread in threading.enumerate()]
    finally:
        for number, handler in zip(WATCHED, before, strict=True):
            signal.signal(number, handler)


def test_a_thread_takes_no_signals() -> None:
    before = [signal.getsignal(number) for number in WATCHED]

    def run() -> None:
        with Stop() as stop:
            during.append((stop.number, [signal.getsignal(number) for number in WATCHED]))

    during: list[tuple[int, list[object]]] = []
    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    assert during == [(0, before)]


def test_a_forked_worker_ends_alone() -> None:
    """A signal to a child, as whoever ends workers sends it, ends the child and says nothing to its parent."""
    script = """
import os, signal, time
from cnninspect.training.signals import Stop
read, write = os.pipe()
with Stop() as stop:
    child = os.fork()
    if not child:
        os.write(write, b"born")
        time.sleep(60)
        os._exit(0)
    os.read(read, 4)
    print(child, flush=True)
    _, status = os.waitpid(child, 0)
    time.sleep(0.3)
    print(os.waitstatus_to_exitcode(status), stop.number)
"""
    with subprocess.Popen([sys.executable, "-c", script], cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        os.kill(int(process.stdout.readline()), signal.SIGTERM)
        assert process.communicate(timeout=60)[0] == f"{-signal.SIGTERM} 0\n"


INNER = """
import signal
from cnninspect.training.signals import Ear, Stop
class Said(Ear):
    watched = (signal.SIGTERM,)
    def heard(self, number):
        print("outer", number, flush=True)
outer = Said()
outer.begin()
with Stop(tells=False) as stop:
    print("in", flush=True)
    input()
    print(stop.number, flush=True)
print("out", flush=True)
input()
"""


def test_an_inner_ear_hears_first() -> None:
    """What was listening before hears again when the inner one has gone."""
    pipe = subprocess.PIPE
    with subprocess.Popen([sys.executable, "-c", INNER], cwd=ROOT, stdin=pipe, stdout=pipe, text=True) as process:
        assert process.stdout is not None
        assert process.stdin is not None
        for said, then in (("in\n", "15\n"), ("out\n", "outer 15\n")):
            assert process.stdout.readline() == said
            process.send_signal(signal.SIGTERM)
            if said == "in\n":
                time.sleep(0.3)
                process.stdin.write("\n")
                process.stdin.flush()
            assert process.stdout.readline() == then
        process.stdin.write("\n")
        process.stdin.flush()
        assert process.wait(timeout=60) == 0


MEANT = """
import signal, threading
from cnninspect.training.team import Ended
came = threading.Event()
Ended(came).begin()
print("in", flush=True)
if {}:
    came.set()
threading.Event().wait(6)
"""


@pytest.mark.parametrize(("news", "code"), [(True, 0), (False, 143)])
def test_a_polite_kill_ends_a_process_of_which_nobody_tells_why(*, news: bool, code: int) -> None:
    """With news of another's end the kill is torchrun's, and the process ends when that is told."""
    pytest.importorskip("torch")
    with subprocess.Popen(
        [sys.executable, "-c", MEANT.format(news)], cwd=ROOT, stdout=subprocess.PIPE, text=True
    ) as one:
        assert one.stdout is not None
        assert one.stdout.readline() == "in\n"
        one.send_signal(signal.SIGTERM)
        assert one.wait(timeout=60) == code
