"""Writes a page to look at while set-up runs: what two cells of the first notebook showed when it was saved.

    meanwhile.py NOTEBOOK PAGE
"""

import json
import sys

PAGE = """<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>While set-up runs</title>
<style>body {{ font: 16px/1.5 sans-serif; color: #1b1b1b; background: #ffffff; max-width: 760px; margin: auto; padding: 16px }} img {{ max-width: 100% }}</style>
<h1>While set-up runs</h1>
<p>DPO compares two answers to one prompt, the chosen and the rejected one. Training should raise the first and lower the second: the
gains below say by how much, in nats. The loss depends on their difference only. Set both to the same value, then swap them.</p>
{curve}
<h2>What you will see in the notebook</h2>
<p>A run on 240 such pairs, as it was saved. The loss starts at ln 2, because at first the model has no preference, and the rewards part.</p>
<img src="data:image/png;base64,{picture}" alt="Loss, rewards, accuracy and log-probabilities by step, for a run of 50 steps">
</html>
"""


def shown(notebook, call, kind):
    """The first output of a kind in the cell that makes a call."""
    for cell in notebook["cells"]:
        if call in "".join(cell["source"]):
            for output in cell.get("outputs", []):
                if kind in output.get("data", {}):
                    return "".join(output["data"][kind])
    raise SystemExit(f"no saved {kind} of {call}")


def main(path, page):
    with open(path, encoding="utf-8") as file:
        notebook = json.load(file)
    curve = shown(notebook, "gonbext.LossCurve(", "text/html")
    picture = shown(notebook, "gonbext.Train(", "image/png")
    with open(page, "w", encoding="utf-8") as file:
        file.write(PAGE.format(curve=curve, picture=picture.strip()))


if __name__ == "__main__":
    main(*sys.argv[1:])
