"""The report's page as a browser shows it: on a desk and on a phone, by day and in dark mode."""

import html
import json
import os
import re
import shutil
import subprocess

import pytest

pytestmark = pytest.mark.slow

BROWSERS = (
    *("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome"),
    *("microsoft-edge", "brave-browser"),
)
DESK, PHONE = 1280, 375
SMALLEST = 8  # pixels of a plot's text

# In a frame, for a window cannot be as narrow as a phone. What the page asks for is refused.
FRAME = """<!DOCTYPE html><meta charset="utf-8"><meta name="color-scheme" content="light dark">
<body style="margin: 0">
<iframe style="width: {width}px; height: 900px; border: 0" srcdoc="{page}"></iframe>
<pre id="found"></pre><script>{script}</script>
"""
WATCH = """<meta http-equiv="Content-Security-Policy"
 content="default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'">
<script>
var asked = [];
addEventListener("securitypolicyviolation", event => asked.push(event.blockedURI));
</script>
"""
SCRIPT = """
document.querySelector("iframe").onload = event => {
  const page = event.target.contentWindow, root = page.document.documentElement;
  const all = (query, f) => [...page.document.querySelectorAll(query)].map(f);
  const style = element => page.getComputedStyle(element);
  const found = {
    plots: all("svg, img", plot => {
      const box = plot.getBoundingClientRect();
      const inside = plot.getBBox ? plot.getBBox().width : plot.naturalWidth;
      return {shown: plot.checkVisibility(), size: [box.width, box.height, inside]};
    }),
    text: all("svg text", text => {
      const svg = text.ownerSVGElement;
      const scale = svg.getBoundingClientRect().width / svg.viewBox.baseVal.width;
      return {color: style(text).fill, size: parseFloat(style(text).fontSize) * scale};
    }),
    asked: page.asked,
    loaded: page.performance.getEntriesByType("resource").map(entry => entry.name),
    overflow: root.scrollWidth - root.clientWidth,
    cut: all(".wide", part => part.scrollWidth - part.clientWidth),
    background: style(page.document.body).backgroundColor,
    color: style(page.document.body).color,
  };
  document.getElementById("found").textContent = JSON.stringify(found);
};
"""


@pytest.fixture(scope="module")
def browser():
    told = os.environ.get("SKDISTILL_BROWSER")
    names = [told] if told else BROWSERS
    path = next(filter(None, map(shutil.which, names)), None)
    if path is None:
        pytest.fail(
            f"No browser to show the page in: found none of {', '.join(names)}. Install "
            "Chromium, or set SKDISTILL_BROWSER to the path of a browser of its kind."
        )
    return path


def look(browser, folder, page, width=DESK, *, dark=False):
    """Return what the browser shows of a page."""
    assert page.count("<head>") == 1
    page = page.replace("<head>", "<head>" + WATCH)
    frame = folder / "frame.html"
    frame.write_text(FRAME.format(width=width, page=html.escape(page), script=SCRIPT), "utf-8")
    command = [browser, "--headless", "--disable-gpu", "--no-first-run", "--dump-dom"]
    command += [f"--user-data-dir={folder / 'browser'}", f"--window-size={DESK},900"]
    command += [f"--blink-settings=preferredColorScheme={0 if dark else 1}"]
    command += ["--virtual-time-budget=5000", "--no-sandbox"]  # no sandbox for root
    done = subprocess.run([*command, frame.as_uri()], capture_output=True, text=True, timeout=120)
    found = re.search(r'<pre id="found">(.+?)</pre>', done.stdout, re.DOTALL)
    assert found, f"{browser} showed nothing: {done.stderr[-2000:]}"
    return json.loads(html.unescape(found[1]))


def brightness(color):
    """Return 0 for black and 1 for white."""
    return sum(map(int, re.findall(r"\d+", color)[:3])) / (3 * 255)


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("width", [DESK, PHONE])
def test_the_page_is_shown_whole_and_legible(case, browser, tmp_path, width, dark):
    found = look(browser, tmp_path, case.report.to_html(), width, dark=dark)
    assert len(found["plots"]) == len(case.report.panels)
    for plot in found["plots"]:
        assert plot["shown"]
        assert min(plot["size"]) > 0
    assert found["asked"] == found["loaded"] == []
    assert found["overflow"] == 0
    assert min(text["size"] for text in found["text"]) >= SMALLEST
    colors = [found["color"], *(text["color"] for text in found["text"])]
    if dark:
        assert brightness(found["background"]) < 0.2
        assert min(map(brightness, colors)) > 0.8
    else:
        assert brightness(found["background"]) > 0.8
        assert max(map(brightness, colors)) < 0.2


def test_no_column_is_out_of_sight_on_a_desk(case, browser, tmp_path):
    found = look(browser, tmp_path, case.report.to_html())
    assert len(found["cut"]) == 4
    assert max(found["cut"]) == 0


def test_what_is_amiss_would_be_seen(browser, tmp_path):
    page = (
        '<html><head></head><body style="background: white; color: black">'
        '<img src="https://example.invalid/plot.png"><svg style="display: none"></svg>'
        '<svg viewBox="0 0 400 10" style="width: 100px"><text y="9">small</text></svg>'
        '<div class="wide" style="width: 500px; overflow: auto"><p style="width: 600px"></div>'
    )
    found = look(browser, tmp_path, page, PHONE, dark=True)
    image, hidden, _ = found["plots"]
    assert image["size"][2] == 0
    assert not hidden["shown"]
    assert found["asked"] == ["https://example.invalid/plot.png"]
    assert found["overflow"] > 100
    assert found["cut"] == [100]
    assert found["text"][0]["size"] == pytest.approx(4)
    assert brightness(found["background"]) == 1
