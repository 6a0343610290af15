"""Our quantiles against a library's, against closed forms, and against the laws that every quantile function obeys."""

import math

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import special, stats

from simulator.numerics import binomial, gamma, student

Floats = npt.NDArray[np.float64]
FAR: Floats = 10.0 ** -np.arange(1.0, 300.0, 7.0)
SHARES: Floats = np.unique(
    np.concatenate([FAR, np.linspace(0.001, 0.999, 333), 1 - 2.0 ** -np.arange(2.0, 54.0), 2.0**-1074 * np.array([1])])
)


# ---- gamma --------------------------------------------------------------------------------------------------


def library_gamma(shape: float, u: Floats) -> Floats:
    found: Floats = np.where(u > 0.5, special.gammainccinv(shape, 1 - u), special.gammaincinv(shape, u))
    return found


@pytest.mark.parametrize("shape", [0.01, 0.04, 0.25, 0.5, 0.99, 1.0, 1.01, 2.5, 4.0, 11.1, 29.9, 30.0, 30.1, 99.0])
def test_gamma_quantiles_agree_with_a_library_from_the_least_share_to_the_greatest(shape: float) -> None:
    shares = SHARES[SHARES > 1e-290]  # beyond, some of the library's have half their digits
    expected = library_gamma(shape, shares)
    is_normal = expected > 1e-290
    found = gamma.quantile(shape, shares)
    assert found[is_normal] == pytest.approx(expected[is_normal], rel=1e-12, abs=0)
    assert (found[~is_normal] <= 1e-289).all()


EXACT = (  # shape, share, quantile; computed with forty digits
    (0.01, 0.3, 2.9174171917458687e-53),
    (0.01, 0.99, 0.26505255025158186),
    (0.25, 1e-30, 6.749697893111732e-121),
    (3.5, 1e-300, 3.892100735941749e-86),
    (1e3, 1e-300, 233.92836429052844),
    (1e3, 1e-9, 821.8327535831709),
    (1e3, 0.75, 1021.1436879071974),
    (1e5, 1e-200, 90749.51174546636),
    (1e5, 0.9999, 101180.33552637429),
    (1e6, 1e-16, 991800.1048039157),
    (1e6, 1e-9, 994013.8460490516),
    (1e6, 1 - 2.0**-40, 1007063.9319602576),
)


@pytest.mark.parametrize(("shape", "share", "expected"), EXACT)
def test_gamma_quantiles_are_exact_where_a_library_loses_digits(shape: float, share: float, expected: float) -> None:
    assert gamma.quantile(shape, np.array([share])) == pytest.approx(expected, rel=1e-12, abs=0)


@pytest.mark.parametrize("shape", [1e3, 1e4, 1e5, 1e6])
def test_gamma_quantiles_of_large_shapes_agree_with_a_library(shape: float) -> None:
    """To eight digits only: the library is no better than that in places."""
    u = SHARES[SHARES > 1e-290]
    assert gamma.quantile(shape, u) == pytest.approx(library_gamma(shape, u), rel=1e-8, abs=0)


def test_a_gamma_of_shape_one_is_exponential() -> None:
    assert gamma.quantile(1.0, SHARES) == pytest.approx(-np.log1p(-SHARES), rel=1e-12, abs=0)


def test_a_gamma_of_shape_one_half_is_half_the_square_of_a_normal() -> None:
    upper = np.array([0.5 + 2.0**-k for k in range(2, 50)])
    assert gamma.quantile(0.5, 2 * upper - 1) == pytest.approx(special.ndtri(upper) ** 2 / 2, rel=1e-12, abs=0)


def test_a_gamma_of_very_large_shape_is_the_normal_that_it_comes_to() -> None:
    """The Cornish–Fisher expansion; its next term is below rounding here."""
    u = np.array([1e-12, 1e-5, 0.1, 0.5, 0.9, 1 - 1e-5, 1 - 1e-12])
    z, root = special.ndtri(u), 1e6
    ratio = 1 + z / root + (z**2 - 1) / (3 * root**2) + (z**3 - 7 * z) / (36 * root**3)
    assert gamma.quantile(root**2, u) / root**2 == pytest.approx(ratio, rel=1e-15, abs=0)


@pytest.mark.parametrize("shape", [1e-15, 1e-9, 1e-4, 1e-2, 1.0, 1e4, 1e9, 1e18])
def test_gamma_quantiles_have_their_ends(shape: float) -> None:
    assert gamma.quantile(shape, np.array([0.0, 1.0])).tolist() == [0.0, math.inf]


@given(
    st.floats(-12, 12).map(lambda power: 10.0**power),
    st.lists(st.floats(0, 1, exclude_max=True), min_size=2, max_size=50),
)
@settings(deadline=None, max_examples=30)
def test_gamma_quantiles_rise_with_the_share_and_do_not_depend_on_their_neighbours(
    shape: float, shares: list[float]
) -> None:
    u = np.array(sorted(shares))
    found = gamma.quantile(shape, u)
    assert np.isfinite(found).all()
    assert (found[1:] >= found[:-1] * (1 - 1e-12)).all()
    assert [float(gamma.quantile(shape, np.array([one]))[0]) for one in u] == found.tolist()


@given(st.floats(0.05, 500), st.floats(1e-12, 1 - 1e-12))
@settings(deadline=None, max_examples=30)
def test_gamma_quantiles_invert_the_incomplete_gamma_function(shape: float, share: float) -> None:
    x = float(gamma.quantile(shape, np.array([share]))[0])
    assert special.gammainc(shape, x) == pytest.approx(share, rel=1e-11)
    assert special.gammaincc(shape, x) == pytest.approx(1 - share, rel=1e-11)


def test_a_block_of_any_size_and_form_is_looked_up_alike() -> None:
    u = np.random.default_rng(4).random((3, 20_000))
    whole = gamma.quantile(2.5, u)
    assert whole.shape == u.shape
    assert whole[1, 777:800].tolist() == gamma.quantile(2.5, u[1, 777:800]).tolist()


def test_gamma_draws_have_the_moments_of_their_shape() -> None:
    u = (np.arange(200_000) + 0.5) / 200_000
    for shape in (0.5, 3.0, 400.0):
        found = gamma.quantile(shape, u)
        assert found.mean() == pytest.approx(shape, rel=1e-3)
        assert found.var() == pytest.approx(shape, rel=5e-3)


# ---- Student's t --------------------------------------------------------------------------------------------

LEVELS = [0.5, 0.6, 0.8, 0.9, 0.95, 0.99, 0.999, 1 - 1e-6, 1 - 1e-9]


@pytest.mark.parametrize("freedom", [1, 2, 3, 4, 5, 9, 10, 19, 29, 30, 99, 100, 249, 250, 251, 999, 10_000, 10**6])
def test_quantiles_of_student_agree_with_a_library(freedom: int) -> None:
    for level in LEVELS:
        share = 0.5 + level / 2
        expected = float(stats.t.isf(1 - share, freedom))
        assert student.quantile(freedom, share) == pytest.approx(expected, rel=1e-10)


@pytest.mark.parametrize(
    ("freedom", "share", "expected"),  # computed with forty digits
    [
        (1, 0.975, 12.706204736174694),
        (5, 0.975, 2.5705818356363146),
        (9, 1 - 1e-14, 85.8578540737398),
        (30, 0.95, 1.6972608865939574),
        (250, 0.75, 0.6754723613974393),
        (250, 0.9995, 3.329867205673151),
        (1000, 0.99, 2.330082674755513),
        (100_000, 0.9, 1.2815600314493611),
    ],
)
def test_quantiles_of_student_are_exact_where_some_libraries_lose_digits(
    freedom: int, share: float, expected: float
) -> None:
    assert student.quantile(freedom, share) == pytest.approx(expected, rel=1e-12)


ANY_SHARE = st.one_of(st.floats(1e-290, 0.5), st.floats(0.5, 1, exclude_max=True))


@given(ANY_SHARE)
@settings(deadline=None)
def test_one_degree_of_freedom_is_cauchys(share: float) -> None:
    tail, middle = min(share, 1 - share), abs(share - 0.5)
    exact = math.tan(math.pi * middle) if middle < 0.25 else 1 / math.tan(math.pi * tail)
    assert student.quantile(1, share) == pytest.approx(math.copysign(exact, share - 0.5), rel=1e-12)


@given(ANY_SHARE)
@settings(deadline=None)
def test_two_degrees_of_freedom_have_a_closed_form(share: float) -> None:
    tail = min(share, 1 - share)
    exact = 2 * (share - 0.5) / math.sqrt(2 * tail) / math.sqrt(1 - tail)
    assert student.quantile(2, share) == pytest.approx(exact, rel=1e-12)


@given(st.integers(1, 10**7), st.floats(0.5, 1, exclude_max=True, exclude_min=True))
@settings(deadline=None)
def test_student_is_symmetric_and_wider_than_the_normal(freedom: int, share: float) -> None:
    found = student.quantile(freedom, share)
    assert student.quantile(freedom, 1 - share) == -found
    assert found >= special.ndtri(share) * (1 - 1e-12)


def test_student_has_its_ends_and_its_middle() -> None:
    assert [student.quantile(7, share) for share in (0.0, 0.5, 1.0)] == [-math.inf, 0.0, math.inf]


def test_student_of_very_many_degrees_is_normal() -> None:
    z = float(special.ndtri(0.975))
    assert student.quantile(10**12, 0.975) == pytest.approx(z * (1 + (z * z + 1) / 4e12), rel=1e-14)


# ---- binomial -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("count", [1, 2, 5, 10, 30, 59, 100, 1000, 100_000])
@pytest.mark.parametrize("chance", [1e-6, 0.001, 0.05, 0.3, 0.5, 0.9, 0.95, 0.9999])
def test_quantiles_of_the_binomial_agree_with_a_library(count: int, chance: float) -> None:
    for share in (1e-9, 0.0005, 0.005, 0.025, 0.05, 0.95, 0.975, 0.995, 0.9995, 1 - 1e-9):
        assert binomial.quantile(count, chance, share) == int(stats.binom.ppf(share, count, chance))


@given(st.integers(1, 300), st.floats(0.01, 0.99), st.floats(1e-6, 1 - 1e-6))
@settings(deadline=None)
def test_a_quantile_of_the_binomial_is_the_least_count_that_will_do(count: int, chance: float, share: float) -> None:
    found = binomial.quantile(count, chance, share)
    terms = [math.comb(count, k) * chance**k * (1 - chance) ** (count - k) for k in range(count + 1)]
    assert math.fsum(terms[: found + 1]) >= share - 1e-12
    assert math.fsum(terms[:found]) < share + 1e-12


@given(count=st.integers(1, 20_000), share=st.floats(0, 1), tail=st.floats(1e-9, 0.5))
def test_exact_bounds_agree_with_a_librarys_beta_quantile(count: int, share: float, tail: float) -> None:
    hits = round(share * count)
    expected = stats.beta.ppf(tail, hits, count - hits + 1) if hits else 0.0
    assert binomial.lower_bound(hits, count, tail) == pytest.approx(expected, rel=1e-9, abs=1e-14)
