package cell

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"example.com/gonb-dpo/dpocore/train"
	"example.com/gonb-dpo/gonbext/internal/output"
)

func TestBoxOfStoppedRun(t *testing.T) {
	err := fmt.Errorf("train: %w", &train.Stopped{Step: 7, Dir: "run"})
	got := EndBox(err)
	if got.Kind != output.Note || got.Message != "Stopped. The checkpoint of step 7 is saved in run; run the cell again to resume from it." {
		t.Errorf("got %+v", got)
	}
	if got := EndBox(&train.Stopped{Dir: "run"}); !strings.Contains(got.Message, "before the first step") {
		t.Errorf("got %+v", got)
	}
}

func TestPanicBecomesOneSentence(t *testing.T) {
	err := Recover(t.Context(), func(context.Context) error {
		var list []int
		_ = list[len(t.Name())]
		return nil
	})
	text := output.Sentence(err)
	if !strings.Contains(text, "index out of range") || strings.Contains(text, "\n") || strings.Contains(text, "goroutine") {
		t.Errorf("got %q", text)
	}
}
