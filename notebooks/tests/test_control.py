"""The buttons above a sweep: a reader stops, forks and extends its runs while the cell runs.

Screenshots stay in .deps/screenshots, to be looked at."""

import json
import re

import nbformat
import pytest
from conftest import wait
from small import CONNECT, DECLARATIONS, TOPICS, small_model  # noqa: F401
from test_browser import CHROMIUM, RUN_LIMIT, SCREENSHOTS, busy, lab, run_all  # noqa: F401

SWEEP = """%%
c := config(120)
c.Scheduler, c.WarmupSteps, c.SaveSteps = "constant", 0, 1
gonbext.Sweep("runs", c, pairs().HoldOut(0.3), gonbext.Betas(0.1, 0.3))
"""


@pytest.fixture
def unlimited(monkeypatch, small_model):  # noqa: F811
    """An environment in which a cell may be connected to its page, with a small model."""
    monkeypatch.delenv("DPO_MAX_STEPS", raising=False)
    monkeypatch.setenv("DPO_MODEL", str(small_model))


def shown(page):
    return " ".join(page.locator(".dpo-live").last.inner_text().split())


def press(page, button, run, **fields):
    bar = page.locator(".dpo-control").last
    bar.locator("select").select_option(run)
    for name, value in fields.items():
        bar.locator(f"input[data-field={name}]").fill(value)
    bar.locator(f"button[data-order={button}]").click()


@pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine (Debian and Ubuntu: apt-get install chromium)")
def test_a_sweep_is_controlled_while_it_goes(unlimited, lab, folder):  # noqa: F811
    from playwright.sync_api import sync_playwright

    pairs = [{"prompt": f"Tell me about {t}.", "chosen": f"Here is what I know of {t}.", "rejected": f"No {t} today."} for t in TOPICS]
    (folder / "pairs.jsonl").write_text("".join(json.dumps(pair) + "\n" for pair in pairs))
    notebook = nbformat.v4.new_notebook(metadata={"kernelspec": {"name": "gonb", "display_name": "Go (gonb)", "language": "go"}})
    notebook.cells = [nbformat.v4.new_code_cell(source) for source in (CONNECT, DECLARATIONS, SWEEP)]
    nbformat.write(notebook, folder / "sweep.ipynb")
    SCREENSHOTS.mkdir(exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1300, "height": 1000})
        page.goto(f"{lab}/tree/sweep.ipynb?token=test&reset", timeout=60_000)
        page.wait_for_selector(".jp-Notebook .jp-CodeCell", timeout=60_000)
        wait(lambda: run_all(page), 120, "running cell")
        wait(lambda: page.locator(".dpo-control").count() and page.locator(".dpo-control").last.is_visible(), RUN_LIMIT, "buttons")
        wait(lambda: re.search(r"beta-0\.1: step [1-9]", shown(page)), RUN_LIMIT, "step of the first run")

        press(page, "stop", "beta-0.1")
        wait(lambda: "beta-0.1 stops after its current step" in shown(page), 60, "answer to the order")
        wait(lambda: re.search(r"beta-0\.3: step [1-9]", shown(page)), RUN_LIMIT, "step of the second run")
        press(page, "extend", "beta-0.3", steps="30")
        wait(lambda: "give more than the 120 that it has" in shown(page), 60, "refusal")
        press(page, "fork", "beta-0.1", change="beta=0.5")
        wait(lambda: "is added to the sweep: it continues from step" in shown(page), 60, "fork")
        page.locator(".dpo-control").last.scroll_into_view_if_needed()
        page.screenshot(path=SCREENSHOTS / "control.png")
        assert busy(page), "the orders were answered only after the cell had run"

        wait(lambda: not busy(page), RUN_LIMIT, "end of the cell")
        text = " ".join(page.locator(".jp-Notebook").inner_text().split())
        assert "beta-0.1 was stopped by hand" in text and re.search(r"beta-0\.1,fork-\d+,beta-0\.5", text), text[-2000:]
        assert page.locator(".dpo-error").count() == 0 and page.locator(".dpo-control").count() == 0
        page.screenshot(path=SCREENSHOTS / "controlled.png")
        browser.close()
    assert [order["do"] for order in map(json.loads, (folder / "runs/orders.jsonl").read_text().splitlines())] == ["stop", "fork"]
