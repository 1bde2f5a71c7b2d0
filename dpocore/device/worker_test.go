package device

import (
	"context"
	"errors"
	"slices"
	"testing"
)

// A cancelled computation continues, and what it uses is freed in order when it ends.
func TestWhenIdle(t *testing.T) {
	var w Worker
	var freed []string
	ctx, cancel := context.WithCancel(context.Background())
	release, ended := make(chan struct{}), make(chan struct{})
	_, err := Await(ctx, &w, func() (int, error) {
		cancel()
		<-release
		return 1, nil
	})
	if !errors.Is(err, context.Canceled) {
		t.Fatalf("error %v", err)
	}
	w.WhenIdle(func() { freed = append(freed, "policy") })
	w.WhenIdle(func() { freed = append(freed, "weights"); close(ended) })
	if len(freed) > 0 {
		t.Fatalf("%v freed while in use", freed)
	}
	close(release)
	<-ended
	if !slices.Equal(freed, []string{"policy", "weights"}) {
		t.Errorf("freed %v", freed)
	}

	value, err := Await(context.Background(), &w, func() (int, error) { return 2, nil })
	if value != 2 || err != nil {
		t.Errorf("%d, %v", value, err)
	}
	idle := false
	w.WhenIdle(func() { idle = true })
	if !idle {
		t.Error("nothing is running, but WhenIdle waits")
	}
}
