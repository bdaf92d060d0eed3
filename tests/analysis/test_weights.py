"""A checkpoint held against a model through the API: verdict, advice and findings."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from cnninspect import api
from cnninspect.analysis.weights import findings
from tests.cli.test_weights import TINY, different, tensors
from tests.reports import BROKEN
from tests.support.checkpoints import safetensors, written

if TYPE_CHECKING:
    from pathlib import Path


def test_what_is_found(tmp_path: Path) -> None:
    """An inspection has a verdict, advice, totals and a finding for each difference; names are warnings if not strict."""
    path = written(tmp_path, safetensors(different()), "w.safetensors")
    found = api.weights("tiny", path, text=TINY, strict=False)
    assert (found.fits, found.verdict) == (False, "5 of 8 tensors load: 1 missing, 1 unexpected, 2 of another shape")
    assert found.advice == ["--set classes=7 fits better: 7 of 8 tensors load"]
    assert [(one.code, one.severity) for one in findings(found)] == [
        ("tensor-missing", "warning"),
        ("tensor-shape", "error"),
        ("tensor-shape", "error"),
        ("tensor-unexpected", "warning"),
    ]


def test_what_would_fit(tmp_path: Path) -> None:
    """The variant, the params or the network itself that fits is found."""
    path = written(tmp_path, safetensors(tensors(variant="wide", sets={"classes": "3"})))
    better = api.weights("tiny", path, text=TINY).better
    assert better is not None
    assert (better.variant, better.sets, better.loads, better.total) == ("wide", {"classes": 3}, 9, 9)
    path = written(tmp_path, safetensors({f"module.{key}": value for key, value in tensors().items()}))
    found = api.weights("tiny", path, text=TINY, variant="wide")
    assert found.advice[0] == "'module.' was taken from the beginning of the names"
    assert found.advice[-1] == "the network without a variant fits: 9 of 9 tensors load"


def test_other_advice(tmp_path: Path) -> None:
    """Prefixes of some names, other names for the same shapes, and whole numbers are mentioned."""
    some = {**{f"model.{key}": value for key, value in tensors().items()}, "loss": ("F32", (1,))}
    found = api.weights("tiny", written(tmp_path, safetensors(some)), text=TINY)
    told = "9 of 10 names begin with 'model.': --prefix model. takes it away"
    assert found.advice == [told]
    first, *others = findings(found)
    assert (first.notes, {each.notes for each in others}) == ((told,), {()})
    named = {f"{index}": value for index, value in enumerate(tensors().values()) if value[1] != ()}
    found = api.weights("tiny", written(tmp_path, safetensors(named)), text=TINY)
    assert found.advice == ["it has the same shapes in the same order, under other names"]
    whole = {key: ("I64", shape) for key, (_, shape) in tensors().items()}
    found = api.weights("tiny", written(tmp_path, safetensors(whole)), text=TINY)
    assert found.advice == ["8 tensors are whole numbers (int64), perhaps quantised: they are loaded as they are"]
    keras = {"fc/kernel": ("F32", (4, 10))}
    found = api.weights("tiny", written(tmp_path, safetensors(keras)), text=TINY)
    assert found.advice == ["looks like Keras's layout; --layout keras converts"]


def test_a_model_with_mistakes(tmp_path: Path) -> None:
    """A model with mistakes is not compared; its own findings are given."""
    path = written(tmp_path, safetensors({}))
    for text in (BROKEN, "a: ["):
        found = api.weights("broken", path, text=text)
        assert (found.matching, found.fits, found.totals, found.advice) == (None, False, None, [])
        assert findings(found) == found.loaded.findings
        assert found.verdict == "the model has mistakes"


def test_what_cannot_be_run(tmp_path: Path) -> None:
    """What cannot be read raises CannotRun, an unknown layout ValueError, a model that is no text is a finding."""
    with pytest.raises(api.CannotRun, match="there is no file"):
        api.weights("lenet5", str(tmp_path / "none"))
    with pytest.raises(ValueError, match="unknown layout 'tf': use torch, keras"):
        api.weights("lenet5", "w.pt", layout="tf")
    binary = written(tmp_path, bytes(9), "model.yaml")
    found = api.weights(binary, written(tmp_path, safetensors({})))
    assert (found.matching, len(found.loaded.findings)) == (None, 1)
