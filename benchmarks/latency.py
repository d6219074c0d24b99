"""One row, batches, size and loading: a student in all its forms beside its teachers in theirs.

    OMP_NUM_THREADS=1 python -m benchmarks.latency [--set covtype] [--rows 30000]

The teachers are a forest of 500 trees, scikit-learn's gradient boosting of 300 iterations,
LightGBM's of 500 trees of 63 leaves and XGBoost's of 500; the student is a `DistilledClassifier`
of scikit-learn's boosting, with its defaults. 70 % of the rows are for training, the others for
accuracy and log loss. Rows are float32 arrays, categories one-hot; with `--frame` they are frames,
and teachers have an ordinal encoder, whose codes their compiled forms get ready-made; there the
student also takes single rows as dicts. `forms.py` makes all forms.

All run on one thread of one process, in rounds in which each form has its turn, on rows that are
beforehand in the form that it takes. Calls of more than a millisecond, and loading, are timed in
CPU seconds, lest other processes count. C is called through ctypes with prepared pointers; for the
teachers tl2cgen writes it. `bare` is the student's forward in NumPy, of encoded rows. Ratios are
medians over rounds, with the least and the most. Of 100,000 rows slow forms answer a part only.
Loading happens in new processes: imports, the file, a first answer, without Python's own start;
memory is the most that such a process held. `off` is the largest difference of a probability from
that of the model's first form.

Models and what is compiled are kept in `--cache`; figures go to `--output` as JSON lines. What
is not installed, or fails, is listed. Real data come from OpenML, or from the folder in
SKDISTILL_DATA.
"""

import argparse
import json
import os
import pickle
import subprocess
import sys
import time
import warnings
from functools import partial
from pathlib import Path

import joblib
import numpy as np
import pandas as pd
import torch
from sklearn.compose import make_column_selector
from sklearn.ensemble import HistGradientBoostingClassifier, RandomForestClassifier
from sklearn.metrics import accuracy_score, log_loss
from sklearn.model_selection import train_test_split
from sklearn.pipeline import make_pipeline
from threadpoolctl import threadpool_limits

from benchmarks.datasets import load
from benchmarks.forms import student_forms, take, teacher_forms
from benchmarks.models import ordinal
from benchmarks.shared import seconds_of, spread
from skdistill import DistilledClassifier

TEACHERS = ("forest", "boosting", "lightgbm", "xgboost")
BATCHES = (1_000, 100_000)
N_ROWS_IN_TURN, SECONDS_A_ROUND, MOST_CALLS = 64, 0.05, 1000
FEW_ROUNDS, SECONDS_A_BATCH = 5, 2.0  # of what is slow

LOAD = """\
import time
start = time.process_time()
import pickle, sys
path, row = sys.argv[1], pickle.load(open(sys.argv[2], "rb"))
{code}
print(time.process_time() - start)
print(next(line for line in open("/proc/self/status") if "VmHWM" in line).split()[1])
"""


def teacher_of(kind, options):
    n = 20 if options.quick else 500
    if kind == "forest":
        model = RandomForestClassifier(n, n_jobs=1, random_state=0)
    elif kind == "boosting":
        n = min(n, 300)
        model = HistGradientBoostingClassifier(max_iter=n, early_stopping=False, random_state=0)
    elif kind == "lightgbm":
        from lightgbm import LGBMClassifier

        model = LGBMClassifier(n_estimators=n, num_leaves=63, n_jobs=1, verbose=-1)
    else:
        from xgboost import XGBClassifier

        model = XGBClassifier(n_estimators=n, n_jobs=1)
    return make_pipeline(codes(), model) if options.frame else model


def codes():
    """Return `ordinal()`, but so that a process that loads it imports nothing from here."""
    step = ordinal()
    ((name, encoder, _),) = step.transformers
    is_text = make_column_selector(dtype_include="category")
    return step.set_params(transformers=[(name, encoder, is_text)])


def kept(path, make):
    """Return what the file holds, made and written first where there is none."""
    if not path.exists():
        start = time.perf_counter()
        joblib.dump(make(), path)
        print(f"{path.stem}: {time.perf_counter() - start:.0f} s of fit", flush=True)
    return joblib.load(path)


def made(makers, model, failures):
    """Return the forms that answer a row; note why the others do not."""
    found = {}
    for name, make in makers.items():
        key = f"{model}, {name}"
        try:
            form = make()
            form.bind(np.arange(1))()
            found[key] = form
        except ImportError as error:
            failures[key] = f"not installed: {error.name}"
        except Exception as error:  # of any converter
            failures[key] = " ".join(f"{type(error).__name__}: {error}".split())[:200]
    return found


def interleaved(actions, rounds, least):
    """Return the seconds of calls, by round, of each name; in every round each has its turn."""
    turns, times = {}, {name: [] for name in actions}
    for name, calls in actions.items():
        for _ in range(2):  # the first one warms up, where that takes no second
            seconds = seconds_of(calls[0], clock=time.process_time)
            if seconds >= 1:
                break
        n_calls = int(np.clip(SECONDS_A_ROUND / seconds, least, MOST_CALLS))
        clock = time.process_time if seconds > 1e-3 else time.perf_counter  # the cheaper clock
        turns[name] = [calls[i % len(calls)] for i in range(n_calls)], clock
    for _ in range(rounds):
        for name, (calls, clock) in turns.items():
            times[name].append([seconds_of(call, clock=clock) for call in calls])
    return times


def load_all(forms, rounds, cache):
    """Return seconds and MB of every loading in a new process, by round, of each name."""
    found = {}
    for _ in range(rounds):
        for name, form in forms.items():
            if form.load:
                row = cache / "row.pkl"
                row.write_bytes(pickle.dumps(form.row(take(form.X, np.arange(1)))))
                command = [sys.executable, "-c", LOAD.format(code=form.load)]
                command += [form.path.absolute(), row]
                text = subprocess.run(command, check=True, capture_output=True, text=True).stdout
                seconds, kilobytes = map(float, text.split())
                found.setdefault(name, []).append((seconds, kilobytes / 1024))
    return {name: np.array(times) for name, times in found.items()}


def measure(forms, y, options):
    """Return medians by round of a row's seconds and of loading, by name, and figures by name."""
    few_rounds = min(FEW_ROUNDS, options.rounds)
    singles = {k: [f.bind([i]) for i in range(N_ROWS_IN_TURN)] for k, f in forms.items()}
    calls, rounds = {1: interleaved(singles, options.rounds, least=5)}, {}
    rounds[1] = {key: medians(times) for key, times in calls[1].items()}
    sizes = {key: BATCHES[0] for key, form in forms.items() if form.batch}
    for n in BATCHES:
        if n > BATCHES[0]:
            a_row = {key: np.median(times) for key, times in rounds[BATCHES[0]].items()}
            sizes = {k: int(np.clip(SECONDS_A_BATCH / s, 1000, n)) for k, s in a_row.items()}
        actions = {k: [forms[k].bind(np.arange(m) % len(y))] for k, m in sizes.items()}
        times = interleaved(actions, few_rounds, least=1)
        rounds[n] = {key: medians(times[key]) / m for key, m in sizes.items()}
    loads = load_all(forms, few_rounds, options.cache)
    rounds["load"] = {key: found[:, 0] for key, found in loads.items()}
    figures, first = {}, {}
    for key, form in forms.items():
        figures[key] = found = {
            "p50 µs": 1e6 * np.median(rounds[1][key]),
            "p99 µs": 1e6 * np.percentile(np.concatenate(calls[1][key]), 99),
            "÷ runtime": spread(rounds[1][key] / rounds[1]["student, runtime"], ".3g"),
        }
        if form.batch:
            found |= {f"rows/s, {n:,}": 1 / np.median(rounds[n][key]) for n in BATCHES}
        if form.load:
            found["kB"] = form.path.stat().st_size / 1000
            found["load s"], found["MB"] = np.median(loads[key], axis=0)
        if form.answers:
            p = np.asarray(form.bind(np.arange(len(y)))(), np.float64).reshape(len(y), -1)
            p = p if p.shape[1] > 1 else np.column_stack([1 - p, p])
            found["accuracy"] = accuracy_score(y, p.argmax(axis=1))
            found["log loss"] = log_loss(y, p / p.sum(axis=1, keepdims=True))
            found["off"] = np.abs(p - first.setdefault(key.split(",")[0], p)).max()
    return rounds, figures


def medians(times):
    return np.array([np.median(of_round) for of_round in times])


def gates(rounds, kinds):
    """Yield what is compared, how many times faster by round, what is required, and the aim."""
    runtime, one, loading = "student, runtime", rounds[1], rounds["load"]
    a_row = one.get("student, dict", one[runtime])  # a frame is not what a server gets

    def rival(n):
        """Return the name of the fastest form of any boosting, native ones included."""
        boosting = [k for k in rounds[n] if k.split(",")[0] in set(kinds) - {"forest"}]
        return min(boosting, key=lambda key: np.median(rounds[n][key]))

    yield f"one row, runtime: {rival(1)}", one[rival(1)] / a_row, 5, 50
    if "student, clf on array" in one:
        for kind in kinds:
            ratios = one[f"{kind}, native"] / one["student, clf on array"]
            yield f"one row, clf on array: {kind}", ratios, 10 if kind == "xgboost" else 15, None
    ratios = one["student, check_array"] / one["student, clf on frame"]
    yield "one row, clf on frame: check_array", ratios, 5, 20
    yield "one row, runtime: bare NumPy", one["student, bare"] / a_row, 0.5, 1
    for n in BATCHES:
        yield f"{n:,} rows: {rival(n)}", rounds[n][rival(n)] / rounds[n][runtime], 20, 60
    for kind in kinds:
        ratios = loading[f"{kind}, native"] / loading[runtime]
        yield f"loading: {kind}", ratios, 1, 10


def report(rounds, figures, failures, options):
    about = {"set": options.set, "rows": options.rows, "frame": options.frame}
    lines = [{"form": key, **found} for key, found in figures.items()]
    lines += [{"form": key, "failed": reason} for key, reason in failures.items()]
    table = pd.DataFrame(figures.values(), index=list(figures))
    formats = dict.fromkeys(table.columns, "{:,.0f}".format)
    formats |= {"p50 µs": "{:,.1f}".format, "p99 µs": "{:,.1f}".format, "÷ runtime": str}
    formats |= {"load s": "{:.3f}".format, "accuracy": "{:.4f}".format}
    formats |= {"log loss": "{:.3f}".format, "off": "{:.0e}".format}
    print(table.to_string(formatters=formats, na_rep="-"))
    for key, reason in failures.items():
        print(f"{key}: {reason}")
    print("\nTimes faster than")
    for text, ratios, least, aim in gates(rounds, options.teachers):
        lines.append({"gate": text, "ratios": ratios.tolist(), "least": least, "aim": aim})
        verdict = "met" if np.median(ratios) >= least else "MISSED"
        aimed = f", aim {aim}" if aim else ""
        print(f"{text:40s} {spread(ratios, '.3g'):28s} at least {least}{aimed}: {verdict}")
    options.output.write_text("".join(json.dumps(about | line) + "\n" for line in lines))


def run(options):
    frame, y = load(options.set, options.rows)
    y = np.unique(y, return_inverse=True)[1]
    frame = frame if options.frame else pd.get_dummies(frame, dtype=np.uint8)
    X = frame if options.frame else frame.to_numpy(np.float32)
    train, test = train_test_split(np.arange(len(y)), test_size=0.3, stratify=y, random_state=0)
    X_train, y_train = take(X, train), y[train]
    X_test, frame_test = take(X, test), frame.iloc[test]
    cache, failures = options.cache, {}
    settings = {"max_epochs": 3, "alpha": 0.5, "transfer": None} if options.quick else {}
    clf = DistilledClassifier(teacher_of("boosting", options), random_state=0, **settings)
    clf = kept(cache / "clf.joblib", partial(clf.fit, X_train, y_train))
    makers = student_forms(clf, X_test, frame_test, X_train[:1000], cache)
    forms = made(makers, "student", failures)
    for kind in options.teachers:
        path = cache / f"{kind}.joblib"
        if kind == "boosting":
            model = kept(path, lambda: clf.teacher_)
        else:
            model = kept(path, partial(teacher_of(kind, options).fit, X_train, y_train))
        makers = teacher_forms(kind, model, X_test, cache)
        if kind == "forest" and not options.forest_onnx:
            del makers["ONNX"]
        forms |= made(makers, kind, failures)
    with threadpool_limits(1):  # of all libraries that are loaded by now
        report(*measure(forms, y[test], options), failures, options)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--set", default="covtype")
    parser.add_argument("--rows", type=int, default=30_000)
    parser.add_argument("--frame", action="store_true")
    parser.add_argument("--teachers", nargs="+", choices=TEACHERS, default=TEACHERS)
    parser.add_argument("--no-forest-onnx", dest="forest_onnx", action="store_false")
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--quick", action="store_true", help="small teachers, three epochs")
    parser.add_argument("--cache", type=Path, default=Path("build/latency"))
    parser.add_argument("--output", type=Path, default=Path("build/latency.jsonl"))
    options = parser.parse_args()
    suffix = "-frame" * options.frame + "-quick" * options.quick
    options.cache /= f"{options.set}-{options.rows}{suffix}"
    options.cache.mkdir(parents=True, exist_ok=True)
    warnings.simplefilter("ignore")
    torch.set_num_threads(1)
    os.environ["OMP_NUM_THREADS"] = "1"  # in new processes
    run(options)


if __name__ == "__main__":
    main()
