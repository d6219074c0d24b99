"""The comparison of the peers: a table in Markdown, losses first, and a plot."""

import numpy as np
import pandas as pd

from benchmarks.shared import markdown, new_figure

OURS = "skdistill"
CHOSEN, BEST = "autogluon, its choice", "autogluon, best of all"
TICKS = (0.7, 0.8, 0.9, 1, 1.2, 1.5, 2, 3)
WIDEST = 3.0  # ratio at which the plot ends: what is beyond stands at the edge
TEACHERS = {"teacher": "its teacher", "autogluon teacher": "AutoGluon's teacher"}
RIVALS = {  # the columns of the plot's legend, in the order of its markers
    CHOSEN: ("s", "tab:orange"),
    BEST: ("D", "tab:red"),
    "tabtune mlp": ("v", "tab:purple"),
    "tabtune lgbm": ("^", "tab:pink"),
    "tabm": ("P", "tab:green"),
    "realmlp": ("X", "tab:olive"),
    "mlp": ("o", "0.6"),
    "boosting": ("x", "0.4"),
}


def distilled(rows):
    """Return the rows of AutoGluon's students."""
    is_student = (rows["peer"] == "autogluon") & (rows["model"] != "autogluon teacher")
    return rows[is_student & rows["log_loss"].notna()]


def with_autogluon(rows):
    """Return one row a set, seed and model; AutoGluon's students become two models.

    Its choice is what its validation rows favour among the students of its default augmentation;
    the best of all has the lowest log loss on the test rows, which nobody knows beforehand.
    """
    students, split = distilled(rows), ["set", "seed"]
    default = students["model"].str.startswith("autogluon spunge")
    chosen = students[default & (students["chosen"].astype(str) == "True")]
    best = students.loc[students.groupby(split)["log_loss"].idxmin()]
    others = rows[rows["log_loss"].notna()].drop(students.index)
    found = [others, chosen.assign(of=chosen["model"], model=CHOSEN)]
    return pd.concat([*found, best.assign(of=best["model"], model=BEST)])


def comparison(rows):
    """Return a row for each set and rival: our figures, the rival's, and what they amount to."""
    figures = ["accuracy", "log_loss", "bytes", "latency_us", "seconds"]
    means = with_autogluon(rows).groupby(["set", "model"])[figures].mean()
    ours = means.xs(OURS, level="model")
    table = means[means.index.get_level_values("model").isin(RIVALS)].reset_index()
    table = table.join(ours.add_suffix("_ours"), on="set", how="inner")
    table["difference"] = table["log_loss_ours"] - table["log_loss"]
    table["smaller"] = table["bytes_ours"] <= table["bytes"]
    table["faster"] = table["latency_us_ours"] <= table["latency_us"]
    return table.sort_values("difference", ascending=False)


def readable(table):
    """Return the comparison as it is printed: the rival's figure, then ours in brackets."""
    columns = {
        "log loss": ("log_loss", "{:.4f}", 1),
        "accuracy": ("accuracy", "{:.4f}", 1),
        "kB": ("bytes", "{:,.0f}", 1e-3),
        "one row, µs": ("latency_us", "{:,.0f}", 1),
        "fit, s": ("seconds", "{:,.0f}", 1),
    }
    found = {"set": table["set"], "rival": table["model"]}
    for title, (name, form, unit) in columns.items():
        pairs = zip(unit * table[name], unit * table[f"{name}_ours"], strict=True)
        found[title] = [f"{form.format(its)} ({form.format(ours)})" for its, ours in pairs]
    return pd.DataFrame(found)


def verdicts(table):
    """Return lines that count the sets on which our student has the lower log loss."""
    for rival in RIVALS:
        rows = table[table["model"] == rival]
        if len(rows):
            lower = rows["difference"] < 0
            whole = lower & rows["smaller"] & rows["faster"]
            yield (
                f"- {rival}: lower log loss on {lower.sum()} of {len(rows)} sets, "
                f"at no more bytes and no more one-row latency on {whole.sum()}"
            )


def teachers(rows):
    """Return the log loss of both teachers beside our student's, set by set."""
    found = rows[rows["model"].isin([OURS, *TEACHERS])]
    table = found.pivot_table(index="set", columns="model", values="log_loss")
    return table.rename(columns=TEACHERS).reset_index()


def text_of(rows):
    """Return the whole report in Markdown."""
    table = comparison(rows)
    lost = table["difference"] >= 0
    lines = ["# The default student beside its peers", "", *verdicts(table)]
    lines += ["", "Each column has the rival's figure, then the default student's in brackets."]
    for title, part in (("Losses", table[lost]), ("Wins", table[~lost])):
        lines += ["", f"## {title}", "", markdown(readable(part)) if len(part) else "None."]
    lines += ["", "## Teachers, log loss", "", markdown(teachers(rows))]
    failed = rows[rows["error"].notna()]
    if len(failed):
        lines += ["", "## Without a result", ""]
        lines += [f"- {r.set}, {r.model}: {r.error}" for r in failed.itertuples()]
    return "\n".join(lines) + "\n"


def plot(rows, path):
    """Draw each rival's log loss relative to our student's, set by set."""
    table = comparison(rows)
    ratio = table.assign(ratio=table["log_loss"] / table["log_loss_ours"])
    ratio = ratio.pivot(index="set", columns="model", values="ratio")
    ratio = ratio.loc[ratio.median(axis=1).sort_values().index]
    figure, axes = new_figure(8, 0.4 * len(ratio) + 1.8)
    ax, y = axes[0, 0], np.arange(len(ratio))
    for model, (marker, color) in RIVALS.items():
        if model in ratio:
            near = ratio[model].clip(upper=WIDEST)
            ax.plot(near, y, marker, color=color, label=model, linestyle="")
    ax.axvline(1, color="tab:blue", linewidth=1)
    ax.set_yticks(y, ratio.index)
    ax.set_xscale("log")
    ticks = [x for x in TICKS if ax.get_xlim()[0] <= x <= ax.get_xlim()[1]]
    ax.set_xticks(ticks, [f"{x:g}" for x in ticks])
    ax.set_xticks([], minor=True)
    ax.set_xlabel(
        "log loss relative to the default student's "
        f"(right of the line it wins; the edge: {WIDEST:g} or more)"
    )
    figure.legend(loc="outside upper center", ncols=4)
    ax.grid(axis="x", alpha=0.3)
    figure.savefig(path, dpi=120)


def print_report(rows, folder):
    """Print the report, and write it and the plot into a folder."""
    if OURS not in rows.loc[rows["log_loss"].notna(), "model"].to_numpy():
        print("Nothing to compare with yet: run this with --peers skdistill as well.")
        return
    text = text_of(rows)
    print(text)
    (folder / "peers.md").write_text(text)
    plot(rows, folder / "peers.png")
