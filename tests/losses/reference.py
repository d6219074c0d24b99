"""The losses in NumPy float64, as the formulas are written: what all else is measured against.

Tests have it as the fixture `reference`.
"""

import numpy as np
from scipy.special import log_softmax, softmax, xlogy

TINY = float(np.finfo(np.float32).tiny)
EPS = 1e-7  # of a standard deviation
FLAT = 1e-8  # product of norms below which vectors do not correlate


def loss_and_gradient(logits, targets, labels, weight, settings):
    """Return the loss and its gradient by the logits.

    Parameters
    ----------
    logits, targets : array of shape (n_samples, n_classes)
    labels : int array of shape (n_samples,) or None
    weight : array of shape (n_samples,) or None
    settings : Settings

    Returns
    -------
    loss : float, or array of shape (n_samples,) without reduction
    gradient : array of shape (n_samples, n_classes)
        Of the sum of the losses, where there is no reduction.
    """
    z, p = np.asarray(logits, dtype=float), np.asarray(targets, dtype=float)
    n, k = z.shape
    labels = np.full(n, -1) if labels is None else np.asarray(labels)
    weight = np.ones(n) if weight is None else np.asarray(weight, dtype=float)
    t, alpha = settings.temperature, settings.alpha
    with np.errstate(all="ignore"):
        u, pull_back = _scaled(z, settings)
        f, df = SOFT[settings.kind](u, p, labels, weight, settings.beta)
        losses, gradient = np.zeros(n), np.zeros_like(z)
        if alpha > 0:
            losses, gradient = alpha * t**2 * f, alpha * t**2 * pull_back(df)
        known = labels >= 0
        if alpha < 1 and known.any():
            # f = -log s_y,  s = softmax(z),  ∂f/∂z_k = s_k - [k = y]
            losses[known] -= (1 - alpha) * log_softmax(z, axis=1)[known, labels[known]]
            gradient[known] += (1 - alpha) * (softmax(z, axis=1) - np.eye(k)[labels])[known]
        losses = np.where(weight == 0, 0, weight * losses)
        gradient = np.where(weight[:, None] == 0, 0, weight[:, None] * gradient)
    if settings.reduction == "none":
        return losses, gradient
    scale = settings.scale(n)
    return losses.sum() * scale, gradient * scale


def _scaled(z, settings):
    """Return u, what the soft loss compares, and the map from ∂f/∂u to ∂f/∂z."""
    t = settings.temperature
    if not settings.standardize:
        return z / t, lambda g: g / t
    center, spread = z.mean(axis=1, keepdims=True), z.std(axis=1, keepdims=True)
    x = (z - center) / (spread + EPS)

    def pull_back(g):
        g = g - g.mean(axis=1, keepdims=True)
        unit = (z - center) / np.where(spread > 0, spread, 1)
        return (g - unit * (g * x).mean(axis=1, keepdims=True)) / (spread + EPS) / t

    return x / t, pull_back


def kl(u, p, labels, weight, beta):
    # f = Σ p (log p - log q),  ∂f/∂u_k = q_k - p_k
    log_q = log_softmax(u, axis=1)
    cross = np.where(p == 0, 0, p * log_q)
    return (xlogy(p, p) - cross).sum(axis=1), np.exp(log_q) - p


def logit_mse(u, p, labels, weight, beta):
    # f = (1/2K) Σ (d - mean of d)²,  d = u - log p,  ∂f/∂u_k = (d_k - mean of d) / K
    d = u - np.log(np.maximum(p, TINY))
    d -= d.mean(axis=1, keepdims=True)
    return (d**2).mean(axis=1) / 2, d / p.shape[1]


def reverse_kl(u, p, labels, weight, beta):
    # f = Σ q (log q - log p),  ∂f/∂u_k = q_k (log q_k - log p_k - f)
    log_q = log_softmax(u, axis=1)
    return _expected(log_q, log_q - np.log(np.maximum(p, TINY)))


def jsd(u, p, labels, weight, beta):
    # f = β Σ p (log p - log m) + (1 - β) Σ q (log q - log m),  m = β p + (1 - β) q
    # ∂f/∂u_k = q_k (h_k - Σ q h),  h = (1 - β) (log q - log m)
    log_q = log_softmax(u, axis=1)
    log_m = np.logaddexp(np.log(beta) + np.log(p), np.log(1 - beta) + log_q)
    from_p = np.where(p == 0, 0, xlogy(p, p) - p * log_m).sum(axis=1)
    from_q, gradient = _expected(log_q, (1 - beta) * (log_q - log_m))
    return beta * from_p + from_q, gradient


def _expected(log_q, h):
    """Return E = Σ q h and q (h - E), with 0 for classes that q rules out."""
    q = np.exp(log_q)
    mean = np.where(q == 0, 0, q * h).sum(axis=1, keepdims=True)
    return mean[:, 0], np.where(q == 0, q, q * (h - mean))


def dkd(u, p, labels, weight, beta):
    # t: the label, or the teacher's first choice;  p̂, q̂: p, q given that the class is not t
    # f = p_t log(p_t/q_t) + (1-p_t) log((1-p_t)/(1-q_t)) + β Σ_{k≠t} p̂_k log(p̂_k/q̂_k)
    # ∂f/∂u_t = q_t - p_t;  ∂f/∂u_k = (p_t - q_t) q̂_k + β (q̂_k - p̂_k)
    target = np.where(labels >= 0, labels, p.argmax(axis=1))
    other = np.arange(p.shape[1]) != target[:, None]
    p_rest = np.where(other, p, 0).sum(axis=1)
    p_target = p[~other]
    log_q_hat = log_softmax(np.where(other, u, -np.inf), axis=1)
    log_q = log_softmax(u, axis=1)
    log_target = log_q[~other]
    log_rest = np.logaddexp.reduce(np.where(other, log_q, -np.inf), axis=1)
    # the pair (p_t, 1 - p_t) is normalised: float32 targets sum to 1 only to rounding
    total = p_target + p_rest
    a, b = p_target / total, p_rest / total
    f = xlogy(a, a) - np.where(a == 0, 0, a * log_target)
    f += xlogy(b, b) - np.where(b == 0, 0, b * log_rest)
    p_hat = np.where(other & (p_rest > 0)[:, None], p / p_rest[:, None], 0)
    inner = xlogy(p_hat, p_hat) - np.where(p_hat == 0, 0, p_hat * log_q_hat)
    q_hat = np.exp(log_q_hat)
    by_other = np.where((p_rest > 0)[:, None], beta * (q_hat - p_hat), 0)
    by_pair = (np.exp(log_rest) - b)[:, None]
    gradient = np.where(other, by_pair * q_hat + by_other, -by_pair)
    return f + beta * inner.sum(axis=1), gradient


def dist(u, p, labels, weight, beta):
    # f = 1 - ρ(q_i., p_i.) + β (1/K) Σ_k (1 - ρ_w(q_.k, p_.k)),  ρ: Pearson's correlation
    # ∂ρ/∂a = (b̃/|b̃| - ρ ã/|ã|) / |ã|  for centred ã, b̃
    q = softmax(u, axis=1)
    n_classes = q.shape[1]
    by_row, d_row = _correlation(q.T, p.T, np.ones(n_classes))
    by_column, d_column = _correlation(q, p, weight)
    f = 1 - by_row + beta * (1 - by_column).mean()
    dq = -d_row.T - beta * weight.sum() / n_classes * d_column
    return f, q * (dq - (q * dq).sum(axis=1, keepdims=True))


def _correlation(a, b, weight):
    """Correlate columns; the derivative by a is given without its factor of each row's weight."""
    w = weight[:, None]
    a, b = a - (w * a).sum(axis=0) / w.sum(), b - (w * b).sum(axis=0) / w.sum()
    a_norm, b_norm = np.sqrt((w * a**2).sum(axis=0)), np.sqrt((w * b**2).sum(axis=0))
    flat = a_norm * b_norm < FLAT
    a_norm, b_norm = np.where(flat, 1, a_norm), np.where(flat, 1, b_norm)
    rho = np.where(flat, 0, (w * a * b).sum(axis=0) / (a_norm * b_norm))
    return rho, np.where(flat, 0, (b / b_norm - rho * a / a_norm) / a_norm)


SOFT = {
    "kl": kl,
    "logit_mse": logit_mse,
    "reverse_kl": reverse_kl,
    "jsd": jsd,
    "dkd": dkd,
    "dist": dist,
}
