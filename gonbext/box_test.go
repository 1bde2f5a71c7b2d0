package gonbext

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"example.com/gonb-dpo/dpocore/train"
)

func TestBoxEscapesAndNamesItsKind(t *testing.T) {
	got := string(box{errorBox, `no file "<b>&.jsonl"`}.HTML())
	const want = `<div class="dpo-error mathjax_ignore" style="background:#fde8e6;color:#1b1b1b;border-left:5px solid #c62828;padding:8px 12px;margin:4px 0;white-space:pre-wrap">no file &#34;&lt;b&gt;&amp;.jsonl&#34;</div>`
	if got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func TestSentence(t *testing.T) {
	for _, test := range []struct{ err, want string }{
		{"train: beta is 0; it must be above 0", "Beta is 0; it must be above 0."},
		{"evaluate: open the model: there is none", "There is none."},
		{"my/pairs.jsonl, line 3: field \"chosen\" is missing", "my/pairs.jsonl, line 3: field \"chosen\" is missing."},
		{"runs_x holds another run", "runs_x holds another run."},
		{"beta is 0\nthe batch is 0 pairs", "Beta is 0; and the batch is 0 pairs."},
		{"it ends with a stop.", "It ends with a stop."},
	} {
		if got := sentence(errors.New(test.err)); got != test.want {
			t.Errorf("%q: got %q, want %q", test.err, got, test.want)
		}
	}
}

func TestBoxOfStoppedRun(t *testing.T) {
	err := fmt.Errorf("train: %w", &train.Stopped{Step: 7, Dir: "run"})
	got := boxOf(err)
	if got.kind != noteBox || got.text != "Stopped. The checkpoint of step 7 is safe in run; run the cell again to go on from there." {
		t.Errorf("got %+v", got)
	}
	if got := boxOf(&train.Stopped{Dir: "run"}); !strings.Contains(got.text, "before the first step") {
		t.Errorf("got %+v", got)
	}
}

func TestPanicBecomesOneSentence(t *testing.T) {
	err := attempt(t.Context(), func(context.Context) error {
		var list []int
		_ = list[len(t.Name())]
		return nil
	})
	text := sentence(err)
	if !strings.Contains(text, "index out of range") || strings.Contains(text, "\n") || strings.Contains(text, "goroutine") {
		t.Errorf("got %q", text)
	}
}
