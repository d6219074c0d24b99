"""What a model may cost, and how faithful it has to be."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Budgets:
    """Limits of a model; None is no limit.

    Parameters
    ----------
    max_bytes : int or None
        Size of the saved model.
    max_latency : float or None
        Median seconds of an answer to one row.
    min_agreement : float or None
        Share of held-out rows answered with the teacher's class.
    """

    max_bytes: int | None = None
    max_latency: float | None = None
    min_agreement: float | None = None

    def excess_cost(self, n_bytes, latency):
        """Return by which share of the budgets size and latency exceed them; 0 is within."""
        pairs = (n_bytes, self.max_bytes), (latency, self.max_latency)
        return sum(max(0.0, cost / most - 1) for cost, most in pairs if most is not None)

    def excess(self, n_bytes, latency, likeness):
        """Return `excess_cost` and the missing share of the agreement; 0 is within.

        `likeness` is the agreement where that is limited.
        """
        missing = 0.0
        if self.min_agreement is not None:
            missing = max(0.0, 1 - likeness / self.min_agreement)
        return self.excess_cost(n_bytes, latency) + missing

    def __str__(self):
        """Name the limits, as in "max_bytes=20,000"."""
        limits = {
            "max_bytes": self.max_bytes and f"{self.max_bytes:,}",
            "max_latency": self.max_latency,
            "min_agreement": self.min_agreement,
        }
        return ", ".join(f"{name}={limit}" for name, limit in limits.items() if limit is not None)
