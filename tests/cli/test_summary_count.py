"""`cnninspect summary --count`, as a user runs it."""

from __future__ import annotations

import json

from tests.cli.test_summary import run


def test_keras() -> None:
    """``--count keras`` shows the three totals that Keras prints below the generator of the notes."""
    done = run("summary", "notes_generator", "--count", "keras", "--totals-only", "-q")
    assert (done.returncode, done.stderr) == (0, "")
    lines = [line.split() for line in done.stdout.splitlines() if line.startswith("Keras")]
    assert [next(word for word in line if word[0].isdigit()) for line in lines] == ["6,763,777", "6,751,233", "12,544"]


def test_keras_in_json() -> None:
    """In JSON they are ``totals.keras``, of a network that could not be read too."""
    done = run("summary", "notes_generator", "-", "--count", "keras", "--format", "json", stdin="input: [3")
    good, bad = json.loads(done.stdout)["models"]
    assert good["totals"]["keras"] == {"total": 6763777, "trainable": 6751233, "non_trainable": 12544}
    assert bad["totals"]["keras"] == {"total": None, "trainable": None, "non_trainable": None}


def test_unknown_count() -> None:
    """An unknown count is refused with the nearest one."""
    done = run("summary", "lenet5", "--count", "kears")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "cnninspect: --count has no 'kears'\n  = help: did you mean 'keras'?\n"
