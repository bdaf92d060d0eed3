"""A run that is there already: what it was begun with, and whether what is asked for is the same training."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from cnninspect.api.reading import CannotRun
from cnninspect.records import Record
from cnninspect.values import Problem, clip

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cnninspect.api.diffing import Case
    from cnninspect.frontends.yaml.load import Loaded
    from cnninspect.training.restoring import Restored

RUNS = "runs"
"""Where runs lie whose folder nobody names."""
EXPANDED, MODEL, RECIPE = "expanded.yaml", "model.yaml", "recipe.yaml"
FREE = (
    "epochs",
    "patience",
    "keep",
    "every_epochs",
    "every_steps",
    "workers",
    "device",
    "compile",
    "skip_bad",
    "strategy",
)
"""Options that may change when a run goes on: none of them changes what a step does."""


class OtherNetwork(CannotRun):
    """A run trains another network than the one that is asked for; ``case`` tells the difference."""

    def __init__(self, problem: Problem, case: Case) -> None:
        super().__init__(problem)
        self.case = case


class Begun(Record):
    """What a run was begun with."""

    folder: str
    recipe: Mapping[str, object]
    model: str
    """The file of its network, which needs no other."""


def newest_run() -> str:
    """The run that was written last below ``runs``; raises CannotRun where there is none."""
    from cnninspect.training.reading import is_run

    folders = [entry.path for entry in os.scandir(RUNS) if is_run(entry.path)] if os.path.isdir(RUNS) else []
    if not folders:
        problem = Problem("no-run", f"there is no run below '{RUNS}' to go on with", help="name one with --run FOLDER")
        raise CannotRun(problem)
    return max(folders, key=lambda path: (os.stat(path).st_mtime, path))


def begun(folder: str | None) -> Begun | None:
    """The run of a folder, as far as it has come; None where there is none yet."""
    from cnninspect.training.reading import is_run, read_run
    from cnninspect.training.restoring import candidates

    if folder is None or not is_run(folder):
        return None
    run, model = read_run(folder), os.path.join(folder, EXPANDED)
    if not run.recipe or not os.path.isfile(model) or next(iter(candidates(folder)), None) is None:
        return None
    return Begun(folder, run.recipe, model)


def same_recipe(found: Begun, options: Mapping[str, object]) -> dict[str, object]:
    """The options of a run, with those asked for over them where they may change; raises CannotRun for others."""
    from cnninspect.recipe import OPTIONS

    known = {name: value for name, value in found.recipe.items() if name in OPTIONS and value is not None}
    asked = _settings({**known, **options})
    wrong = [name for name in options if name not in FREE and asked.get(name) != known.get(name)]
    if wrong:
        texts = [
            f"{name} is {clip(known.get(name), 60)} there, and {clip(asked.get(name), 60)} is asked for"
            for name in wrong
        ]
        message = f"the run in '{clip(found.folder, 4096)}' was begun with other options"
        advice = "leave them out to go on as it was begun, or name another --run"
        raise CannotRun(Problem("other-run", message, notes=texts, help=advice))
    return {**known, **options}


def _settings(given: Mapping[str, object]) -> dict[str, object]:
    from cnninspect.recipe import Recipe
    from cnninspect.values import Problems

    try:
        return Recipe(given).settings()
    except Problems as several:
        raise CannotRun(several.problems[0]) from None


def same_network(found: Begun, loaded: Loaded) -> None:
    """Raise OtherNetwork where a run trains another network than this one."""
    from cnninspect import flat
    from cnninspect.api.diffing import case
    from cnninspect.api.reading import read

    before = read(found.model)
    assert loaded.graph is not None
    if before.graph is None or flat.render(before.graph) == flat.render(loaded.graph):
        return
    compared = case(before, loaded, (found.model, loaded.sources[-1].name), None, batch=1, dtype="float32")
    if compared.comparison is not None and compared.comparison.same:
        return
    message = f"the run in '{clip(found.folder, 4096)}' trains another network than the one that is asked for"
    advice = "leave the model out to go on with that one, or name another --run"
    raise OtherNetwork(Problem("other-run", message, help=advice), compared)


def same_data(state: Restored, data: Mapping[str, Any]) -> None:
    """Raise the Problem that the images are not those that a run was begun with."""
    before = state.state.get("data")
    if isinstance(before, dict) and before.get("identity") != data["identity"]:
        message = f"the run was begun with other images than those of {clip(data['name'])} now"
        raise Problem("other-run", message, help="bring back the files, or begin anew in another --run")
