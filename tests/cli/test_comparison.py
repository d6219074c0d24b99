"""Who knows no column, to compare with."""

import numpy as np
import pytest

from skdistill.cli._comparison import fit_prior


@pytest.mark.parametrize("known", [["a", "b", "c"], [2**60, 2**60 + 1, 2**60 + 2]])
def test_the_prior_answers_frequencies_also_of_labels_that_are_absent(known):
    known = np.array(known)
    prior = fit_prior(known[[0, 0, 0, 2]], known)
    assert prior.classes_.tolist() == known.tolist()
    np.testing.assert_allclose(prior.predict_proba(np.zeros((2, 5))), [[0.75, 0, 0.25]] * 2)
