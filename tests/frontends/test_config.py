"""Configurations: where they are looked for, what they may say, and how mistakes in them are told."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnninspect.frontends.config import search
from cnninspect.frontends.config.places import nearest, places
from cnninspect.frontends.config.settings import Override, Settings
from cnninspect.values import Problem

if TYPE_CHECKING:
    from pathlib import Path

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository that one stands in."""
    (tmp_path / ".git").mkdir()
    monkeypatch.chdir(tmp_path)
    return tmp_path


def read(here: Path, text: str) -> search.Config:
    """What a configuration of that text says."""
    (here / "cnninspect.toml").write_text(text, "utf-8")
    return search.read("cnninspect.toml")


def mistakes(config: search.Config) -> list[str]:
    """Every mistake in one line: place, code, message and help."""
    return [
        f"{finding.span.line}:{finding.span.column} {finding.code}: {finding.message}"
        + (f" ({finding.help})" if finding.help else "")
        for finding in config.findings
    ]


# --- what it says ------------------------------------------------------------------------

EVERYTHING = """\
paths = ["models", "configs/*.yaml"]
exclude = "old"
select = ["*"]
ignore = ["unused-param"]
baseline = "cnninspect.lock.json"
tolerance = "1%"
fail-level = "warning"
plugins = ["ours.layers"]

[severity]
unused-block = "error"

[per-file-ignores]
"drafts/**" = ["unused-block", "unused-name"]

[budgets]
macs = "<= 4G"

[[overrides]]
files = ["models/mobile/*.yaml"]
select = ["unused"]
ignore = ["unused-name"]
severity = {unused-param = "off"}

[overrides.budgets]
macs = "<= 600M"
stage4 = {parameters = "<= 1M"}
"""


def test_everything_that_can_be_said(here: Path) -> None:
    """Every setting is read."""
    config = read(here, EVERYTHING)
    assert config.findings == ()
    settings = config.settings
    override, ignores = settings.overrides
    assert settings._replace(overrides=(), budgets=None, table=None) == Settings(
        paths=("models", "configs/*.yaml"),
        exclude=("old",),
        select=("*",),
        ignore=("unused-param",),
        severity={"unused-block": "error"},
        baseline="cnninspect.lock.json",
        tolerance="1%",
        fail_level="warning",
        plugins=("ours.layers",),
    )
    assert override._replace(budgets=None, keys=()) == Override(
        ("models/mobile/*.yaml",), ("unused",), ("unused-name",), {"unused-param": "off"}
    )
    assert ignores == Override(
        ("drafts/**",), ignore=("unused-block", "unused-name"), keys=("per-file-ignores", "drafts/**")
    )
    assert settings.budgets is not None
    assert (settings.budgets.values, str(settings.budgets.span(("macs",)))) == (
        {"macs": "<= 4G"},
        "cnninspect.toml:17",
    )
    assert override.budgets is not None
    assert override.budgets.place(("stage4", "parameters")) == (27, 11, 27, 21)
    assert override.budgets.place(("stage4", "lost")) == (27, 1, 27, 7)
    assert override.budgets.place(()) == (25, 1, 25, 20)


@pytest.mark.parametrize("text", ["", "# nothing\n", "\n\n"])
def test_nothing_said(here: Path, text: str) -> None:
    """An empty configuration is one: it ends the search."""
    assert read(here, text).settings == Settings()


def test_no_growth_at_all(here: Path) -> None:
    """A tolerance of nothing may be written as a number."""
    assert read(here, "tolerance = 0\n").settings.tolerance == "0"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("exclud = []\n", ["1:1 unknown-setting: a configuration has no setting 'exclud' (did you mean 'exclude'?)"]),
        (
            "fail_level = 'note'\n",
            ["1:1 unknown-setting: a configuration has no setting 'fail_level' (did you mean 'fail-level'?)"],
        ),
        (
            "fail-level = 'fatal'\n",
            ["1:1 bad-setting: 'fail-level' must be error, warning or note, got 'fatal'"],
        ),
        ("paths = 3\n", ["1:1 bad-setting: 'paths' must be a list of words, got 3"]),
        ("paths = ['a',\n  3, '']\n", [
            "2:3 bad-setting: 'paths' must be a word, got 3",
            "2:6 bad-setting: 'paths' must be a word, got an empty text",
        ]),
        ("baseline = ['x']\n", ["1:1 bad-setting: 'baseline' must be text, got a list"]),
        ("baseline = ''\n", ["1:1 bad-setting: 'baseline' must be text, got an empty text"]),
        ("tolerance = true\n", ["1:1 bad-setting: 'tolerance' must be text, got true"]),
        ("tolerance = '1'\n", [
            "1:1 bad-setting: 'tolerance' is how much a figure may grow, got '1' (write a percentage, such as 1%, in quotes)"
        ]),
        ("tolerance = 0.5\n", [
            "1:1 bad-setting: 'tolerance' is how much a figure may grow, got '0.5' "
            "(write a percentage, such as 0.5%, in quotes)"
        ]),
        ("tolerance = '1001%'\n", ["1:1 bad-setting: 'tolerance' is at most 1,000%, got '1001%'"]),
        ("tolerance = false\n", ["1:1 bad-setting: 'tolerance' must be text, got false"]),
        ("severity = 'error'\n", ["1:1 bad-setting: 'severity' must be a table, got 'error'"]),
        (
            "[severity]\nunused-param = 'bad'\n",
            ["2:1 bad-setting: 'unused-param' must be error, warning, note or off, got 'bad'"],
        ),
        ("overrides = {}\n", [
            "1:1 bad-setting: overrides is an array of tables (write [[overrides]] above each of them)"
        ]),
        ("overrides = [1]\n", [
            "1:14 bad-setting: 'overrides' must be a table, got 1",
            '1:14 bad-setting: an override needs files (for example files = ["models/mobile/**"])',
        ]),
        ("[[overrides]]\nfiles = 'a'\n[[overrides]]\nignore = []\nfile = 'b'\n", [
            '3:1 bad-setting: an override needs files (for example files = ["models/mobile/**"])',
            "5:1 unknown-setting: an override has no setting 'file' (did you mean 'files'?)",
        ]),
        ("budgets = 'macs'\n", ["1:1 bad-setting: 'budgets' must be a table, got 'macs'"]),
        ("[per-file-ignores]\n'*.yaml' = {}\n", ["2:1 bad-setting: '*.yaml' must be a list of words, got a table"]),
        ("[[overrides]]\nfiles = []\n", [
            '1:1 bad-setting: an override needs files (for example files = ["models/mobile/**"])'
        ]),
        ("exclude = ['a', '!b']\n", [
            "1:17 bad-setting: the pattern '!b' means no file (a pattern takes nothing back: write what is meant)"
        ]),
        ("[[overrides]]\nfiles = 'a\\b'\n", [
            "2:1 bad-setting: the pattern 'a\\b' means no file (folders are parted by '/': write a/b)"
        ]),
        ("[per-file-ignores]\n'!a' = ['unused']\n", [
            "2:1 bad-setting: the pattern '!a' means no file (a pattern takes nothing back: write what is meant)"
        ]),
        ("include = []\n", ["1:1 unknown-setting: a configuration has no setting 'include' (did you mean 'paths'?)"]),
        ("[zzz]\n", [
            "1:1 unknown-setting: a configuration has no setting 'zzz' (settings are paths, exclude, select, ignore, "
            "severity, overrides, per-file-ignores, budgets, baseline, tolerance, fail-level, plugins)"
        ]),
        ("a = [1, 2\n", ["2:1 config-syntax: this is no TOML: unclosed array"]),
        ("a = 1\n<<<<<<< HEAD\nb = 2\n=======\n>>>>>>> c\n", [
            "2:1 config-syntax: git could not merge what begins here (keep what is meant of both sides, and delete the "
            "lines that begin with <<<<<<<, ======= and >>>>>>>)"
        ]),
        ("a = \n", ["1:5 config-syntax: this is no TOML: invalid value"]),
        ("paths = []\npaths = []\n", ["2:11 config-syntax: this is no TOML: cannot overwrite a value"]),
        ("a = " + "[" * 5000, ["1:1 config-syntax: this is no TOML: lists and tables nest too deeply"]),
        ("a = \u2028\n", ["1:5 invalid-character: the character U+2028 at line 1, column 5 may not stand in a model (delete it: it is invisible)"]),
    ],
)  # fmt: skip
def test_mistakes(here: Path, text: str, told: list[str]) -> None:
    """Every mistake is told with its line and column, all at once; an unknown setting with the nearest one."""
    assert mistakes(read(here, text)) == told


def test_what_is_mistaken_is_left_out(here: Path) -> None:
    """What is right beside a mistake is read."""
    assert read(here, "paths = ['a', 1]\nexclude = 2\nignore = ['c']\n").settings._replace(table=None) == Settings(
        paths=("a",), ignore=("c",)
    )


# --- where it is -------------------------------------------------------------------------


def test_the_nearest_one_holds(here: Path) -> None:
    """The nearest configuration above everything that is checked holds, cnninspect.toml before pyproject.toml."""
    deep = here / "a" / "b"
    deep.mkdir(parents=True)
    (deep / "model.yaml").write_text("layers: []\n")
    assert search.find(["a/b"]).path is None
    (here / "pyproject.toml").write_text("[tool.cnninspect]\nignore = ['x']\n")
    assert search.find(["a/b/model.yaml"]).path == "pyproject.toml"
    assert search.find(["a/b/model.yaml"]).settings.ignore == ("x",)
    (here / "cnninspect.toml").write_text("")
    assert search.find(["a/b"]).path == "cnninspect.toml"
    (here / "a" / "cnninspect.toml").write_text("")
    found = search.find(["a/b", "-", "lost.yaml"])
    assert (found.path, found.root) == ("a/cnninspect.toml", "a")
    assert search.find(["a/b", "."]).path == "cnninspect.toml"  # what both lie in


def test_a_link_that_leads_nowhere(here: Path) -> None:
    """A configuration that is lost is told: what it says would not hold, and nobody would know."""
    (here / "cnninspect.toml").symlink_to("lost.toml")
    with pytest.raises(Problem, match=r"'cnninspect.toml' is a link to 'lost.toml', which is not there"):
        search.find(["."])


def test_the_repository_ends_the_search(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing above the repository is read; where there is none, nothing above the current folder."""
    (here / "cnninspect.toml").write_text("")
    inner = here / "inner"
    (inner / "models").mkdir(parents=True)
    monkeypatch.chdir(inner)
    found = search.find(["models"])
    assert found.path == "../cnninspect.toml"
    (inner / ".git").write_text("gitdir: elsewhere\n")  # as in a worktree
    assert search.find(["models"]).path is None
    (inner / ".git").unlink()
    (here / ".git").rmdir()
    assert search.find(["models"]).path is None
    assert search.find(["-"]).path is None
    (inner / "cnninspect.toml").write_text("")
    assert search.find(["models"]).path == "cnninspect.toml"


def test_elsewhere_without_a_repository(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of a folder that lies elsewhere and in no repository only its own configuration is read."""
    (here / ".git").rmdir()
    for name in ("one", "two"):
        (here / name).mkdir()
    (here / "cnninspect.toml").write_text("")
    monkeypatch.chdir(here / "one")
    assert search.find(["../two"]).path is None
    (here / "two" / "cnninspect.toml").write_text("")
    assert search.find(["../two"]).path == "../two/cnninspect.toml"


@pytest.mark.parametrize(
    "text",
    [
        "[tool.other]\n",
        "[tool.other]\nname = 'cnninspect'\n",
        "tool = 'cnninspect'\n",
        "",
    ],
)
def test_a_pyproject_of_others(here: Path, text: str) -> None:
    """A pyproject without a section of ours is no configuration."""
    (here / "pyproject.toml").write_text(text)
    assert search.find(["."]).path is None


def test_a_pyproject_of_ours(here: Path) -> None:
    """Mistakes of a pyproject are told where it speaks of us; places are those of the file."""
    (here / "pyproject.toml").write_text("[tool.x]\n\n[tool.cnninspect]\nselct = []\n")
    assert mistakes(search.find(["."])) == [
        "4:1 unknown-setting: a configuration has no setting 'selct' (did you mean 'select'?)"
    ]
    (here / "pyproject.toml").write_text("[tool]\ncnninspect = 3\n")
    assert mistakes(search.find(["."])) == ["2:1 bad-setting: tool.cnninspect must be a table"]
    (here / "pyproject.toml").write_text("[tool.cnninspect\n")
    assert [line.split(":")[1] for line in mistakes(search.find(["."]))] == ["17 config-syntax"]
    (here / "pyproject.toml").write_bytes(b"\xff")
    assert search.find(["."]).path is None


def test_a_file_that_is_no_configuration(here: Path) -> None:
    """A named file that is not there, or too large, cannot be run; one that is no text is a mistake in it."""
    with pytest.raises(Problem, match=r"there is no file 'lost\.toml'"):
        search.read("lost.toml")
    (here / "cnninspect.toml").write_text("#" * (2**18 + 1))
    with pytest.raises(Problem, match="262,145 bytes; a configuration has at most 262,144"):
        search.read("cnninspect.toml")
    (here / "cnninspect.toml").write_bytes(b"\xff\xff")
    assert [finding.code for finding in search.read("cnninspect.toml").findings] == ["invalid-encoding"]


def test_where_one_stands(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The root of a repository is the folder with .git above; where there is none, the current one."""
    (here / "a").mkdir()
    monkeypatch.chdir(here / "a")
    assert search.repository() == str(here)
    (here / ".git").rmdir()
    assert search.repository() == str(here / "a")


def test_paths_of_a_configuration_count_from_its_folder(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A path in it is one below its own folder, wherever one stands."""
    config = read(here, "paths = ['m', 'n']\n")
    assert search.below_root(config, config.settings.paths) == ["m", "n"]
    (here / "a").mkdir()
    monkeypatch.chdir(here / "a")
    found = search.find(["."])
    assert search.below_root(found, found.settings.paths) == ["../m", "../n"]
    deep = here.joinpath(*"abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyz")
    deep.mkdir(parents=True)
    monkeypatch.chdir(deep)  # from so far down the whole path is the shorter one
    found = search.find(["."])
    assert search.below_root(found, ["m"]) == [str(here / "m")]
    monkeypatch.setattr("os.path.relpath", raise_value_error)  # on another drive
    assert search.below_root(found, ["m"]) == [str(here / "m")]


def raise_value_error(*_: object) -> str:
    raise ValueError


@pytest.mark.parametrize("table", ["tool.cnninspect", "cnninspect", "check", "lint"])
def test_a_table_of_another_kind_of_file(here: Path, table: str) -> None:
    """Who puts a table around the settings is told where they stand."""
    (told,) = mistakes(read(here, f"[{table}]\npaths = ['m']\n"))
    assert told == (
        f"1:1 unknown-setting: a configuration has no setting '{table.partition('.')[0]}' "
        "(settings stand at the top of a cnninspect.toml, below no table; [tool.cnninspect] is for pyproject.toml)"
    )


def test_paths_without_anything_in_common(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What lies on several drives is configured by the current folder."""
    (here / "cnninspect.toml").write_text("")

    def apart(_: object) -> str:
        raise ValueError

    monkeypatch.setattr("os.path.commonpath", apart)
    assert search.find(["."]).path == "cnninspect.toml"


def test_nothing_is_somewhere() -> None:
    """Where nothing is configured a setting stands nowhere."""
    assert search.nothing().settings.span(("select",)).line == 0


# --- places ------------------------------------------------------------------------------


def test_places_of_every_form() -> None:
    """Keys are found in every way in which TOML can write them."""
    text = (
        '# hi\na = 1\n"b c".d = [ "x", \'y\', # c\n  {k = "v]", m = [1, [2]]}, """z"\n""" ]\n[tool.x]\n'
        'n = "\\u0041\\"q\\n"\n[[o]]\n"\\t" = 1\n[[o]]\nz = 2020-01-01 00:00:00  # c\n[o.in]\n\'\'\'\' = 1\n'
    ).replace("'''' = 1\n", "q = ''''x'''''\n")
    tomllib.loads(text)
    found = {keys: place[:2] for keys, place in places(text).items()}
    assert found == {
        ("a",): (2, 1),
        ("b c", "d"): (3, 1),
        ("b c", "d", 0): (3, 13),
        ("b c", "d", 1): (3, 18),
        ("b c", "d", 2): (4, 3),
        ("b c", "d", 2, "k"): (4, 4),
        ("b c", "d", 2, "m"): (4, 14),
        ("b c", "d", 2, "m", 0): (4, 19),
        ("b c", "d", 2, "m", 1): (4, 22),
        ("b c", "d", 2, "m", 1, 0): (4, 23),
        ("b c", "d", 3): (4, 29),
        ("tool", "x"): (6, 1),
        ("tool", "x", "n"): (7, 1),
        ("o", 0): (8, 1),
        ("o", 0, "\t"): (9, 1),
        ("o", 1): (10, 1),
        ("o", 1, "z"): (11, 1),
        ("o", 1, "in"): (12, 1),
        ("o", 1, "in", "q"): (13, 1),
    }
    assert nearest(places(text), ("lost", "too")) == (1, 1, 1, 2)


KEY = st.one_of(st.sampled_from(["a", "b", "x-1"]), st.text(min_size=1, max_size=3))
VALUE = st.recursive(
    st.one_of(st.integers(0, 9), st.booleans(), st.text(max_size=5)),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEY, inner, max_size=3),
    max_leaves=8,
)


def written(value: object) -> str:
    """A value as TOML on one line."""
    if isinstance(value, dict):
        return "{" + ", ".join([f"{quoted(key)} = {written(inner)}" for key, inner in value.items()]) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(written, value)) + "]"
    if isinstance(value, bool):
        return "true" if value else "false"
    return quoted(value) if isinstance(value, str) else str(value)


def quoted(text: str) -> str:
    """A text as a basic string."""
    return (
        '"' + "".join([f"\\U{ord(sign):08X}" if not sign.isalnum() or ord(sign) > 126 else sign for sign in text]) + '"'
    )


def keys_of(value: object, above: tuple[str | int, ...] = ()) -> set[tuple[str | int, ...]]:
    """The path of everything in a value."""
    pairs = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    found: set[tuple[str | int, ...]] = set()
    for key, inner in pairs:
        found |= {(*above, key)} | keys_of(inner, (*above, key))
    return found


@given(st.dictionaries(KEY, VALUE, max_size=4))
def test_places_of_whatever_is_written(values: dict[str, object]) -> None:
    """Whatever Python's reader reads, every key and item of it has a place, and no other has one."""
    text = "".join([f"{quoted(key)} = {written(value)}\n" for key, value in values.items() if "\ud800" not in key])
    try:
        read_back = tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return  # a surrogate, which TOML cannot say
    found = places(text)
    assert set(found) == keys_of(read_back)
    lines = text.split("\n")
    for line, column, end_line, end_column in found.values():
        assert line == end_line
        assert 0 < column < end_column <= len(lines[line - 1]) + 1
