"""Every mistake that people make in a model is explained, word for word, as in the text beside the model.

``pytest tests/test_bad_models.py --update`` writes the texts; a person reads the difference.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from cnninspect import api
from cnninspect.reports.findings import render

BAD = Path(__file__).parent / "models" / "bad"
ASKED: dict[str, dict[str, Any]] = {
    "variant_misspelled": {"variant": "wide"},
    "variant_wrong": {"variant": "deep"},
    "variant_unknown": {"variant": "widest"},
    "variant_empty": {"variant": "big"},
    "options": {"sets": {"width": "eight", "clases": "100"}, "inputs": {"left": (3, 64, 64)}},
}
"""What is asked of a model besides its file."""


@pytest.mark.parametrize("path", sorted(BAD.glob("*.yaml")), ids=lambda path: path.stem)
def test_mistake_is_explained(path: Path, update: bool, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: FBT001
    """The findings of a bad model are exactly those beside it, with place, numbers and remedy."""
    monkeypatch.chdir(BAD)
    loaded = api.read(path.name, **ASKED.get(path.stem, {}))
    text = render(loaded.findings, loaded.sources).replace(str(BAD), "MODELS")
    golden = path.with_suffix(".txt")
    if update:
        golden.write_text(text, encoding="utf-8")
    assert loaded.findings, "a bad model has findings"
    assert text == golden.read_text(encoding="utf-8")


def test_every_text_has_a_model() -> None:
    """No expected text outlives its model."""
    assert {path.stem for path in BAD.glob("*.txt")} == {path.stem for path in BAD.glob("*.yaml")}
