"""Soft losses between two distributions: the targets p and q = softmax(u), u = z / T.

A function takes (log_q, q, p, labels, weight, settings), with labels and weight of shape
(n_samples, 1), and returns f of each row and ∂f/∂u of their sum. What the extension has too is in
csrc/losses/distributions.h. A new loss has its row in `SOFT`; tests say what else it needs.
"""

import math
from collections.abc import Callable
from typing import Literal, NamedTuple, TypeAlias

import torch

KindName: TypeAlias = Literal["kl", "logit_mse", "reverse_kl", "jsd", "dkd", "dist"]

TINY = torch.finfo(torch.float32).tiny
FLAT = 1e-8  # product of norms below which vectors do not correlate
SIMD_WIDTH = 16  # floats
MOST_PLAIN_TEMPERATURE = 2.0  # above it, rounding of T² p (log p - log q) shows


class Kind(NamedTuple):
    """What there is to know of a soft loss."""

    soft: Callable
    native: int | None = None  # its number in the extension, as in csrc/losses/batch.h
    beta: float | None = None  # by default; None: it has none
    most_beta: float = math.inf
    of_rows: bool = True  # False: it compares columns of a batch
    at_two_classes: str | None = None  # why it has nothing to compare there


def log_softmax(u):
    """Return log softmax over classes: class by class where they are few.

    torch's own over a last dimension narrower than a SIMD register is many times slower.
    """
    if u.shape[1] >= SIMD_WIDTH:
        return torch.log_softmax(u, dim=1)
    return torch.log_softmax(u.t().contiguous(), dim=0).t().contiguous()


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
    log_q_hat = log_softmax(others)
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


SOFT: dict[KindName, Kind] = {
    "kl": Kind(_kl, native=0),
    "logit_mse": Kind(_logit_mse, native=1),
    "reverse_kl": Kind(_reverse_kl, native=2),
    "jsd": Kind(_jsd, native=3, beta=0.5, most_beta=1.0),
    "dkd": Kind(
        _dkd,
        beta=8.0,
        at_two_classes="the only class beside the target has all of what the target leaves",
    ),
    "dist": Kind(
        _dist, beta=1.0, of_rows=False, at_two_classes="two numbers always correlate by 1 or -1"
    ),
}
KINDS = tuple(SOFT)
NUMBERS = {name: kind.native for name, kind in SOFT.items() if kind.native is not None}
