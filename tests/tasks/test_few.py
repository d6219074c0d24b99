"""Rows of each kind, and the number that tells most of several."""

import numpy as np

from skdistill.tasks._few import few_of_each, main_direction


def test_the_first_rows_of_each_code_are_taken():
    codes = np.array([1, 0, 1, 1, 0, 2])
    assert few_of_each(codes, 1, 10).tolist() == [0, 1, 5]
    assert few_of_each(codes, 2, 10).tolist() == [0, 1, 2, 4, 5]
    assert few_of_each(codes, 2, 2).tolist() == [1, 4]


def test_the_main_direction_is_the_one_that_varies_most():
    x = np.random.default_rng(0).normal(size=(500, 2)) * [10, 0.1]
    assert np.abs(np.corrcoef(main_direction(x), x[:, 0])[0, 1]) > 0.999
