import numpy as np

from rapport.ingest.sample.draws import (
    GRID,
    Key,
    draw_below,
    draw_chance,
    draw_order,
    draw_weighted,
    tabulate_beta,
    tabulate_gamma,
    tabulate_logistic,
    tabulate_normal,
)

HERE = Key((7,)).of("here")


def test_a_place_draws_the_same_numbers_each_time():
    assert draw_below(HERE, 100, 5).tolist() == draw_below(HERE, 100, 5).tolist()


def test_the_numbers_of_a_place_are_these_on_every_machine():
    assert draw_below(Key((20260101,)).of("hour"), 1_000, 6).tolist() == [
        420,
        804,
        321,
        549,
        25,
        868,
    ]


def test_two_places_draw_other_numbers():
    assert (
        draw_below(HERE, 1_000, 9).tolist() != draw_below(Key((7,)).of("there"), 1_000, 9).tolist()
    )


def test_all_numbers_below_the_bound_occur_about_as_often():
    counts = np.bincount(draw_below(HERE, 5, 50_000), minlength=5)

    assert counts.min() > 9_700
    assert counts.max() < 10_300


def test_each_number_may_have_its_own_bound():
    drawn = draw_below(HERE, np.array([1, 2, 3] * 1_000), 3_000).reshape(-1, 3)

    assert drawn.max(axis=0).tolist() == [0, 1, 2]


def test_chance_is_in_millionths():
    assert abs(draw_chance(HERE, 250_000, 40_000).mean() - 0.25) < 0.01
    assert not draw_chance(HERE, 0, 1_000).any()
    assert draw_chance(HERE, 1_000_000, 1_000).all()


def test_weights_rule_how_often_a_position_is_drawn():
    counts = np.bincount(draw_weighted(HERE, (1, 0, 3), 40_000), minlength=3)

    assert counts[1] == 0
    assert abs(counts[2] / 40_000 - 0.75) < 0.01


def test_an_order_holds_everything_once():
    assert sorted(draw_order(HERE, 100).tolist()) == list(range(100))


def test_tables_have_the_mean_and_spread_of_their_distribution():
    gamma, beta = tabulate_gamma(2.5) / GRID, tabulate_beta(0.75, 2.8) / GRID
    normal, logistic = tabulate_normal() / GRID, tabulate_logistic() / GRID

    assert abs(gamma.mean() - 2.5) < 0.01
    assert abs(gamma.var() - 2.5) < 0.02
    assert abs(beta.mean() - 0.75 / 3.55) < 0.001
    assert abs(normal.std() - 1) < 0.01
    assert abs(logistic.std() - np.pi / 3**0.5) < 0.01
