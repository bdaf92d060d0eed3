"""No rule falls over whatever network it is given: random ones, broken ones, of every rank."""

from __future__ import annotations

import pytest

pytest.importorskip("torch")  # which the random networks are held against elsewhere

from hypothesis import HealthCheck, given, settings

from cnninspect import api
from cnninspect.checks.fixing import fix
from cnninspect.checks.lint import lint
from cnninspect.checks.rules import rules
from cnninspect.checks.subject import Subject
from tests.support.budget import EXAMPLES
from tests.support.checking import look
from tests.support.graphs import Item, models, text_of


@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
@given(models())
def test_no_rule_falls_over(model: Item) -> None:
    """Every finding is complete: a code, a severity, a message of one line, and a place in the file."""
    text = text_of(model)
    loaded = api.read("random.yaml", text=text)
    assert loaded.graph is not None
    for finding in lint([loaded]):
        assert finding.code
        assert finding.severity in ("error", "warning", "note")
        assert "\n" not in finding.message
        assert finding.span.file == "random.yaml"
        assert 0 < finding.span.column <= len(text) + 1
    for rule in rules().values():  # a network with mistakes as well, about which nothing would be said
        for found in rule.check(Subject(loaded)):
            assert found.message


@settings(max_examples=max(EXAMPLES // 4, 5), deadline=None, suppress_health_check=list(HealthCheck))
@given(models())
def test_fixes_leave_a_network_that_computes_the_same_shapes(model: Item) -> None:
    """What is mended is a model still, with the same layers and shapes, and mending it again changes nothing."""
    text = text_of(model)
    fixed = fix(text, look)
    before, after = api.read("a.yaml", text=text).graph, api.read("a.yaml", text=fixed.text).graph
    assert before is not None
    assert after is not None
    assert [(node.name, node.outputs) for node in before.nodes] == [(node.name, node.outputs) for node in after.nodes]
    assert fix(fixed.text, look).text == fixed.text
