"""One run of each kind: inference, forward and backward, a whole step."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import torch

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from torch import Tensor, nn

MAKERS: dict[str, Callable[[Any], torch.optim.Optimizer]] = {
    "sgd": lambda trained: torch.optim.SGD(trained, lr=0.0),
    "momentum": lambda trained: torch.optim.SGD(trained, lr=0.0, momentum=0.9),
    "adam": lambda trained: torch.optim.Adam(trained, lr=0.0),
    "adamw": lambda trained: torch.optim.AdamW(trained, lr=0.0),
}
"""With a rate of zero: all the work of a step, and weights that stay what they are, so that every run is the same."""


class Work:
    """What a run does; ``call`` may be the compiled form of the module."""

    def __init__(
        self, module: nn.Module, call: Callable[..., Any], inputs: Sequence[Tensor], mode: str, optimizer: str
    ) -> None:
        self.module = module.train(mode != "forward")
        self.call = call
        self.inputs = tuple(inputs)
        self.optimizer: torch.optim.Optimizer | None = None
        trained = [parameter for parameter in module.parameters() if parameter.requires_grad]
        if mode == "step" and trained:
            self.optimizer = MAKERS[optimizer](trained)
        self.run = self.forward if mode == "forward" else self.step

    def forward(self) -> None:
        """Inference."""
        with torch.inference_mode():
            self.call(*self.inputs)

    def step(self) -> None:
        """Forward and backward of the sum of all outputs, and where there is an optimizer its step."""
        loss = total(self.call(*self.inputs))
        if loss.requires_grad:  # a network without weights has nothing to learn
            loss.backward()  # type: ignore[no-untyped-call]
        if self.optimizer is not None:
            self.optimizer.step()
        self.module.zero_grad(set_to_none=True)

    def held(self) -> list[Tensor]:
        """The tensors that are there before a run and after it."""
        state = self.optimizer.state.values() if self.optimizer is not None else ()
        kept = [value for each in state for value in each.values() if isinstance(value, torch.Tensor)]
        return [*self.module.parameters(), *self.module.buffers(), *self.inputs, *kept]


def total(made: Any) -> Tensor:  # noqa: ANN401 - a tensor, or several by place or name, nested
    """The sum of every number that a network made."""
    found = [leaf.float().sum() for leaf in leaves(made) if leaf.is_floating_point()]
    return torch.stack(found).sum()


def leaves(made: Any) -> Iterator[Tensor]:  # noqa: ANN401 - as above
    """Every tensor of an output."""
    if isinstance(made, torch.Tensor):
        yield made
    elif hasattr(made, "values") or isinstance(made, (tuple, list)):
        for part in made.values() if hasattr(made, "values") else made:
            yield from leaves(part)
