"""The steps of a training by torch: forward, loss, backward, and AdamW's update."""

import torch


class TorchSteps:
    """What trains a module by AdamW, a step a batch, and scores it on other batches.

    The settings are the optimizer's, its learning rate times ``rate(steps done)``.
    """

    def __init__(self, module, criterion, optimizer, rate):
        self.module = module
        self.criterion = criterion
        self.rate = rate
        self.n_done = 0
        self.encode = module.constant_encoder
        (self.settings,) = optimizer.param_groups
        self.parameters = [*module.parameters()]
        for parameter in self.parameters:
            parameter.grad = None  # a module of the user's may bring some along
        self.moments: dict[int, tuple] = {}

    def train(self, batches):
        """Make a step a batch; return the losses before them, and the batches' sizes."""
        self.module.train()
        self.criterion.train()
        return self._each(batches, self._step)

    @torch.no_grad()
    def score(self, batches):
        """Return the log losses of the labels, and the batches' sizes."""
        self.module.eval()
        self.criterion.eval()
        return self._each(batches, self.criterion)

    def _each(self, batches, loss_of):
        losses, sizes = [], []
        for rows, answers in batches.encoded(self.encode):
            logits = self.module(rows, encoded=self.encode is not None)
            losses.append(loss_of(logits, answers))
            sizes.append(len(rows))
        return torch.stack(losses).ravel().tolist(), sizes

    def _step(self, logits, answers):
        loss = self.criterion.backward(logits, answers)
        self._update()
        self.n_done += 1
        return loss

    @torch.no_grad()
    def _update(self):
        """Do what ``AdamW.step`` does; most of the time of that is spent around this operator."""
        beta1, beta2 = self.settings["betas"]
        rate = self.settings["lr"] * self.rate(self.n_done)
        for k, p in enumerate(self.parameters):
            if p.grad is None:
                continue
            if p.grad.is_sparse:
                raise ValueError("AdamW takes no sparse gradients: use sparse=False in layers.")
            if k not in self.moments:
                count = torch.zeros((), dtype=torch.float32, device=p.device)
                self.moments[k] = torch.zeros_like(p), torch.zeros_like(p), count
            mean, square, count = self.moments[k]
            count += 1
            torch._fused_adamw_(
                *([p], [p.grad], [mean], [square], [], [count]),
                lr=rate,
                beta1=beta1,
                beta2=beta2,
                weight_decay=self.settings["weight_decay"],
                eps=self.settings["eps"],
                amsgrad=False,
                maximize=False,
            )
            p.grad = None
