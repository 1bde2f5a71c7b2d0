package output

import (
	"errors"
	"testing"
	"time"
)

func TestSentence(t *testing.T) {
	for _, test := range []struct{ err, want string }{
		{"train: beta is 0; it must be above 0", "Beta is 0; it must be above 0."},
		{"evaluate: open the model: there is none", "There is none."},
		{"my/pairs.jsonl, line 3: field \"chosen\" is missing", "my/pairs.jsonl, line 3: field \"chosen\" is missing."},
		{"runs_x holds another run", "runs_x holds another run."},
		{"beta is 0\nthe batch is 0 pairs", "Beta is 0; the batch is 0 pairs."},
		{"it ends with a stop.", "It ends with a stop."},
	} {
		if got := Sentence(errors.New(test.err)); got != test.want {
			t.Errorf("%q: got %q, want %q", test.err, got, test.want)
		}
	}
}

func TestDuration(t *testing.T) {
	for seconds, want := range map[float64]string{0.4: "0 s", 59.6: "1 min 0 s", 200: "3 min 20 s", 3700: "1 h 1 min"} {
		if got := Duration(time.Duration(seconds * float64(time.Second))); got != want {
			t.Errorf("%g seconds: got %q, want %q", seconds, got, want)
		}
	}
}
