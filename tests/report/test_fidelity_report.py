"""A report as Markdown, HTML and plots."""

import sys
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from skdistill.report import Slice

VOID = {"meta", "br", "link", "img", "use", "path"}


class Elements(HTMLParser):
    """Checks that elements nest, and collects ids, texts and addresses."""

    def __init__(self, text):
        super().__init__()
        self.open, self.seen, self.ids, self.links, self.text = [], [], [], [], ""
        self.feed(text)
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        self.seen.append(tag)
        if tag not in VOID:
            self.open.append(tag)
        self._note(attrs)

    def handle_startendtag(self, tag, attrs):
        self.seen.append(tag)
        self._note(attrs)

    def handle_endtag(self, tag):
        if tag not in VOID:
            assert self.open.pop() == tag

    def handle_data(self, data):
        self.text += data

    def _note(self, attrs):
        self.ids += [value for name, value in attrs if name == "id"]
        self.links += [value for name, value in attrs if name in ("href", "src")]


@pytest.fixture(scope="module")
def page(case):
    return case.report.to_html()


def test_the_page_is_whole_and_asks_for_nothing(case, page):
    elements = Elements(page)
    assert elements.seen.count("svg") == len(case.report.panels) == 6
    assert "://" not in page
    assert "@import" not in page
    assert "script" not in elements.seen
    assert all(link.startswith("#") for link in elements.links)
    assert len(set(elements.ids)) == len(elements.ids)
    assert {link[1:] for link in elements.links} <= set(elements.ids)


def test_the_page_reads_on_phones_and_in_dark_mode(page):
    assert 'name="viewport" content="width=device-width' in page
    assert "color-scheme: light dark" in page
    assert "currentColor" in page
    assert "#123456" not in page
    assert page.count('<div class="wide"') == page.count("<table>")


def test_verdict_and_figures_are_on_the_page(case, page):
    text = Elements(page).text
    assert "Verdict: distil" in text
    for reason in case.report.verdict.reasons:
        assert reason in text
    for row in case.report.models.values():
        assert f"{row.quality['brier']:.4f}" in text
        assert str(row.loss) in text


def test_names_from_data_are_escaped(case):
    part = Slice("<b>|", "</td>\n&", 20, {"agreement": 0.5, "kl": 0.1}, 0.1)
    report = replace(case.report, slices=(part,))
    page = report.to_html()
    assert "<b>" not in page
    assert "</td>\n&" in Elements(page).text
    row = next(line for line in report.to_markdown().splitlines() if "&lt;b>" in line)
    assert row == r"| &lt;b>\| | &lt;/td> & | 20 | 0.5000 | 0.1000 | 0.1000 |"


def test_markdown_has_a_row_for_every_model(case):
    lines = case.report.to_markdown().splitlines()
    assert lines[0] == "# Fidelity report: distil"
    for name, row in case.report.models.items():
        cells = next(line for line in lines if line.startswith(f"| {name} | ")).split(" | ")
        assert cells[1] == f"{row.quality['accuracy']:.4f}"
    tables = [i for i, line in enumerate(lines) if line.startswith("|---")]
    for i in tables:
        assert lines[i - 1].count("|") == lines[i].count("|") == lines[i + 1].count("|")


def test_plot_draws_every_panel(case):
    figure = case.report.plot()
    titles = [ax.get_title() for ax in figure.axes]
    assert titles == [panel.title for panel in case.report.panels]
    assert titles[0] == "Reliability"


def test_a_notebook_gets_the_element_without_a_page(case):
    text = case.report._repr_html_()
    elements = Elements(text)
    assert {"html", "body"}.isdisjoint(elements.seen)
    assert "svg" in elements.seen


def test_without_matplotlib_tables_remain_and_the_extra_is_named(case, monkeypatch):
    monkeypatch.setattr("skdistill.report._fidelity_report.find_spec", lambda name: None)
    assert "svg" not in Elements(case.report._repr_html_()).seen
    for name in ("matplotlib", "matplotlib.pyplot", "pandas"):
        monkeypatch.setitem(sys.modules, name, None)
    needs = r'needs {}, which is missing: pip install "skdistill\[report\]"'
    with pytest.raises(ImportError, match=r"to_html\(\) " + needs.format("matplotlib")):
        case.report.to_html()
    with pytest.raises(ImportError, match=r"plot\(\) " + needs.format("matplotlib")):
        case.report.plot()
    with pytest.raises(ImportError, match=r"frame\(\) " + needs.format("pandas")):
        case.report.frame()


def test_words_are_explained_and_classes_have_their_shares(case, page):
    text, markdown = Elements(page).text, case.report.to_markdown()
    for name in (*case.report.models, "gap closed", "ECE", "KL"):
        assert f"- **{name}**: " in markdown
        assert f"<dt>{name}</dt>" in page
    share = (case.y == "yes").mean()
    assert f"| yes | {share:.1%} | " in markdown
    assert "the class frequencies" in text


def test_the_prior_has_a_row_of_quality_and_none_of_costs(case):
    lines = case.report.to_markdown().splitlines()
    assert len([line for line in lines if line.startswith("| prior |")]) == 1
    assert case.report.frame()["n_bytes"].isna().tolist() == [True] + 5 * [False]
