"""The callbacks of a student's training, and which callbacks must be told of every batch."""

from skorch.callbacks import BatchScoring, Callback, EarlyStopping, EpochScoring, LRScheduler

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
        """Note the optimiser's own learning rates and set the first step's."""
        self.n_steps_ = 0
        for group in net.optimizer_.param_groups:
            group.setdefault("initial_lr", group["lr"])
        self._set(net.optimizer_)

    def on_batch_end(self, net, training, **kwargs):
        """Set the learning rate of the next step."""
        if training:
            self.skip(net, 1)

    def next_rates(self, group, n):
        """Return the learning rates of the next `n` steps."""
        steps = range(self.n_steps_, self.n_steps_ + n)
        return [group["initial_lr"] * self.rate(step) for step in steps]

    def skip(self, net, n):
        """Set the learning rate of the step after `n` more."""
        self.n_steps_ += n
        self._set(net.optimizer_)

    def _set(self, optimizer):
        factor = self.rate(self.n_steps_)
        for group in optimizer.param_groups:
            group["lr"] = group["initial_lr"] * factor


class EpochReport(Callback):
    """Report every epoch to the stage of the training."""

    def on_epoch_end(self, net, **kwargs):
        """Count the epoch."""
        report()


class BestWeights(EarlyStopping):
    """EarlyStopping that restores the best weights, and keeps them without deep copies."""

    def on_epoch_end(self, net, **kwargs):
        """Keep the weights if they are better; stop if they have not been for long."""
        if self._is_score_improved(net.history[-1, self.monitor]):
            state = net.module_.state_dict()
            self.best_model_weights_ = {name: values.clone() for name, values in state.items()}
        super().on_epoch_end(net, **kwargs)

    def on_train_end(self, net, **kwargs):
        """Restore the best weights, if there are any."""
        if self.best_model_weights_ is not None:
            net.module_.load_state_dict(self.best_model_weights_)


# Hooks of skorch that pass over batches which their callback does not want
SELECTIVE = {
    LRScheduler.on_batch_end: lambda callback, training: (
        training and callback.step_every == "batch"
    ),
    EpochScoring.on_batch_end: lambda callback, training: training == callback.on_train,
    BatchScoring.on_batch_end: lambda callback, training: training == callback.on_train,
    RateSchedule.on_batch_end: lambda callback, training: False,  # a lean epoch calls it
}


def watches_batches(callback, training):
    """Whether a callback must be told of every batch of training, or of held-out rows."""
    for name in ("on_batch_begin", "on_batch_end", *(["on_grad_computed"] if training else [])):
        method = getattr(callback, name)
        hook = getattr(method, "__func__", method)
        if hook is getattr(Callback, name):
            continue
        if hook not in SELECTIVE or SELECTIVE[hook](callback, training):
            return True
    return False
