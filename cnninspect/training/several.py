"""Several processes that train one network together: each learns from its share of every batch (DDP).

Gradients are those of the whole batch: each process divides its loss by its part of what the batch weighs, and the
gradients are averaged. Running statistics of batch norm are after each step the means over the processes, weighted by
their images, so that all have the same state at every moment, and what one of them writes is what each has.
"""

from __future__ import annotations

from contextlib import nullcontext
from datetime import timedelta
from inspect import signature
from typing import TYPE_CHECKING, Any

import torch
from torch import distributed, nn
from torch.distributed.distributed_c10d import PrefixStore
from torch.nn.modules.batchnorm import _NormBase
from torch.nn.parallel import DistributedDataParallel

from cnninspect.training.synced import synchronise
from cnninspect.training.world import World
from cnninspect.values import Problem, clip

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

    from torch import Tensor

    from cnninspect.recipe import Recipe
    from cnninspect.training.team import Team

SILENT = timedelta(minutes=30)
"""After this an exchange counts as failed that nobody else has missed: the others are told at once by the line."""

OWN_BUFFERS = next(
    name
    for name in ("forward_sync_buffers", "broadcast_buffers")
    if name in signature(DistributedDataParallel.__init__).parameters
)
"""What torch calls that the first process's buffers go to all before each step."""


class Several(World):
    """One of several processes, each with the whole network."""

    lockstep = False

    def __init__(self, team: Team, recipe: Recipe) -> None:
        self.team = team
        self.rank, self.size = team.launch.rank, team.launch.size
        self.recipe = recipe
        self.share = 1 / self.size
        """The part of the batch's images that this process has."""
        self._device = self._chosen(recipe.device)
        self._asked: tuple[Tensor, Any] | None = None
        self._wrapped: Any = None
        self._norms: list[Tensor] = []
        self.group = self._joined()

    def _chosen(self, wanted: str) -> torch.device:
        found = super().device(wanted)
        if found.type == "cuda" and found.index is None:
            local, there = self.team.launch.local, torch.cuda.device_count()
            if local >= there:
                message = f"this is process {local + 1} of its machine, which has {there} GPUs that can be used"
                raise Problem("bad-value", message, help=f"--nproc-per-node={there}, or --device cpu")
            found = torch.device("cuda", local)
        if found.type not in ("cpu", "cuda"):
            message = f"several processes train on cpu or cuda, and the device is '{clip(wanted, 20)}'"
            raise Problem("bad-value", message, help="--device cpu, or leave torchrun out")
        if found.type == "cuda":
            torch.cuda.set_device(found)
        return found

    def _joined(self) -> Any:  # noqa: ANN401 - a group of torch
        backend = "gloo" if self._device.type == "cpu" else "cpu:gloo,cuda:nccl"
        store = PrefixStore("group", self.team.store)
        distributed.init_process_group(backend, store=store, rank=self.rank, world_size=self.size, timeout=SILENT)
        return distributed.group.WORLD

    def device(self, wanted: str) -> torch.device:
        del wanted
        return self._device

    # --- the network -------------------------------------------------------------------------

    def wrap(self, network: nn.Module, *, unused: bool = False) -> Callable[..., Any]:
        if self.recipe.sync_batch_norm:
            synchronise(network, self)
        else:
            kept = [one for one in network.modules() if isinstance(one, _NormBase) and one.running_mean is not None]
            self._norms = [one for norm in kept for one in (norm.running_mean, norm.running_var) if one is not None]
        self._wrapped = self._shared(network, unused=unused)
        return self._wrapped  # type: ignore[no-any-return]

    def _shared(self, network: nn.Module, *, unused: bool) -> Any:  # noqa: ANN401 - a module of torch
        if not any(one.requires_grad for one in network.parameters()):
            return network
        more: dict[str, Any] = {OWN_BUFFERS: False}
        if self._device.type == "cuda":
            more["device_ids"] = [self._device.index]
        return DistributedDataParallel(
            network,
            gradient_as_bucket_view=True,
            find_unused_parameters=unused,
            **more,
        )

    def judged(self, network: nn.Module, called: Callable[..., Any]) -> Callable[..., Any]:
        del called
        return network

    def held_back(self, called: Callable[..., Any]) -> AbstractContextManager[None]:
        del called
        if isinstance(self._wrapped, DistributedDataParallel):
            return self._wrapped.no_sync()
        return nullcontext()

    def stepping(self, real: int, total: int) -> None:
        self.share = real / total

    @torch.no_grad()
    def settle(self) -> None:
        if not self._norms:
            return
        sizes = [one.numel() for one in self._norms]
        every = torch.cat([one.reshape(-1) for one in self._norms]).mul_(self.share)
        distributed.all_reduce(every)
        for one, mean in zip(self._norms, torch.split(every, sizes), strict=True):
            one.copy_(mean.view_as(one))

    # --- what goes over all -------------------------------------------------------------------

    def total(self, tensor: Tensor) -> Tensor:
        distributed.all_reduce(tensor)
        return tensor

    def agreed(self, number: int) -> int:
        before = self._asked
        tensor = torch.tensor(number)
        self._asked = tensor, distributed.all_reduce(tensor, distributed.ReduceOp.MAX, async_op=True)
        if before is None:
            return 0
        before[1].wait()
        return int(before[0])

    def anywhere(self, found: bool) -> bool:  # noqa: FBT001 - what is asked of all
        tensor = torch.tensor(int(found))
        distributed.all_reduce(tensor, distributed.ReduceOp.MAX)
        return bool(tensor)

    def gathered(self, own: Any) -> list[Any]:  # noqa: ANN401 - plain values
        found: list[Any] = [None] * self.size
        distributed.all_gather_object(found, own)
        return found

    def shared(self, own: Any) -> Any:  # noqa: ANN401 - plain values
        found = [own]
        distributed.broadcast_object_list(found, 0)
        return found[0]

    def wait(self) -> None:
        self.anywhere(False)

    def close(self) -> None:
        if self._asked is not None:
            self._asked[1].wait()
        self.wait()
        distributed.destroy_process_group()
