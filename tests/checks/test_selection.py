"""Which findings are wanted: patterns of codes, globs of files, severities."""

from __future__ import annotations

import pytest

from cnninspect.checks.selection import CHOICE, EVERYTHING, Override, Selection, matches, names, unknown

CODE = "unused-param"


@pytest.mark.parametrize(
    ("pattern", "meant"),
    [
        ("unused-param", True),
        ("unused", True),
        ("*", True),
        ("unused-*", True),
        ("*-param", True),
        ("unused-para?", True),
        ("unus", False),
        ("param", False),
        ("unused-param-more", False),
        ("", False),
    ],
)
def test_patterns_of_codes(pattern: str, meant: object) -> None:
    """A pattern is a code, the first words of codes, or a glob."""
    assert names(pattern, CODE) is meant


@pytest.mark.parametrize(
    ("path", "glob", "fits"),
    [
        ("models/a.yaml", "*.yaml", True),
        ("models/a.yaml", "models/*.yaml", True),
        ("./models/a.yaml", "models/*.yaml", True),
        ("models/a.yaml", "./models/*", True),
        ("models/deep/a.yaml", "models/*.yaml", False),
        ("models/deep/a.yaml", "models/**", True),
        ("models/deep/er/a.yaml", "models/**/a.yaml", True),
        ("models/a.yaml", "models/**/a.yaml", True),
        ("models/xa.yaml", "models/**/a.yaml", False),
        ("a.yaml", "**/a.yaml", True),
        ("deep/a.yaml", "**/a.yaml", True),
        ("models\\a.yaml", "models/*.yaml", True),
        ("models/ab.yaml", "models/a?.yaml", True),
        ("models/a/.yaml", "models/a?.yaml", False),
        ("other/a.yaml", "models/**", False),
        ("a.yaml", "a.yml", False),
        ("a" * 200, "*a" * 60 + "b", False),
    ],
)
def test_globs_of_files(path: str, glob: str, fits: object) -> None:
    """``*`` stays within a folder, ``**`` does not, and a glob without a slash means the last part of a path."""
    assert matches(path, glob) is fits


@pytest.mark.parametrize(
    ("selection", "severity"),
    [
        (EVERYTHING, "warning"),
        (Selection(ignore=("unused",)), None),
        (Selection(select=("dead-layer",)), None),
        (Selection(select=("*", "unused-param"), ignore=("unused",)), "warning"),
        (Selection(select=("unused",), ignore=("unused",)), None),
        (Selection(severities={"unused": "error"}), "error"),
        (Selection(severities={"unused": "error", "unused-param": "note"}), "note"),
        (Selection(severities={"*": "off"}), None),
        (Selection(overrides=(Override(("*.yaml",), ignore=("*",)),)), None),
        (Selection(overrides=(Override(("*.yml",), ignore=("*",)),)), "warning"),
        (Selection(ignore=("*",), overrides=(Override(("old/**",), select=("unused",)),)), "warning"),
        (Selection(overrides=(Override(("old/**",), severities={"unused": "note"}),)), "note"),
        (
            Selection(overrides=(Override(("old/**",), ignore=("unused",)), Override(("*.yaml",), select=("*",)))),
            "warning",
        ),
        (Selection(overrides=(Override(("old/**",), select=("dead",)),)), "warning"),
        (Selection(ignore=("unused-param",), asked=Override((), select=("unused",))), "warning"),
        (Selection(overrides=(Override(("**",), select=("*",)),), asked=Override((), select=("dead",))), None),
        (Selection(select=("unused-param",), asked=Override((), ignore=("unused",))), None),
        (Selection(asked=Override((), select=("unused",), ignore=("unused-param",))), None),
        (Selection(ignore=("*",), asked=Override((), ignore=("dead",))), None),
        (Selection(asked=Override((), ignore=("dead",))), "warning"),
    ],
)
def test_severity(selection: Selection, severity: str | None) -> None:
    """The longest pattern wins, ignore wins a tie, the last override that matches over both, what is asked over all."""
    assert selection.severity(CODE, "warning", "old/a.yaml") == severity


def test_unknown_patterns() -> None:
    """A pattern that means no code is told with the nearest one, once."""
    asked = Override((), ("unused",), ("dead-lair",))
    selection = Selection(
        ("unused", "ded-layer", "ded-layer"), ("zzz",), {"*": "note"}, (Override(("*",), ("q*",)),), asked
    )
    problems = unknown(selection.patterns(), ["unused-param", "dead-layer"])
    assert [(problem.code, problem.message, problem.help) for problem in problems] == [
        ("unknown-rule", "no finding that can be chosen is called 'ded-layer'", "did you mean 'dead-layer'?"),
        ("unknown-rule", "no finding that can be chosen is called 'zzz'", CHOICE),
        ("unknown-rule", "no finding that can be chosen is called 'dead-lair'", "did you mean 'dead-layer'?"),
        ("unknown-rule", "no finding that can be chosen is called 'q*'", CHOICE),
    ]
