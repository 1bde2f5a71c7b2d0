"""The notebooks as they are saved, read without a kernel: each output in a separate frame in which scripts run, as Colab
shows it, or all on one page, as nbconvert writes it. Screenshots stay in .deps/screenshots."""

import html
import re

import nbformat
import pytest
from conftest import ROOT
from nbconvert import HTMLExporter
from test_browser import CHROMIUM, SCREENSHOTS

# A frame tells its height, as Colab's do; the page around it sets it.
TELL = "<script>new ResizeObserver(() => parent.postMessage(document.body.offsetHeight, '*')).observe(document.body)</script>"
LISTEN = """<script>addEventListener("message", event => {
  for (const frame of document.querySelectorAll("iframe")) if (frame.contentWindow === event.source) frame.style.height = event.data + 30 + "px";
})</script>"""
STYLE = "<style>body{font:14px sans-serif}td,th{padding:4px 8px}</style>"
FROM_OTHERS = ("require_js_url", "jquery_url", "mathjax_url", "mermaid_js_url")  # what nbconvert's own page fetches
BADGE = re.compile(r"\[!\[Open in Colab\].*")  # a picture of Colab's

pytestmark = [
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine (Debian and Ubuntu: apt-get install chromium)"),
    pytest.mark.filterwarnings("ignore:IPython3 lexer unavailable"),
]


def page_of(name, framed):
    """A saved notebook as HTML."""
    notebook = nbformat.read(ROOT / "notebooks" / f"{name}.ipynb", as_version=4)
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            cell.source = BADGE.sub("", cell.source)
        for output in cell.get("outputs", []):
            data = output.get("data", {})
            if framed and data.get("text/html"):
                inside = html.escape(f"<!doctype html><meta charset=utf-8>{STYLE}<body>{data['text/html']}{TELL}")
                data["text/html"] = f'<iframe sandbox="allow-scripts" style="width:100%;border:0" srcdoc="{inside}"></iframe>'
    exporter = HTMLExporter(**{setting: "" for setting in FROM_OTHERS})
    return exporter.from_notebook_node(notebook)[0].replace("</body>", (LISTEN if framed else "") + "</body>")


class Reader:
    """A page without a kernel, and what went wrong on it."""

    def __init__(self, page, path):
        self.page, self.faults = page, []
        page.on("pageerror", lambda error: self.faults.append(f"script error: {error}"))
        page.on("console", lambda message: message.type == "error" and self.faults.append(f"console: {message.text}"))
        page.on("request", lambda request: self.asked(request.url))
        page.on("websocket", lambda socket: self.asked(socket.url))
        page.goto(path.as_uri())
        page.wait_for_timeout(1500)  # scripts and pictures

    def asked(self, url):
        if not url.startswith(("file:", "data:", "about:", "blob:")):
            self.faults.append(f"request to {url}")

    def holding(self, selector):
        """The frame, or the page, that holds an element, and the element."""
        for frame in self.page.frames:
            found = frame.locator(selector)
            if found.count():
                return frame, found
        raise AssertionError(f"nothing on the page is {selector}")

    def text(self):
        return " ".join(" ".join(frame.locator("body").inner_text().split()) for frame in self.page.frames)

    def show(self, selector):
        """Scrolls to an element, and returns it. In a frame out of sight Chromium draws nothing."""
        frame, found = self.holding(selector)
        if frame != self.page.main_frame:
            frame.frame_element().scroll_into_view_if_needed()
        found.first.evaluate("e => e.scrollIntoView()")
        self.page.wait_for_timeout(300)
        return found.first

    def shoot(self, selector, name):
        self.show(selector)
        self.page.screenshot(path=SCREENSHOTS / f"{name}.png")


@pytest.fixture(scope="module")
def chromium():
    from playwright.sync_api import sync_playwright

    SCREENSHOTS.mkdir(exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture(params=["framed", "one page"])
def read(request, chromium, tmp_path):
    def opened(name):
        path = tmp_path / f"{name}.html"
        path.write_text(page_of(name, request.param == "framed"))
        reader = Reader(chromium.new_page(viewport={"width": 1200, "height": 1000}), path)
        reader.kind = request.param.replace(" ", "-")
        return reader

    return opened


def check_pictures(reader, at_least):
    widths = reader.page.evaluate("[...document.querySelectorAll('img')].map(i => i.complete && i.naturalWidth)")
    assert len(widths) >= at_least and all(widths), widths


def test_loss_curve_without_a_kernel(read):
    """The sliders compute what the notebook computed: the same values at their start, and beta five times as large."""
    reader = read("01_dpo_walkthrough")
    view = reader.show(".dpo-losscurve")
    before = [view.locator(f"[data-dpo={name}]").inner_text() for name in ("margin", "loss", "weight", "push")]
    for beta, values in (("0.5", ("= 2.50", "= 0.079", "= 0.076", "= 0.0379")), ("0.1", ("= 0.50", "= 0.474", "= 0.378", "= 0.0378"))):
        view.locator("input[type=range]").first.fill(beta)
        lines = [view.locator(f"[data-dpo={name}]").inner_text() for name in ("margin", "loss", "weight", "push")]
        assert all(value in line for value, line in zip(values, lines)), lines
    assert lines == before
    reader.shoot(".dpo-losscurve", f"saved-01-losscurve-{reader.kind}")
    assert reader.faults == []


def test_sweep_is_all_there(read):
    reader = read("03_beta")
    check_pictures(reader, 3)
    text = reader.text()
    for part in ("The runs in runs/betas, best first", "held-out accuracy", "beta-0.05", "beta-0.1", "beta-0.3",
                 "95 % interval", "Answers of at most 128 tokens"):
        assert part in text, part
    table = "div:has(> div:has-text('The runs in')) > table"
    rows = reader.holding(table)[1].locator("tr")
    assert rows.count() == 4 and all(rows.nth(i).is_visible() for i in range(4))
    reader.shoot(table, f"saved-03-{reader.kind}")
    assert reader.faults == []


def test_understanding_is_all_there(read):
    reader = read("06_understanding")
    check_pictures(reader, 4)
    text = reader.text()
    for part in ("The labels look swapped", "Something is wrong with this run", "Is it learning?", "What else runs/sound changed",
                 "ranks more pairs right than", "gonbext.Ranked("):
        assert part in text, part
    check_inspector(reader)
    reader.shoot("text=Something is wrong with this run", f"saved-06-diagnosis-{reader.kind}")
    reader.shoot("text=gonbext.Ranked( >> visible=true", f"saved-06-ranking-{reader.kind}")
    assert reader.faults == []


def check_inspector(reader):
    """Tokens in colour with their numbers on hover; the buttons go through pairs and checkpoints."""
    inspector = reader.show(".dpo-inspector")
    tokens = inspector.locator("span[title*='log-ratio']")
    assert tokens.count() > 20
    for at in (0, tokens.count() - 1):
        assert tokens.nth(at).is_visible() and "log π_ref " in tokens.nth(at).get_attribute("title")
    colours = {tokens.nth(i).evaluate("e => getComputedStyle(e).backgroundColor") for i in range(tokens.count())}
    assert len(colours) > 10, colours
    before = inspector.inner_text()
    assert " 40" in before and "1 of " in before
    inspector.locator("button", has_text="pair ›").click()
    assert inspector.inner_text() != before and "2 of " in inspector.inner_text()
    inspector.locator("input[type=range]").fill("0")
    assert "after step 5" in inspector.inner_text()
    tokens.nth(3).hover()
    reader.shoot(".dpo-inspector", f"saved-06-inspector-{reader.kind}")


def test_inspector_without_scripts(chromium, tmp_path):
    """As on a page that takes scripts out: the most telling pairs, with their numbers on hover."""
    path = tmp_path / "06_understanding.html"
    path.write_text(page_of("06_understanding", framed=False))
    reader = Reader(chromium.new_context(java_script_enabled=False).new_page(), path)
    inspector = reader.show(".dpo-inspector")
    assert inspector.locator(".dpo-static > div").count() == 3 and inspector.locator("button").count() == 0
    tokens = inspector.locator("span[title*='log-ratio']")
    assert tokens.count() > 60 and tokens.last.is_visible()
    reader.shoot(".dpo-inspector", "saved-06-inspector-without-scripts")
    assert reader.faults == []
