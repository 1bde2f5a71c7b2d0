// Package report writes a run as one HTML page that needs no other file and no network: settings, curves, what was measured on
// held-out pairs, the diagnosis, answers side by side, and pairs token by token. Start with [Write].
package report

import (
	"bytes"
	"cmp"
	_ "embed"
	"encoding/base64"
	"fmt"
	"html/template"
	"os"
	"path/filepath"
	"slices"

	"example.com/gonb-dpo/dpocore/card"
	"example.com/gonb-dpo/dpocore/dataset"
	"example.com/gonb-dpo/dpocore/diagnose"
	"example.com/gonb-dpo/dpocore/evaluation"
	"example.com/gonb-dpo/dpocore/metrics"
	"example.com/gonb-dpo/dpocore/report/tokenview"
	"example.com/gonb-dpo/dpocore/run"
	"example.com/gonb-dpo/internal/atomicfile"
)

//go:embed page.html.tmpl
var text string

var page = template.Must(template.New("page").Funcs(template.FuncMap{
	"file":    dataset.ShortName,
	"number":  func(x float64) string { return fmt.Sprintf("%.3f", x) },
	"signed":  func(x float64) string { return fmt.Sprintf("%+.3f", x) },
	"percent": func(x float64) string { return fmt.Sprintf("%.0f %%", 100*x) },
}).Parse(text))

// Write writes the page of the run in dir to a file. The figures are those in the run's folder, plots.
func Write(dir, file string) error {
	content, err := render(dir)
	if err != nil {
		return fmt.Errorf("report: %w", err)
	}
	return atomicfile.WriteBytes(file, content)
}

// content is what the page shows.
type content struct {
	Name       string
	Record     run.Record
	Settings   []card.Setting
	Curves     []figure // by step, each as wide as a phone
	HeldCurves []figure // several panels beside each other
	Held       []metrics.Evaluation
	Rows       []evaluation.Row
	Report     *evaluation.Report
	Diagnosis  diagnose.Diagnosis
	Worst      []evaluation.Pair // held-out pairs that moved farthest the wrong way
	Answers    []evaluation.AnswerPair
	Tokens     template.HTML // pairs token by token, if any were inspected
}

// figure is a picture as a data URL: a script in it would not run.
type figure struct {
	URL template.URL
	Alt string
}

func render(dir string) ([]byte, error) {
	record, ok, err := run.ReadRecord(dir)
	if err != nil {
		return nil, err
	}
	if !ok {
		return nil, fmt.Errorf("there is no run in %s; name a run folder that training created", dir)
	}
	found, err := diagnose.Read(dir)
	if err != nil {
		return nil, err
	}
	absolute, err := filepath.Abs(dir)
	if err != nil {
		return nil, err
	}
	c := content{Name: filepath.Base(absolute), Record: record, Settings: card.Settings(record), Held: found.History.Evaluations,
		Report: found.Report, Diagnosis: found.Diagnose(), Answers: found.Answers, Worst: worst(found.Pairs)}
	if found.Report != nil {
		c.Rows = found.Report.Rows()
	}
	if c.Curves, err = figures(dir, curves); err != nil {
		return nil, err
	}
	if c.HeldCurves, err = figures(dir, heldCurves); err != nil {
		return nil, err
	}
	tokens, inspected, err := tokenview.Read(dir)
	if err != nil {
		return nil, err
	}
	if inspected {
		tokens.Run = c.Name
		if c.Tokens, err = tokens.Static(); err != nil {
			return nil, err
		}
	}
	var out bytes.Buffer
	err = page.Execute(&out, c)
	return out.Bytes(), err
}

// picture names a figure in the run's folder, and describes it.
type picture struct{ name, description string }

var (
	curves = []picture{
		{"loss", "Loss by step"},
		{"rewards", "Rewards of chosen and rejected answers by step"},
		{"accuracy", "Share of pairs ranked correctly by step"},
		{"logprobs", "Log-probabilities of chosen and rejected answers by step"},
	}
	heldCurves = []picture{
		{"heldout", "Figures of the held-out pairs by step"},
		{"calibration", "Share of pairs ranked correctly, by how sure the model was"},
	}
)

// figures reads those of the pictures that the run has.
func figures(dir string, pictures []picture) (list []figure, err error) {
	for _, p := range pictures {
		raw, err := os.ReadFile(filepath.Join(dir, "plots", p.name+".svg"))
		if os.IsNotExist(err) {
			continue
		}
		if err != nil {
			return nil, err
		}
		list = append(list, figure{template.URL("data:image/svg+xml;base64," + base64.StdEncoding.EncodeToString(raw)), p.description})
	}
	return list, nil
}

// shownPairs is how many of the worst pairs the page lists.
const shownPairs = 8

func worst(pairs []evaluation.Pair) []evaluation.Pair {
	sorted := slices.SortedFunc(slices.Values(pairs), func(a, b evaluation.Pair) int { return cmp.Compare(a.Margin, b.Margin) })
	wrong := slices.IndexFunc(sorted, func(p evaluation.Pair) bool { return p.Margin >= 0 })
	if wrong < 0 {
		wrong = len(sorted)
	}
	return sorted[:min(wrong, shownPairs)]
}
