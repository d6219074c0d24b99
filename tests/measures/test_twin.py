"""The twin: what it is fitted on."""

from sklearn.datasets import load_iris
from sklearn.naive_bayes import GaussianNB

from skdistill import DistilledClassifier
from skdistill.measures import fit_twin


def test_the_twin_learns_from_labels_alone():
    X, y = load_iris(return_X_y=True)
    clf = DistilledClassifier(GaussianNB(), hidden_layer_sizes=(8,), max_epochs=3, random_state=0)
    clf.fit(X, y)
    twin = fit_twin(clf, X, y)
    assert twin.transfer_summary_["alpha"] == 0
    assert twin.transfer_summary_["source"] is None
    assert twin.hidden_layer_sizes == (8,)
    assert twin.teacher_.estimator is clf.teacher_
