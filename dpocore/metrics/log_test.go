package metrics

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// write opens a log that keeps the given number of steps, and appends steps through last, with an evaluation after every
// even one.
func write(t *testing.T, dir string, keep, last int) {
	t.Helper()
	log, err := OpenLog(dir, keep)
	if err != nil {
		t.Fatal(err)
	}
	for step := keep + 1; step <= last; step++ {
		if err := log.Step(Event{Step: step, NumTokens: int64(step * 100), PairMeans: PairMeans{Loss: 1 / float64(step)}}); err != nil {
			t.Fatal(err)
		}
		if step%2 != 0 {
			continue
		}
		if err := log.Evaluation(Evaluation{Step: step, PairMeans: PairMeans{Loss: 2 / float64(step)}}); err != nil {
			t.Fatal(err)
		}
	}
	if err := log.Close(); err != nil {
		t.Fatal(err)
	}
}

// files returns the text of both files of a run.
func files(t *testing.T, dir string) string {
	t.Helper()
	var text strings.Builder
	for _, name := range []string{StepsFile, EvaluationsFile} {
		data, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(&text, "%s:\n%s", name, data)
	}
	return text.String()
}

func appendText(t *testing.T, path, text string) {
	t.Helper()
	file, err := os.OpenFile(path, os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	if _, err := file.WriteString(text); err != nil {
		t.Fatal(err)
	}
}

// A run of 7 steps that stops after any step and resumes from any earlier checkpoint leaves the same bytes as an
// uninterrupted run.
func TestResumeEqualsUninterrupted(t *testing.T) {
	uninterrupted := t.TempDir()
	write(t, uninterrupted, 0, 7)
	for stop := 0; stop <= 7; stop++ {
		for checkpoint := 0; checkpoint <= stop; checkpoint++ {
			dir := filepath.Join(t.TempDir(), "run")
			write(t, dir, 0, stop)
			appendText(t, filepath.Join(dir, StepsFile), `{"step": 8, "lo`)
			write(t, dir, checkpoint, 7)
			if got, want := files(t, dir), files(t, uninterrupted); got != want {
				t.Errorf("stopped after %d, resumed from %d:\n%swant\n%s", stop, checkpoint, got, want)
			}
		}
	}
}

func TestCompleteLastLineWithoutNewline(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, 0, 1)
	appendText(t, filepath.Join(dir, StepsFile), `{"step": 2, "loss": 0.25}`)
	write(t, dir, 2, 3)
	h, err := ReadHistory(dir)
	if err != nil || len(h.Steps) != 3 || h.Steps[1].Loss != 0.25 {
		t.Errorf("got %+v, error %v", h.Steps, err)
	}
}

func TestZeroStartsOver(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, 0, 4)
	appendText(t, filepath.Join(dir, StepsFile), "broken\n") // must not matter
	write(t, dir, 0, 0)
	h, err := ReadHistory(dir)
	if err != nil || len(h.Steps)+len(h.Evaluations) != 0 {
		t.Errorf("got %+v, error %v", h, err)
	}
}

func TestNoTemporaryFileRemains(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, 0, 3)
	write(t, dir, 2, 3)
	entries, err := os.ReadDir(dir)
	if err != nil || len(entries) != 2 {
		t.Errorf("the folder contains %v, error %v", entries, err)
	}
}

func TestStepsMustIncrease(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, 0, 4)
	log, err := OpenLog(dir, 3)
	if err != nil {
		t.Fatal(err)
	}
	defer log.Close()
	for _, step := range []int{2, 3} {
		if err := log.Step(Event{Step: step}); err == nil || !strings.Contains(err.Error(), StepsFile) {
			t.Errorf("step %d after 3: error %v, want one with the file", step, err)
		}
	}
	if err := log.Evaluation(Evaluation{Step: 2}); err == nil {
		t.Error("a second evaluation of step 2 was accepted")
	}
	if err := log.Step(Event{Step: 4}); err != nil {
		t.Error(err)
	}
}

func TestEvaluationBeforeTheFirstStep(t *testing.T) {
	dir := t.TempDir()
	log, err := OpenLog(dir, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer log.Close()
	if err := log.Evaluation(Evaluation{Step: 0, PairMeans: PairMeans{Loss: 0.69}}); err != nil {
		t.Error(err)
	}
}

func TestOpenLogNamesMalformedLine(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, 0, 2)
	appendText(t, filepath.Join(dir, EvaluationsFile), "{}\n")
	_, err := OpenLog(dir, 2)
	if err == nil || !strings.Contains(err.Error(), EvaluationsFile+", line 2: field \"step\" is missing") {
		t.Errorf("error %v", err)
	}
}
