"""The losses in torch's own operators, for every device; the gradient is made with the value."""

import torch

from skdistill.losses._reference import EPS, FLAT, NO_LABEL, TINY

SIMD_WIDTH = 16  # floats
MOST_PLAIN_TEMPERATURE = 2.0  # above it, rounding of T² p (log p - log q) shows


def loss_and_gradient(logits, targets, labels, weight, settings):
    """Return the loss and its gradient by the logits, without autograd.

    Parameters
    ----------
    logits, targets : Tensor of shape (n_samples, n_classes)
    labels : int64 Tensor of shape (n_samples,) or None
    weight : Tensor of shape (n_samples,) or None
    settings : Settings

    Returns
    -------
    loss : scalar Tensor, or Tensor of shape (n_samples,) without reduction
    gradient : Tensor of shape (n_samples, n_classes)
        Of the sum of the losses, where there is no reduction. It is float32 where `logits` are
        of half precision.
    """
    dtype = torch.float64 if logits.dtype == torch.float64 else torch.float32
    z, p = (values.contiguous().to(dtype) for values in (logits, targets))
    weight = None if weight is None else weight.to(dtype).unsqueeze(1)
    labels = None if labels is None else _checked(labels.long(), z.shape[1]).unsqueeze(1)
    alpha, scale = settings.alpha, settings.scale(len(z))
    soft = alpha * settings.temperature**2
    losses, gradient, log_s, s = None, None, None, None
    if alpha > 0:
        u, pull_back = _scaled(z, settings)
        log_q = _log_softmax(u)
        q = log_q.exp()
        f, df = SOFT[settings.kind](log_q, q, p, labels, weight, settings)
        losses, gradient = f.mul_(soft), pull_back(df).mul_(soft * scale)
        if u is z:
            log_s, s = log_q, q
    if alpha < 1 and labels is not None:
        # f = -log s_y,  s = softmax(z),  ∂f/∂z_k = s_k - [k = y]
        if log_s is None:
            log_s = _log_softmax(z)
            s = log_s.exp()
        known, index = labels >= 0, labels.clamp(min=0)
        share = known.to(dtype).mul_((1 - alpha) * scale)
        hard = torch.where(known, log_s.gather(1, index), 0.0).mul_(alpha - 1)
        losses = hard if losses is None else losses.add_(hard)
        gradient = s * share if gradient is None else gradient.addcmul_(s, share)
        gradient.scatter_add_(1, index, share.neg_())
    if losses is None or gradient is None:
        losses, gradient = z.new_zeros(len(z), 1), torch.zeros_like(z)
    if weight is not None:
        weighs = weight.bool()
        losses = torch.where(weighs, losses * weight, 0.0)
        gradient = torch.where(weighs, gradient * weight, 0.0)
    losses = losses.squeeze(1) if settings.reduction == "none" else losses.sum().mul_(scale)
    return losses.to(logits.dtype), gradient


def _checked(labels, n_classes):
    bad = (labels < -1) | (labels >= n_classes)
    if labels.is_cuda:  # to name the row, the host would wait for the device
        torch._assert_async(~bad.any(), f"a label is not from -1 (no label) to {n_classes - 1}")
    elif bad.any():
        row = int(bad.nonzero()[0, 0])
        raise ValueError(NO_LABEL.format(row, int(labels[row]), n_classes - 1))
    return labels


def _log_softmax(u):
    """Return log softmax over classes: class by class where they are few.

    torch's own over a last dimension narrower than a SIMD register is many times slower.
    """
    if u.shape[1] >= SIMD_WIDTH:
        return torch.log_softmax(u, dim=1)
    return torch.log_softmax(u.t().contiguous(), dim=0).t().contiguous()


def _scaled(z, settings):
    """Return u, what the soft loss compares, and the map from ∂f/∂u to ∂f/∂z."""
    t = settings.temperature
    if not settings.standardize:
        return (z, lambda g: g) if t == 1 else (z / t, lambda g: g.div_(t))
    spread, center = torch.std_mean(z, dim=1, correction=0, keepdim=True)
    x = (z - center) / (spread + EPS)

    def pull_back(g):
        g = g - g.mean(dim=1, keepdim=True)
        unit = (z - center) / torch.where(spread > 0, spread, 1.0)
        return (g - unit * (g * x).mean(dim=1, keepdim=True)) / (spread + EPS) / t

    return x / t, pull_back


def _divergence(x, y, d, settings):
    """Return Σ x d over classes, where d = log x - log y and x, y both sum to 1.

    At high temperatures it is summed as Σ x (e^-d - 1 + d), which adds Σ y - Σ x = 0: no term is
    negative, and none is lost in the rounding of a larger one.
    """
    if settings.temperature <= MOST_PLAIN_TEMPERATURE:
        terms = torch.where(x.bool(), x * d, 0.0)
    else:
        near, far = x * (torch.expm1(-d) + d), (y - x) + x * d  # e^-d may overflow
        terms = torch.where(x.bool(), torch.where(d > -0.5, near, far), y)
    return terms.sum(dim=1, keepdim=True)


def _kl(log_q, q, p, labels, weight, settings):
    # f = Σ p (log p - log q),  ∂f/∂u_k = q_k - p_k
    return _divergence(p, q, p.log().sub_(log_q), settings), q - p


def _logit_mse(log_q, q, p, labels, weight, settings):
    # f = (1/2K) Σ (d - mean of d)²,  d = u - log p,  ∂f/∂u_k = (d_k - mean of d) / K
    d = log_q - p.clamp(min=TINY).log()
    d = d - d.mean(dim=1, keepdim=True)
    return d.square().mean(dim=1, keepdim=True) / 2, d / d.shape[1]


def _reverse_kl(log_q, q, p, labels, weight, settings):
    # f = Σ q (log q - log p),  ∂f/∂u_k = q_k (log q_k - log p_k - f)
    floored = p.clamp(min=TINY)
    d = log_q - floored.log()
    return _divergence(q, floored, d, settings), _centred(q, d)


def _jsd(log_q, q, p, labels, weight, settings):
    # f = β Σ p (log p - log m) + (1 - β) Σ q (log q - log m),  m = β p + (1 - β) q
    # ∂f/∂u_k = q_k (h_k - Σ q h),  h = (1 - β) (log q - log m)
    beta = settings.beta
    m = beta * p + (1 - beta) * q
    log_m = m.clamp(min=TINY).log()
    from_p = _divergence(p, m, p.log() - log_m, settings)
    from_q = _divergence(q, m, log_q - log_m, settings)
    return beta * from_p + (1 - beta) * from_q, _centred(q, (1 - beta) * (log_q - log_m))


def _centred(q, h):
    """Return q (h - Σ q h), with 0 for classes that q rules out."""
    possible = q.bool()
    mean = torch.where(possible, q * h, 0.0).sum(dim=1, keepdim=True)
    return torch.where(possible, q * (h - mean), q)


def _dkd(log_q, q, p, labels, weight, settings):
    # t: the label, or the teacher's first choice;  p̂, q̂: p, q given that the class is not t
    # f = p_t log(p_t/q_t) + (1-p_t) log((1-p_t)/(1-q_t)) + β Σ_{k≠t} p̂_k log(p̂_k/q̂_k)
    # ∂f/∂u_t = q_t - p_t;  ∂f/∂u_k = (p_t - q_t) q̂_k + β (q̂_k - p̂_k)
    target = p.argmax(dim=1, keepdim=True)
    if labels is not None:
        target = torch.where(labels >= 0, labels, target)
    is_target = torch.zeros_like(p, dtype=torch.bool).scatter_(1, target, True)
    others = log_q.masked_fill(is_target, -torch.inf)
    log_rest = others.logsumexp(dim=1, keepdim=True)
    p_rest = p.masked_fill(is_target, 0).sum(dim=1, keepdim=True)
    # the pair is normalised: float32 targets sum to 1 only to rounding
    log_pair = torch.cat([log_q.gather(1, target), log_rest], dim=1)
    p_pair = torch.cat([p.gather(1, target), p_rest], dim=1)
    p_pair = p_pair / p_pair.sum(dim=1, keepdim=True)
    f = _divergence(p_pair, log_pair.exp(), p_pair.log() - log_pair, settings)
    # where the teacher leaves the other classes nothing, there is nothing to compare among them
    log_q_hat = _log_softmax(others)
    q_hat = log_q_hat.exp()
    p_hat = torch.where(is_target, 0.0, torch.where(p_rest > 0, p / p_rest, q_hat))
    d = torch.where(p_rest > 0, p_hat.log() - log_q_hat, 0.0)
    f = f + settings.beta * _divergence(p_hat, q_hat, d, settings)
    by_pair = log_rest.exp() - p_pair.narrow(1, 1, 1)
    by_other = by_pair * q_hat + settings.beta * (q_hat - p_hat)
    return f, torch.where(is_target, -by_pair, by_other)


def _dist(log_q, q, p, labels, weight, settings):
    # f = 1 - ρ(q_i., p_i.) + β (1/K) Σ_k (1 - ρ_w(q_.k, p_.k)),  ρ: Pearson's correlation
    # ∂ρ/∂a = (b̃/|b̃| - ρ ã/|ã|) / |ã|  for centred ã, b̃
    weight = torch.ones_like(q.narrow(1, 0, 1)) if weight is None else weight
    by_row, d_row = _correlation(q, p, torch.ones_like(q), dim=1)
    by_class, d_class = _correlation(q, p, weight, dim=0)
    f = 1 - by_row + settings.beta * (1 - by_class).mean()
    dq = -d_row - settings.beta / q.shape[1] * weight.sum() * d_class
    return f, q * (dq - (q * dq).sum(dim=1, keepdim=True))


def _correlation(a, b, w, dim):
    """Correlate along `dim`; the derivative by a is given without its factor of the weight."""

    def sum_(x):
        return x.sum(dim=dim, keepdim=True)

    total = sum_(w)
    a, b = a - sum_(w * a) / total, b - sum_(w * b) / total
    a_norm, b_norm = sum_(w * a.square()).sqrt(), sum_(w * b.square()).sqrt()
    flat = a_norm * b_norm < FLAT
    a_norm, b_norm = torch.where(flat, 1.0, a_norm), torch.where(flat, 1.0, b_norm)
    rho = torch.where(flat, 0.0, sum_(w * a * b) / (a_norm * b_norm))
    return rho, torch.where(flat, 0.0, (b / b_norm - rho * a / a_norm) / a_norm)


SOFT = {
    "kl": _kl,
    "logit_mse": _logit_mse,
    "reverse_kl": _reverse_kl,
    "jsd": _jsd,
    "dkd": _dkd,
    "dist": _dist,
}
