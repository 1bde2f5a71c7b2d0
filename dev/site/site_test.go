package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestRewrite: links lead to the site's pages where it has one, and else become names; one that leads nowhere is an error.
func TestRewrite(t *testing.T) {
	const root = "../.."
	for _, c := range []struct{ file, page, text, want string }{
		{"README.md", "index.md", "[speed](docs/performance.md#parts) ![](docs/overview.png)", "[speed](performance.md#parts) ![](overview.png)"},
		{"README.md", "index.md", "[first](notebooks/01_dpo_walkthrough.ipynb)", "[first](notebooks/01_dpo_walkthrough.md)"},
		{"docs/t4.md", "t4.md", "[start](../README.md), [here](#time), [paper](https://arxiv.org/abs/2305.18290)", "[start](index.md), [here](#time), [paper](https://arxiv.org/abs/2305.18290)"},
		{"docs/t4.md", "t4.md", "[`go.mod`](../go.mod) and [the checks](../dev/t4)", "`go.mod` and the checks (`dev/t4`)"},
		{"notebooks/03_beta.ipynb", "notebooks/03_beta.md", "[next](04_objectives.ipynb) [sweeps](../docs/sweeps.md) ![png](03_beta_files/1.png)", "[next](04_objectives.md) [sweeps](../sweeps.md) ![png](03_beta_files/1.png)"},
		{"notebooks/07_your_own_model.ipynb", "notebooks/07_your_own_model.md", "printed:\n\n    ![](plots/nothing.png)\n\n    [x](nothing.md)\n\n```\n[y](nothing.md)\n```\n[data](02_preference_data.ipynb)", "printed:\n\n    ![](plots/nothing.png)\n\n    [x](nothing.md)\n\n```\n[y](nothing.md)\n```\n[data](02_preference_data.md)"},
	} {
		if got, err := rewrite(c.text, root, c.file, c.page); err != nil || got != c.want {
			t.Errorf("%s: %q, %v; want %q", c.text, got, err, c.want)
		}
	}
	if _, err := rewrite("[x](nothing.md)", root, "README.md", "index.md"); err == nil || !strings.Contains(err.Error(), "README.md: the link to nothing.md leads nowhere") {
		t.Errorf("a link to nothing: %v", err)
	}
}

// TestPages: a page for each document and package, and links between packages' symbols.
func TestPages(t *testing.T) {
	out := t.TempDir()
	if err := writePages("../..", out); err != nil {
		t.Fatal(err)
	}
	for page, want := range map[string]string{
		"index.md":                             "(performance.md)",
		"t4.md":                                "# Estimates for a Tesla T4",
		"overview.png":                         "PNG",
		"reference/index.md":                   "| [dpocore/loss](dpocore-loss.md) |",
		"reference/dpocore.md":                 "[schedule.Schedule.Step](dpocore-train-schedule.md#Schedule.Step)",
		"reference/dpocore-loss.md":            "{#LogProbs}",
		"reference/dpocore-policy-parallel.md": "## func Update {#Devices.Update}",
	} {
		content, err := os.ReadFile(filepath.Join(out, page))
		if err != nil || !strings.Contains(string(content), want) {
			t.Errorf("%s has no %q: %v", page, want, err)
		}
	}
	if _, err := os.Stat(filepath.Join(out, "reference/gonbext-internal-views.md")); err == nil {
		t.Error("an internal package has a page")
	}
}
