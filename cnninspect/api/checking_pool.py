"""Many files looked at by several processes, with the same outcome as by one.

The first files are looked at here, which loads what the others need too; processes are started only where enough is
left for them to pay. A process that dies takes no file with it: what it had not answered is looked at once more, each
file by itself, and the one that kills is named.
"""

from __future__ import annotations

import gc
import os
import sys
from time import monotonic
from typing import TYPE_CHECKING

from cnninspect.api.checking_file import Outcome, check_file
from cnninspect.frontends.discover import Trouble
from cnninspect.values import clip

if TYPE_CHECKING:
    from collections.abc import Sequence
    from multiprocessing.connection import Connection
    from multiprocessing.context import BaseContext
    from multiprocessing.process import BaseProcess

    from cnninspect.api.checking_asked import Asked
    from cnninspect.frontends.discover import Candidate

    Task = tuple[int, Candidate]

ALONE = 0.3
"""Seconds for which one process works before others may be asked: to start them costs a tenth of that."""
PAYS = 0.5
"""Seconds of work that must be left for others to pay."""
CHUNK = 16
"""Files that are handed over at a time."""
SWEEP = 1024
"""Files after which their garbage is collected: a run of the command line does without the collector."""


def cores() -> int:
    """How many processors this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def check_all(candidates: Sequence[Candidate], asked: Asked, jobs: int | None = None) -> list[Outcome]:
    """What becomes of each file, in their order; by so many processes, None for as many as pay."""
    outcomes: dict[int, Outcome] = {}
    tasks = [*enumerate(candidates)]
    if len(tasks) > SWEEP and not gc.isenabled():
        gc.freeze()  # what has been loaded stays: it need not be looked at again
    most = min(jobs or cores(), len(tasks))
    if jobs is None or most < 2:  # noqa: PLR2004 - one process is this one
        _work_alone(tasks, asked, outcomes, share=most > 1)
    left = [task for task in tasks if task[0] not in outcomes]
    for index, candidate in left:
        if candidate.path == "-":  # standard input is here alone
            outcomes[index] = check_file(candidate, asked)
    left = [task for task in left if task[0] not in outcomes]
    if left:
        _Pool(left, asked, outcomes).run(most)
    return [outcomes[index] for index in range(len(tasks))]


def _work_alone(tasks: Sequence[Task], asked: Asked, outcomes: dict[int, Outcome], *, share: bool) -> None:
    """Look at files one after another; to share the work, until it is clear that this pays."""
    start = monotonic()
    for done, (index, candidate) in enumerate(tasks, 1):
        outcomes[index] = check_file(candidate, asked)
        if done % SWEEP == 0:
            gc.collect()
        passed = monotonic() - start
        if share and passed > ALONE and passed / done * (len(tasks) - done) > PAYS:
            return


class _Worker:
    """A process, and the files that it has been given and has not answered."""

    def __init__(self, context: BaseContext, asked: Asked, others: Sequence[_Worker]) -> None:
        self.tasks: list[Task] = []
        self.pipe, theirs = context.Pipe()
        inherited = [self.pipe, *[worker.pipe for worker in others]]
        self.process: BaseProcess = context.Process(  # type: ignore[attr-defined]
            target=_serve, args=(theirs, asked, inherited if context.get_start_method() == "fork" else []), daemon=True
        )
        self.process.start()
        theirs.close()

    def give(self, tasks: list[Task]) -> bool:
        """Hand files over; false where the process is gone."""
        self.tasks = tasks
        try:
            self.pipe.send([candidate for _, candidate in tasks])
        except OSError:
            return False
        return True

    def answer(self) -> list[Outcome] | None:
        """What became of the files; None where the process is gone."""
        try:
            found: list[Outcome] = self.pipe.recv()
        except (EOFError, OSError):
            return None
        return found

    def end(self) -> None:
        self.pipe.close()
        self.process.kill()
        self.process.join()


class _Pool:
    """Files, and the processes that look at them."""

    def __init__(self, tasks: Sequence[Task], asked: Asked, outcomes: dict[int, Outcome]) -> None:
        self.asked = asked
        self.outcomes = outcomes
        self.waiting = [[*tasks[at : at + CHUNK]] for at in range(0, len(tasks), CHUNK)]
        self.waiting.reverse()
        self.workers: list[_Worker] = []

    def run(self, most: int) -> None:
        """Until every file has an outcome."""
        from multiprocessing import get_context
        from multiprocessing.connection import wait

        context = get_context("fork" if sys.platform == "linux" else "spawn")
        for stream in (sys.stdout, sys.stderr):
            stream.flush()  # or each process would write again what waits there
        try:
            while self.waiting or self.workers:
                while self.waiting and len(self.workers) < most:
                    self.workers.append(_Worker(context, self.asked, self.workers))
                    self.next(self.workers[-1])
                for pipe in wait([worker.pipe for worker in self.workers]):
                    self.receive(next(worker for worker in self.workers if worker.pipe is pipe))
        finally:
            for worker in self.workers:
                worker.end()

    def next(self, worker: _Worker) -> None:
        """Give a process its next files, or let it go."""
        if not self.waiting:
            self.workers.remove(worker)
            worker.end()
        elif not worker.give(self.waiting.pop()):
            self.lost(worker)

    def receive(self, worker: _Worker) -> None:
        found = worker.answer()
        if found is None:
            self.lost(worker)
            return
        for (index, _), outcome in zip(worker.tasks, found, strict=True):
            self.outcomes[index] = outcome
        self.next(worker)

    def lost(self, worker: _Worker) -> None:
        """A process has died: its files are looked at once more each by itself; a file by itself was the reason."""
        self.workers.remove(worker)
        worker.end()
        if len(worker.tasks) > 1:
            self.waiting += [[task] for task in reversed(worker.tasks)]
            return
        ((index, candidate),) = worker.tasks
        how = worker.process.exitcode
        why = f"signal {-how}" if how is not None and how < 0 else f"exit code {how}"
        message = f"'{clip(candidate.path)}': the process that looked at it died ({why})"
        self.outcomes[index] = Outcome(
            trouble=Trouble(candidate.path, "process-died", message, "look at it alone, with more memory")
        )


def _serve(pipe: Connection, asked: Asked, inherited: Sequence[Connection]) -> None:
    """What a process does: it answers until the other end is closed. Ctrl-C is for the one that asked."""
    import signal

    signal.signal(signal.SIGINT, signal.SIG_IGN)
    for other in inherited:
        other.close()
    gc.freeze()
    answered = 0
    while True:
        try:
            pipe.send([check_file(candidate, asked) for candidate in pipe.recv()])
        except (EOFError, OSError):
            return
        answered += 1
        if answered % (SWEEP // CHUNK) == 0:
            gc.collect()
