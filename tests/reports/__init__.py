"""Networks small enough to derive every printed figure by hand."""

from __future__ import annotations

from cnninspect import api

SMALL = """\
name: small
description: Three stages and a head | for tests.
reference: {year: 2024, note: .nan}
input: [3, 8, 8]
params: {classes: 10}
blocks:
  unit:
    args: {out}
    layers:
      - {conv: {out: $out, kernel: 3, padding: 1, bias: false}, name: conv}
      - {batch_norm: , name: bn}
layers:
  - {conv: {out: 4, kernel: 3, stride: 2, padding: 1}, name: stem}
  - {unit: 4, name: body, repeat: 3}
  - {chunk: 2, name: halves}
  - {add: [halves.0, halves.1], name: sum}
  - global_avg_pool
  - flatten
  - {linear: 5, name: aux}
  - {linear: $classes, name: fc, from: "5"}
outputs: {main: fc, aux: {from: aux, training: true}}
"""
# stem: 3·3·3·4 + 4 = 112 parameters, 4·4·4 outputs of 27 MACs = 1,728
# body.i: conv 4·4·9 = 144, 64 outputs of 36 MACs = 2,304; bn 8 and buffers 4 + 4 + 1 = 9
# aux: 2·5 + 5 = 15 and 10 MACs (training only); fc: 2·10 + 10 = 30 and 20 MACs
# parameters 112 + 3·152 + 15 + 30 = 613; MACs 1,728 + 3·2,304 + 20 = 8,660
# fields: stem 3, then 4 more with each 3×3 conv at a jump of 2
# peak: the stem reads 3·8·8 and writes 4·4·4 numbers: 4·(192 + 64) = 1,024 bytes
# saved: the stem's input 768; each unit the input of its conv and of its bn, 256 each, and 2·4 statistics; aux's input 8

BROKEN = """\
name: broken
input: [3, 8, 8]
layers:
  - {conv: {out: 6, kernel: 3}, name: stem}
  - {conv: {out: 8, kernel: 3, groups: 4}, name: mid}
  - relu
"""


def summary_of(text: str, batch: int = 1) -> api.Summary:
    """The summary of a model text."""
    graph = api.read("small.yaml", text=text).graph
    assert graph is not None
    return api.summarize(graph, batch=batch)
