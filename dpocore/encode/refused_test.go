package encode

import (
	"errors"
	"fmt"
	"testing"

	"example.com/gonb-dpo/dpocore/chat"
)

// TestPairsTheTemplateRejects: faults of a pair leave it out; other errors end the encoding.
func TestPairsTheTemplateRejects(t *testing.T) {
	for reason, err := range map[Reason]error{
		Rejected: fmt.Errorf("pairs.jsonl, line 1: %w: roles must alternate", chat.ErrRejected),
		Spelled:  fmt.Errorf("pairs.jsonl, line 1: %w: <s>", chat.ErrSpelled),
		"":       errors.New("the template runs for too long"),
	} {
		if got := refused(err); got != reason {
			t.Errorf("%v: reason %q, want %q", err, got, reason)
		}
	}
}
