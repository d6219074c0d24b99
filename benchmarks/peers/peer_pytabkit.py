"""TabM and RealMLP on hard labels, with pytabkit's tuned defaults; see run.py."""

import pickle

from pytabkit import RealMLP_TD_Classifier, TabM_D_Classifier
from pytabkit.models.alg_interfaces import tabm_interface
from pytabkit.models.training.metrics import Metrics

from benchmarks.peers.common import Models, Split, arguments, cpu_seconds


class MetricsOfProbabilities(Metrics):
    """Metrics of logits, asked for probabilities, as TabM's early stopping does in pytabkit 1.7.3.

    Taken for logits, they would favour the most confident epochs.
    """

    @staticmethod
    def apply(y_pred, *args):
        return Metrics.apply(y_pred.clamp_min(1e-30).log(), *args)


def main():
    tabm_interface.Metrics = MetricsOfProbabilities
    options = arguments()
    split = Split(options.split)
    means = split.X_train.mean(numeric_only=True)  # these nets refuse missing numbers
    split.X_train, split.X_test = split.X_train.fillna(means), split.X_test.fillna(means)
    models = Models(options.output, split)
    shared = {
        "device": "cpu",
        "random_state": split.seed,
        "n_cv": 1,
        "n_threads": options.threads,
        "val_metric_name": "cross_entropy",
    }
    nets = {  # label smoothing is off where log loss counts, as pytabkit advises
        "tabm": TabM_D_Classifier(**shared),
        "realmlp": RealMLP_TD_Classifier(**shared, use_ls=False),
    }
    for name, net in nets.items():
        start = cpu_seconds()
        try:
            net.fit(split.X_train, split.y_train)
        except Exception as error:
            models.fail(name, error)
            continue
        seconds = cpu_seconds() - start
        path = options.output / f"{name}.pickle"
        path.write_bytes(pickle.dumps(net))
        models.add(name, net.predict_proba, path, seconds=seconds)


if __name__ == "__main__":
    main()
