"""The twin: what it is fitted on."""

from skdistill.measures import fit_twin


def test_the_twin_learns_from_labels_alone(case):
    twin = fit_twin(case.clf, case.X_train, case.y_train)
    assert twin.transfer_summary_["alpha"] == 0
    assert twin.transfer_summary_["source"] is None
    assert twin.student == case.clf.student
