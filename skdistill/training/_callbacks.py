"""What a training by skorch has of ours: the learning rate of every step, and progress."""

from skorch.callbacks import Callback

from skdistill._plumbing.progress import report


class RateSchedule(Callback):
    """Set the learning rate of every step.

    Parameters
    ----------
    rate : callable
        Number of steps done ↦ factor of the optimiser's own learning rate.
    """

    def __init__(self, rate):
        self.rate = rate

    def on_train_begin(self, net, **kwargs):
        """Note the optimiser's own learning rates."""
        self.n_steps_ = 0
        self.first_ = [group["lr"] for group in net.optimizer_.param_groups]

    def on_batch_begin(self, net, training, **kwargs):
        """Set the learning rate of the step to come."""
        if training:
            factor = self.rate(self.n_steps_)
            for group, first in zip(net.optimizer_.param_groups, self.first_, strict=True):
                group["lr"] = first * factor
            self.n_steps_ += 1


class EpochReport(Callback):
    """Report every epoch to the stage of the training."""

    def on_epoch_end(self, net, **kwargs):
        """Count the epoch."""
        report()
