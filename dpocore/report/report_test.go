package report_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"example.com/gonb-dpo/dpocore/config"
	"example.com/gonb-dpo/dpocore/evaluation"
	"example.com/gonb-dpo/dpocore/evaluation/statistics"
	"example.com/gonb-dpo/dpocore/metrics"
	"example.com/gonb-dpo/dpocore/report"
	"example.com/gonb-dpo/dpocore/report/tokenview"
	"example.com/gonb-dpo/dpocore/run"
)

// folder is a run with everything that a page shows; texts in it try to be markup.
func folder(t *testing.T) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "a<b>run")
	if err := os.MkdirAll(filepath.Join(dir, "plots"), 0o755); err != nil {
		t.Fatal(err)
	}
	for name, content := range map[string]string{
		"adapter_model.safetensors": "", "adapter_config.json": "{}",
		"plots/loss.svg": `<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>`,
		"answers.json":   `{"answers": [{"prompt": "<script>alert(2)</script>", "before": "a & b", "after": "</div>\nsecond line", "after_ended": true}]}`,
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	log, err := metrics.OpenLog(dir, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer log.Close()
	if err := log.Evaluation(metrics.Evaluation{Step: 50, PairMeans: metrics.PairMeans{Loss: 0.642, RewardsAccuracies: 0.8, RewardsMargins: 0.11}}); err != nil {
		t.Fatal(err)
	}
	pairs := []evaluation.Pair{{Line: 7, Source: "x.jsonl", Margin: -2.5, TokensChosen: 5, TokensRejected: 9}, {Line: 8, Margin: 1}}
	if err := evaluation.WritePairs(filepath.Join(dir, evaluation.PairsFile), pairs); err != nil {
		t.Fatal(err)
	}
	measured := evaluation.Report{Run: dir, Data: "new.jsonl", Pairs: 40, Beta: 0.1}
	measured.Accuracy = statistics.Estimate{Value: 0.75, Low: 0.6, High: 0.9}
	if err := measured.Write(dir); err != nil {
		t.Fatal(err)
	}
	record := run.Record{Config: config.Default(), Train: run.DataFacts{Source: "<i>mine", Pairs: 800}, HeldOut: &run.DataFacts{Source: "x.jsonl", Pairs: 2}, Finished: true}
	if err := record.Write(dir); err != nil {
		t.Fatal(err)
	}
	answer := tokenview.NewAnswer([]string{"<i>token"}, []float32{-1}, [][]float32{{-0.5}})
	view := tokenview.View{Run: dir, Beta: 0.1, Steps: []int{50}, Pairs: []tokenview.Pair{{Where: "x.jsonl, line 9", Prompt: "Why?", Answers: [2]tokenview.Answer{answer, answer}}}}
	if err := view.Save(dir); err != nil {
		t.Fatal(err)
	}
	return dir
}

func TestPage(t *testing.T) {
	dir, file := folder(t), filepath.Join(t.TempDir(), "page.html")
	if err := report.Write(dir, file); err != nil {
		t.Fatal(err)
	}
	raw, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	content := string(raw)
	for _, want := range []string{"800 pairs of &lt;i&gt;mine", "0.642", "80 %", "x.jsonl, line 7", "-2.500", "&lt;script&gt;alert(2)&lt;/script&gt;",
		"a &amp; b …", "&lt;/div&gt;\nsecond line", "60 % to 90 %", "Is it learning?", `alt="Loss by step"`,
		"x.jsonl, line 9", "&lt;i&gt;token", "log-ratio &#43;0.500", "a&lt;b&gt;run, token by token"} {
		if !strings.Contains(content, want) {
			t.Errorf("the page lacks %q:\n%s", want, content)
		}
	}
	for _, never := range []string{"<script", "line 8", "<b>run"} {
		if strings.Contains(content, never) {
			t.Errorf("the page has %q", never)
		}
	}
	if address := regexp.MustCompile(`(src|href)="[^d]`).FindString(content); address != "" {
		t.Errorf("the page needs another file: %s", address)
	}
}

func TestNoRun(t *testing.T) {
	file := filepath.Join(t.TempDir(), "page.html")
	err := report.Write(t.TempDir(), file)
	if err == nil || !strings.Contains(err.Error(), "there is no run in") {
		t.Errorf("error %v", err)
	}
	if _, err := os.Stat(file); err == nil {
		t.Error("there is a page")
	}
}
