"""The comparison of the peers, from made-up figures."""

import pandas as pd

from benchmarks.peers import report


def rows_of(*models):
    """Return rows of one set: peer, model, log loss, bytes, latency, whether it was chosen."""
    columns = ["peer", "model", "log_loss", "bytes", "latency_us", "chosen"]
    rows = pd.DataFrame(models, columns=columns)
    return rows.assign(set="a", seed=0, accuracy=0.5, seconds=1.0, error=None)


OURS = ("skdistill", "skdistill", 0.30, 100, 50.0, False)
CHOSEN = ("autogluon", "autogluon spunge CatBoost_DSTL", 0.35, 200, 40.0, True)
BETTER = ("autogluon", "autogluon None LightGBM_DSTL", 0.29, 200, 90.0, False)
ALSO_CHOSEN = ("autogluon", "autogluon None CatBoost_DSTL", 0.33, 200, 90.0, True)


def test_autogluon_is_judged_by_its_choice_and_by_its_best_student():
    table = report.comparison(rows_of(OURS, CHOSEN, BETTER, ALSO_CHOSEN)).set_index("model")
    assert table["log_loss"].to_dict() == {report.CHOSEN: 0.35, report.BEST: 0.29}


def test_a_loss_stands_before_the_wins():
    text = report.text_of(rows_of(OURS, CHOSEN, BETTER))
    losses, wins = text.split("## Wins")
    assert report.BEST in losses.split("## Losses")[1]
    assert report.CHOSEN in wins


def test_a_lower_loss_counts_in_full_only_where_bytes_and_latency_are_no_more():
    table = report.comparison(rows_of(OURS, CHOSEN))
    slower = next(iter(report.verdicts(table)))
    assert "lower log loss on 1 of 1" in slower
    assert slower.endswith("on 0")
    faster = (*CHOSEN[:4], 60.0, True)
    assert next(iter(report.verdicts(report.comparison(rows_of(OURS, faster))))).endswith("on 1")


def test_what_failed_is_named():
    rows = rows_of(OURS, CHOSEN, ("autogluon", "autogluon munge", float("nan"), 0, 0.0, False))
    rows.loc[2, "error"] = "TypeError: no such argument"
    assert "- a, autogluon munge: TypeError: no such argument" in report.text_of(rows)
