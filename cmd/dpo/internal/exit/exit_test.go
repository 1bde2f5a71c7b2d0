package exit

import (
	"context"
	"errors"
	"fmt"
	"os"
	"testing"

	"example.com/gonb-dpo/dpocore/train"
)

func TestStatus(t *testing.T) {
	plain := errors.New("plain")
	for _, c := range []struct {
		err  error
		want int
		says string
	}{
		{nil, 0, ""},
		{plain, 1, "plain"},
		{WrongUse(nil), 0, ""},
		{BadData(nil), 0, ""},
		{WrongUse(plain), 2, "plain"},
		{BadData(plain), 3, "plain"},
		{fmt.Errorf("train: %w", BadData(plain)), 3, "train: plain"},
		{BadData(fmt.Errorf("read: %w", WrongUse(plain))), 2, "read: plain"}, // the inner status takes precedence
		{BadData(fmt.Errorf("fetch: %w", context.Canceled)), 130, "stopped"},
		{fmt.Errorf("x: %w", &train.Stopped{Step: 3, Dir: "run", Cause: context.Canceled}), 130, (&train.Stopped{Step: 3, Dir: "run"}).Error()},
	} {
		if got := Status(c.err); got != c.want {
			t.Errorf("%v has status %d, want %d", c.err, got, c.want)
		}
		if c.err != nil && Message(c.err) != c.says {
			t.Errorf("the message of %v is %q, want %q", c.err, Message(c.err), c.says)
		}
	}
	if !errors.Is(BadData(os.ErrNotExist), os.ErrNotExist) {
		t.Error("a marked error hides its cause")
	}
}
