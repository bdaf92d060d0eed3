"""All that the package offers to Python programs: find a model, read it, summarize it, look into it, build it.

What only few runs need is imported when it is first asked for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnninspect.api.reading import CannotRun, ModelError, Shipped, load, load_plugin, read, shipped
from cnninspect.api.summarizing import (
    COUNTS,
    PEERS,
    Insight,
    Row,
    Summary,
    flops_as,
    read_device,
    roofline,
    summarize,
)
from cnninspect.values import Problem, Problems

if TYPE_CHECKING:
    from cnninspect.api.benching import bench
    from cnninspect.api.changed import diff_git
    from cnninspect.api.checked import Checked, fails
    from cnninspect.api.checking import check, places
    from cnninspect.api.checking_asked import configuration, severities
    from cnninspect.api.checking_baseline import baseline, updated_baseline
    from cnninspect.api.checkpoints import load_weights, weights
    from cnninspect.api.company import Alone, together
    from cnninspect.api.diff_findings import as_checked
    from cnninspect.api.diffing import diff
    from cnninspect.api.evaluating import evaluate, predict
    from cnninspect.api.exporting import export_onnx, export_python, save_onnx
    from cnninspect.api.failing import parse_limits, verdicts
    from cnninspect.api.fixing import fix
    from cnninspect.api.insight import (
        ReceptiveFields,
        effective_field,
        limits,
        memory,
        receptive_fields,
        widest_field,
    )
    from cnninspect.api.planning import RECIPE_OPTIONS, Plan, TrainWish, option_value, plan_training
    from cnninspect.api.running import build, require_torch
    from cnninspect.api.training import Listener, find_planned_rate, prove_planned, train, train_planned
    from cnninspect.api.training_runs import runs
    from cnninspect.api.verifying import run, smaller, verify

LATER = {
    "Checked": "checked",
    "fails": "checked",
    "check": "checking",
    "places": "checking",
    "configuration": "checking_asked",
    "severities": "checking_asked",
    "baseline": "checking_baseline",
    "updated_baseline": "checking_baseline",
    "ReceptiveFields": "insight",
    "effective_field": "insight",
    "limits": "insight",
    "memory": "insight",
    "receptive_fields": "insight",
    "widest_field": "insight",
    "bench": "benching",
    "diff": "diffing",
    "as_checked": "diff_findings",
    "diff_git": "changed",
    "parse_limits": "failing",
    "verdicts": "failing",
    "evaluate": "evaluating",
    "predict": "evaluating",
    "export_onnx": "exporting",
    "save_onnx": "exporting",
    "export_python": "exporting",
    "build": "running",
    "require_torch": "running",
    "runs": "training_runs",
    "Alone": "company",
    "together": "company",
    "run": "verifying",
    "smaller": "verifying",
    "verify": "verifying",
    "fix": "fixing",
    "load_weights": "checkpoints",
    "weights": "checkpoints",
    "RECIPE_OPTIONS": "planning",
    "Listener": "training",
    "Plan": "planning",
    "TrainWish": "planning",
    "find_planned_rate": "training",
    "prove_planned": "training",
    "option_value": "planning",
    "plan_training": "planning",
    "train": "training",
    "train_planned": "training",
}
"""Where a name lives that is imported when it is first asked for."""


def __getattr__(name: str) -> object:
    if name not in LATER:
        message = f"module 'cnninspect.api' has no attribute '{name}'"
        raise AttributeError(message)
    from importlib import import_module

    found: object = getattr(import_module(f"cnninspect.api.{LATER[name]}"), name)
    globals()[name] = found
    return found


__all__ = [
    "COUNTS",
    "PEERS",
    "RECIPE_OPTIONS",
    "Alone",
    "CannotRun",
    "Checked",
    "Insight",
    "Listener",
    "ModelError",
    "Plan",
    "Problem",
    "Problems",
    "ReceptiveFields",
    "Row",
    "Shipped",
    "Summary",
    "TrainWish",
    "as_checked",
    "baseline",
    "bench",
    "build",
    "check",
    "configuration",
    "diff",
    "diff_git",
    "effective_field",
    "evaluate",
    "export_onnx",
    "export_python",
    "fails",
    "find_planned_rate",
    "fix",
    "flops_as",
    "limits",
    "load",
    "load_plugin",
    "load_weights",
    "memory",
    "option_value",
    "parse_limits",
    "places",
    "plan_training",
    "predict",
    "prove_planned",
    "read",
    "read_device",
    "receptive_fields",
    "require_torch",
    "roofline",
    "run",
    "runs",
    "save_onnx",
    "severities",
    "shipped",
    "smaller",
    "summarize",
    "together",
    "train",
    "train_planned",
    "updated_baseline",
    "verdicts",
    "verify",
    "weights",
    "widest_field",
]
