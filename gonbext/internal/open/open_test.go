package open

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"example.com/gonb-dpo/dpocore/config"
	"example.com/gonb-dpo/dpocore/metrics"
	"example.com/gonb-dpo/dpocore/run"
)

// TestFinishedRuns: a pattern matches finished runs, whether they have an adapter or trained all weights, and skips others and files;
// none is listed twice.
func TestFinishedRuns(t *testing.T) {
	t.Chdir(t.TempDir())
	full := config.Default()
	full.Full = true
	for name, record := range map[string]run.Record{
		"runs/adapter": {Config: config.Default(), Finished: true},
		"runs/full":    {Config: full, Finished: true},
		"runs/going":   {Config: config.Default()},
		"new/going":    {Config: config.Default()},
	} {
		if err := os.MkdirAll(name, 0o755); err != nil {
			t.Fatal(err)
		}
		if err := record.Write(name); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(name, metrics.StepsFile), nil, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile("runs/sweep.json", nil, 0o644); err != nil {
		t.Fatal(err)
	}
	if dirs, err := FinishedRuns("runs/full, runs/*"); err != nil || !slices.Equal(dirs, []string{"runs/full", "runs/adapter"}) {
		t.Errorf("%q, %v", dirs, err)
	}
	for names, want := range map[string]string{
		"runs/*, new/*": "no run in new that matches",
		"runs/go*":      "is finished",
		"runs/going":    "is not finished",
		"runs/x*":       "no run matches",
		"runs/[":        "closing bracket",
	} {
		if dirs, err := FinishedRuns(names); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %q, %v", names, dirs, err)
		}
	}
}
