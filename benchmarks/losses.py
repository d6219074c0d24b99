"""Forward and backward of the distillation loss, beside what one would write without skdistill.

    python -m benchmarks.losses [--classes 10] [--threads 1] [--rounds 15] [--no-compile]

Each line is one shape; figures are medians over interleaved rounds, in microseconds, and ratios
to eager torch with their quartiles. `kernel` is the compiled kernel alone, beside a memory triad
(a = b + 2 c over arrays of the same size).

eager     F.kl_div(log_softmax(z / T), p) T² α + F.cross_entropy(z, y) (1 - α)
tuned     F.cross_entropy(z, α p + (1 - α) onehot(y)), one call with the same gradient at T = 1
compiled  torch.compile of eager; the best of torch is the faster of this and tuned
torch     ours without the compiled kernel
ours      `distillation_loss`
"""

import argparse

import numpy as np
import torch
import torch.nn.functional as F

import skdistill
from benchmarks.shared import in_turn
from skdistill._plumbing.extension import instruction_sets
from skdistill.losses import _native, distillation_loss
from skdistill.losses._settings import make_settings

ALPHA = 0.5
SECONDS_A_ROUND = 0.02
SETTINGS = make_settings(alpha=ALPHA)


def eager(z, p, y):
    soft = F.kl_div(torch.log_softmax(z, dim=1), p, reduction="batchmean")
    return ALPHA * soft + (1 - ALPHA) * F.cross_entropy(z, y)


def contenders(compile_):
    def tuned(z, p, y, mixed):
        return F.cross_entropy(z, mixed)

    def ours(z, p, y, mixed):
        return distillation_loss(z, p, y, alpha=ALPHA)

    def plain(z, p, y, mixed):
        with _only_torch():
            return distillation_loss(z, p, y, alpha=ALPHA)

    found = {"eager": lambda z, p, y, mixed: eager(z, p, y), "tuned": tuned}
    if compile_:
        graph = torch.compile(eager, dynamic=False)
        found["compiled"] = lambda z, p, y, mixed: graph(z, p, y)
    return {**found, "torch": plain, "ours": ours}


class _only_torch:
    def __enter__(self):
        self.kept, _native.serves = _native.serves, lambda *tensors_and_settings: False

    def __exit__(self, *_):
        _native.serves = self.kept


def measure(n_rows, n_classes, losses, rounds):
    generator = torch.Generator().manual_seed(0)
    z = torch.randn(n_rows, n_classes, generator=generator, requires_grad=True)
    p = torch.softmax(2 * torch.randn(n_rows, n_classes, generator=generator), dim=1)
    y = torch.randint(n_classes, (n_rows,), generator=generator)
    mixed = ALPHA * p + (1 - ALPHA) * F.one_hot(y, n_classes)
    raw, sink = z.detach(), torch.empty_like(p)

    def step(loss):
        z.grad = None
        loss(z, p, y, mixed).backward()

    steps = {name: lambda loss=loss: step(loss) for name, loss in losses.items()}
    if instruction_sets():
        steps["kernel"] = lambda: _native.loss_and_gradient(raw, p, y, None, SETTINGS)
    steps["triad"] = lambda: torch.add(raw, p, alpha=2.0, out=sink)
    expected = torch.autograd.grad(eager(z, p, y), z)[0]
    for name in losses:
        steps[name]()
        torch.testing.assert_close(z.grad, expected, rtol=1e-3, atol=1e-6)
    times = in_turn(steps, rounds, SECONDS_A_ROUND)
    return {name: 1e6 * values for name, values in times.items()}


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--classes", type=int, nargs="+", default=[2, 10, 100, 1000])
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--no-compile", action="store_true")
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    skdistill.show_versions()
    losses = contenders(not args.no_compile)
    for n_rows in (256, 1024, 8192):
        for n_classes in args.classes:
            torch.compiler.reset()
            times = measure(n_rows, n_classes, losses, args.rounds)
            print(f"\n{n_rows} x {n_classes}, {args.threads} thread(s)")
            best = np.min([times[k] for k in ("tuned", "compiled") if k in times], axis=0)
            for name, values in times.items():
                line = f"  {name:<9}{np.median(values):>11.1f} µs"
                if name in losses:
                    q = np.quantile(times["eager"] / values, [0.25, 0.5, 0.75])
                    line += f"   eager / this {q[1]:6.2f} [{q[0]:.2f}, {q[2]:.2f}]"
                    line += f"   best of torch / this {np.median(best / values):6.2f}"
                if name == "kernel":
                    line += f"   this / triad {np.median(values / times['triad']):6.2f}"
                print(line, flush=True)


if __name__ == "__main__":
    main()
