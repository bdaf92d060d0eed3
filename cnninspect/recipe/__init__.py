"""How a network is trained: the options of a ``training:`` section, of a recipe file and of the command line.

Each is declared once, in ``declared``; reading with places, the schema, ``--help`` and the command line follow from
that. This room knows nothing of torch. Weakest first: an option's default, the model's ``training:`` section, a
recipe file, the command line.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnninspect.recipe.declared import GROUPS, MEANT, RATES, Recipe

if TYPE_CHECKING:
    from cnninspect.options import Option

OPTIONS: dict[str, Option[object]] = Recipe.options
"""Every option of a recipe by its name, in the order in which they are told."""

__all__ = ["GROUPS", "MEANT", "OPTIONS", "RATES", "Recipe"]
