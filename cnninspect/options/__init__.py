"""Typed options of layers: what may be written, what it means, how a mistake is explained.

One declaration gives the reader its check, the JSON schema its entry and ``explain`` its
table row. An option is a descriptor: on the class it is itself, on a layer it is the value.
"""

from __future__ import annotations

from cnninspect.options.base import LARGEST, REQUIRED, Option, Optional, Same, as_int, described, in_range
from cnninspect.options.kinds import AXES, Axis, Bool, Choice, Float, Int, Ints, Padding, PerAxis

__all__ = [
    "AXES",
    "LARGEST",
    "REQUIRED",
    "Axis",
    "Bool",
    "Choice",
    "Float",
    "Int",
    "Ints",
    "Option",
    "Optional",
    "Padding",
    "PerAxis",
    "Same",
    "as_int",
    "described",
    "in_range",
]
