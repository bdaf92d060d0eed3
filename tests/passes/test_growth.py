"""Formulas: exact where they claim to be."""

from __future__ import annotations

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from cnninspect.passes.growth import Formula, degree, evaluate, through


def test_through_points() -> None:
    """Three points of k^2 / 2 + k / 2 give that polynomial, a straight line the one of a lower degree."""
    assert through([(1, 1), (2, 3), (3, 6)]) == (Fraction(0), Fraction(1, 2), Fraction(1, 2))
    assert through([(2, 5), (4, 9), (7, 15)]) == (Fraction(1), Fraction(2))
    assert through([(3, 7)]) == (Fraction(7),)


def test_degree_needs_points_to_spare() -> None:
    """Two points more than a polynomial needs must agree; where they do not, or are missing, there is none."""
    assert degree([1, 4, 9, 16, 25], 4) == 2
    assert degree([1, 4, 9, 16], 4) is None
    assert degree([1, 4, 9, 16, 26], 4) is None
    assert degree([7, 7, 7], 4) == 0
    assert degree([0, 0, 0], 4) == 0
    assert degree([1, 8, 27, 64, 125, 216, 343], 2) is None


def test_a_formula_has_values() -> None:
    """A formula is a function of k."""
    formula = Formula(32, 1, (Fraction(5), Fraction(0), Fraction(2)), 1, 9)
    assert [formula.at(k) for k in (0, 1, 3)] == [5, 7, 23]


@given(st.lists(st.integers(-9, 9), min_size=1, max_size=5), st.integers(-5, 5))
def test_polynomials_are_found_again(coefficients: list[int], first: int) -> None:
    """The values of any polynomial at equal distances tell its degree, and its points the polynomial."""
    places = range(first, first + len(coefficients) + 2)
    values = [sum(c * k**power for power, c in enumerate(coefficients)) for k in places]
    order = degree(values, 6)
    assert order == max([power for power, c in enumerate(coefficients) if c], default=0)
    found = through([*zip(places, values, strict=True)][: order + 1])
    assert [evaluate(found, k) for k in range(-20, 20)] == [
        sum(c * k**power for power, c in enumerate(coefficients)) for k in range(-20, 20)
    ]
