package selftest

import (
	"encoding/json"
	"flag"
	"math"
	"os"
	"strings"
	"testing"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"

	"example.com/gonb-dpo/dpocore/device"
)

var update = flag.Bool("update", false, "write the recorded run again")

func open(t *testing.T, choice string) compute.Backend {
	t.Helper()
	t.Setenv(device.Env, choice)
	backend, err := device.Open()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(backend.Finalize)
	return backend
}

// TestRecord compares the recorded run with one on XLA, or writes it again, and with one in pure Go, which is a separate
// implementation of all operations.
func TestRecord(t *testing.T) {
	xla := open(t, "")
	if *update {
		steps, hash, err := tinyRun(xla, RecordedSteps)
		if err != nil {
			t.Fatal(err)
		}
		content, err := json.MarshalIndent(record{hash, steps}, "", " ")
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile("record.json", append(content, '\n'), 0o644); err != nil {
			t.Fatal(err)
		}
		recordJSON = content
	}
	for name, backend := range map[string]compute.Backend{"XLA": xla, "pure Go": open(t, "go")} {
		d, err := CompareRecord(backend, RecordedSteps)
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
		t.Logf("%s: %s", name, d)
		tenth := Differences{Loss: 10 * d.Loss, Margin: 10 * d.Margin, LogProb: 10 * d.LogProb, GradNorm: 10 * d.GradNorm}
		if !tenth.within() {
			t.Errorf("%s: the tolerances are less than ten times the differences: %s", name, d)
		}
	}
	var recorded record
	if err := json.Unmarshal(recordJSON, &recorded); err != nil {
		t.Fatal(err)
	}
	if first, last := recorded.Steps[0].Loss, recorded.Steps[RecordedSteps-1].Loss; first < 0.69 || last > 0.3 {
		t.Errorf("the recorded run learns little: loss %.3f to %.3f", first, last)
	}
}

func TestRun(t *testing.T) {
	for _, choice := range []string{"", "go"} {
		results := Run(open(t, choice))
		if err := Failed(results); err != nil {
			t.Errorf("%q: %v", choice, err)
		}
		for _, r := range results {
			t.Logf("%q %s: %s (%.2f s)", choice, r.Name, r.Summary, r.Seconds)
		}
	}
}

// A factor that a half precision rounds is too far off for float32: TF32, which has as many digits as float16, is not taken for it.
func TestRoundedFactorsAreFound(t *testing.T) {
	rounded := float32Products
	rounded.precision = dtypes.Float16
	if summary, err := rounded.check(open(t, "")); err == nil {
		t.Errorf("products with float16 factors pass as float32's: %s", summary)
	}
}

// A run that differs from the record in one step's loss by a digit is found.
func TestOtherRunIsFound(t *testing.T) {
	backend, intact := open(t, ""), recordJSON
	defer func() { recordJSON = intact }()
	var recorded record
	if err := json.Unmarshal(intact, &recorded); err != nil {
		t.Fatal(err)
	}
	for what, change := range map[string]func(){
		"differs from the recorded run": func() { recorded.Steps[1].Loss += 5e-5 },
		"not the recorded one":          func() { recorded.Model = "other" },
	} {
		change()
		var err error
		if recordJSON, err = json.Marshal(recorded); err != nil {
			t.Fatal(err)
		}
		if _, err := CompareRecord(backend, quickSteps); err == nil || !strings.Contains(err.Error(), what) {
			t.Errorf("want an error with %q, got %v", what, err)
		}
		recordJSON = intact
		if err := json.Unmarshal(intact, &recorded); err != nil {
			t.Fatal(err)
		}
	}
}

func TestFailuresAreNamed(t *testing.T) {
	err := Failed([]Result{{Name: "exp"}, {Name: "products in float32", Fault: "wrong"}, {Name: "training steps", Fault: "worse"}})
	if err == nil || err.Error() != "products in float32: wrong; training steps: worse" {
		t.Errorf("got %v", err)
	}
	for _, difference := range []float64{2e-5, largest(0, math.NaN()), largest(math.NaN(), 0)} {
		if summary, err := compared("x", difference, 1e-5); err == nil {
			t.Errorf("a difference of %g passes: %s", difference, summary)
		}
	}
}
