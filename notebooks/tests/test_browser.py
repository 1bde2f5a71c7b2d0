"""The walkthrough as a student meets it: JupyterLab in a browser, Run All, and the pictures while it trains.

Screenshots stay in .deps/screenshots, to be looked at."""

import hashlib
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import NOTEBOOKS, ROOT, wait

CHROMIUM = next((p for p in map(shutil.which, ("chromium", "chromium-browser", "google-chrome")) if p), None)
SCREENSHOTS = ROOT / ".deps/screenshots"
RUN_LIMIT = 400  # seconds for all cells, with few steps


@pytest.fixture
def lab(folder):
    """The address of a JupyterLab on a copy of the walkthrough, as `make lab` starts it."""
    shutil.copy(NOTEBOOKS[0], folder)
    log = (folder / "lab.log").open("w+")
    command = [str(Path(sys.executable).parent / "jupyter"), "lab", "--no-browser", "--ip=127.0.0.1", "--port=0", "--allow-root",
               "--IdentityProvider.token=test", f"--ServerApp.root_dir={folder}"]
    server = subprocess.Popen(command, stdout=log, stderr=log, env=os.environ)

    def address():
        log.seek(0)
        found = re.search(r"http://127\.0\.0\.1:\d+/lab", log.read())
        return found and found[0]

    yield wait(address, 60, "JupyterLab")
    server.terminate()
    server.wait()


def choose(page, menu, item):
    """Takes an item of the menu bar; the notebook's own text has the same words. A dialog that comes up in between is answered."""
    from playwright.sync_api import TimeoutError

    for _ in range(6):
        answer(page)
        try:
            page.click(f".lm-MenuBar-item:has-text('{menu}')", timeout=5000)
            page.click(f".lm-Menu-item:has-text('{item}')", timeout=5000)
            return
        except TimeoutError:
            page.keyboard.press("Escape")  # an open menu
    raise AssertionError(f"no {menu} → {item}: {page.locator('.jp-Dialog').all_inner_texts()}")


def live_picture(page):
    """A hash of the picture in the live view, or None."""
    source = page.evaluate("document.querySelector('.dpo-live img')?.src")
    return source and hashlib.sha256(source.encode()).hexdigest()


def busy(page):
    return page.evaluate("[...document.querySelectorAll('.jp-InputPrompt')].some(e => e.textContent.includes('*'))")


def answer(page):
    """Takes what a dialog proposes: JupyterLab asks for the kernel where it is slow to start."""
    proposed = page.locator(".jp-Dialog button.jp-mod-accept")
    if proposed.count():
        proposed.first.click()


def run_all(page):
    """Runs all cells and says whether they run: until the page is connected to the kernel, the menu does nothing."""
    answer(page)
    choose(page, "Run", "Run All Cells")
    page.wait_for_timeout(2000)
    answer(page)
    return busy(page)


@pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine (Debian and Ubuntu: apt-get install chromium)")
def test_run_all_shows_training_live(lab):
    from playwright.sync_api import sync_playwright

    SCREENSHOTS.mkdir(exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1300, "height": 1000})
        page.goto(f"{lab}/tree/{NOTEBOOKS[0].name}?token=test&reset", timeout=60_000)
        page.wait_for_selector(".jp-Notebook .jp-CodeCell", timeout=60_000)
        choose(page, "Edit", "Clear Outputs of All Cells")
        wait(lambda: run_all(page), 120, "running cell")

        first = wait(lambda: live_picture(page), RUN_LIMIT, "live picture")
        wait(lambda: live_picture(page) not in (first, None), RUN_LIMIT, "second live picture")
        for _ in range(2):  # the formulas above are set while the page scrolls, and move the view
            page.evaluate("document.querySelector('.dpo-live').scrollIntoView()")
            page.wait_for_timeout(500)
        page.screenshot(path=SCREENSHOTS / "training.png")
        assert busy(page), "the picture changed only after the cells had run"

        wait(lambda: not busy(page), RUN_LIMIT, "end of the cells")
        final = page.locator(".jp-OutputArea-output img[src^='data:image/png']")
        assert final.count() >= 1, "no final picture"
        assert page.locator(".dpo-error").count() == 0
        final.first.scroll_into_view_if_needed()
        page.screenshot(path=SCREENSHOTS / "trained.png")
        browser.close()
