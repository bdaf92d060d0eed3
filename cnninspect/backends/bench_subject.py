"""What is benched: a network of ours, or any module that can be imported."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import torch
from torch import nn

from cnninspect.backends.bench_records import About
from cnninspect.backends.build import build_graph, choose_dtype
from cnninspect.values import Problem, clip

if TYPE_CHECKING:
    from collections.abc import Sequence

    from torch import Tensor

    from cnninspect.backends.bench_records import Wish
    from cnninspect.ir import Graph
    from cnninspect.values import Shape

FORMATS = {4: torch.channels_last, 5: torch.channels_last_3d}
"""By the number of axes, the batch among them."""


class Subject:
    """A module with the inputs that it takes."""

    def __init__(self, about: About, module: nn.Module, graph: Graph | None = None) -> None:
        self.about = about
        self.module = module
        self.graph = graph
        """None for what was imported."""

    def inputs(self, batch: int, wish: Wish, device: torch.device) -> tuple[Tensor, ...]:
        """Numbers from a normal distribution, the same for the same seed on every device."""
        draw = torch.Generator().manual_seed(wish.seed)
        found = []
        for _, shape in self.about.inputs:
            made = torch.randn((batch, *shape), generator=draw).to(device=device, dtype=choose_dtype(wish.dtype))
            if wish.channels_last and made.dim() in FORMATS:
                made = made.to(memory_format=FORMATS[made.dim()])
            found.append(made)
        return tuple(found)


def of_graph(graph: Graph, wish: Wish, device: torch.device) -> Subject:
    """A network that is built of a graph; raises Problem where it cannot be."""
    module = build_graph(graph, device=device, dtype=wish.dtype, seed=wish.seed)
    inputs = tuple([(given.name, given.shape) for given in graph.inputs])
    about = About(graph.name, "model", graph.source, graph.variant, inputs)
    return Subject(about, _laid_out(module, about.inputs, wish), graph)


def of_import(spec: str, inputs: Sequence[tuple[str, Shape]], wish: Wish, device: torch.device) -> Subject:
    """A module that ``package.module:name`` is or returns; raises Problem where it is neither."""
    with torch.random.fork_rng(devices=[]):
        torch.default_generator.manual_seed(wish.seed)
        module = imported(spec)
    module = module.to(device=device, dtype=choose_dtype(wish.dtype))
    about = About(spec, "import", spec, None, tuple(inputs))
    return Subject(about, _laid_out(module, about.inputs, wish))


def _laid_out(module: nn.Module, inputs: Sequence[tuple[str, Shape]], wish: Wish) -> nn.Module:
    """The module with its weights in the order of memory that was asked for."""
    if wish.channels_last:
        for axes in {len(shape) + 1 for _, shape in inputs} & FORMATS.keys():
            for tensor in (*module.parameters(), *module.buffers()):
                if tensor.dim() == axes:
                    tensor.data = tensor.data.to(memory_format=FORMATS[axes])
    return module


def imported(spec: str) -> nn.Module:
    """The module behind ``package.module:name``: it, or what its class or function gives without arguments."""
    place, colon, name = spec.partition(":")
    if not colon or not place.strip() or not name.strip():
        message = f"'{clip(spec, 80)}' does not say what to import"
        raise Problem("bad-value", message, help="write package.module:callable, such as torchvision:resnet50")
    found = _attribute(_imported(place, spec), name, spec)
    if isinstance(found, type) or not isinstance(found, nn.Module):
        found = _called(found, spec)
    if not isinstance(found, nn.Module):
        message = f"'{clip(spec, 80)}' gives a {type(found).__name__}, not a torch.nn.Module"
        raise Problem("bad-value", message, help="name a module, its class, or a function that returns one")
    return found


def _imported(place: str, spec: str) -> Any:  # noqa: ANN401 - a module
    from importlib import import_module

    try:
        return import_module(place)
    except ModuleNotFoundError as error:
        if error.name and (place == error.name or place.startswith(f"{error.name}.")):
            message = f"there is no module '{clip(error.name, 80)}' to import '{clip(spec, 80)}' from"
            raise Problem(
                "cannot-import", message, help="install it, or put it into this folder or on PYTHONPATH"
            ) from None
        raise _unable(f"importing '{clip(place, 80)}'", error) from None
    except (Exception, SystemExit) as error:  # noqa: BLE001 - whatever a stranger's module does
        raise _unable(f"importing '{clip(place, 80)}'", error) from None


def _attribute(module: Any, name: str, spec: str) -> Any:  # noqa: ANN401 - whatever stands there
    """What a name means in a module, or else in its ``models``, where collections keep their networks."""
    for home in (module, getattr(module, "models", None)):
        found = home
        for part in name.split("."):
            found = getattr(found, part, None)
        if found is not None:
            return found
    from difflib import get_close_matches

    known = [word for home in (module, getattr(module, "models", None)) for word in dir(home) if word[0] != "_"]
    close = get_close_matches(name[:80], known, 1)
    message = f"'{clip(spec, 80)}': the module has no '{clip(name, 80)}'"
    raise Problem("cannot-import", message, help=f"did you mean '{close[0]}'?" if close else "")


def _called(found: Any, spec: str) -> Any:  # noqa: ANN401 - whatever it gives
    if not callable(found):
        return found
    try:
        return found()
    except (Exception, SystemExit) as error:  # noqa: BLE001 - whatever a stranger's function does
        raise _unable(f"calling '{clip(spec, 80)}' without arguments", error) from None


def _unable(what: str, error: BaseException) -> Problem:
    why = clip(str(error).partition("\n")[0], 200)
    return Problem("cannot-import", f"{what} failed: {type(error).__name__}{': ' if why else ''}{why}")
