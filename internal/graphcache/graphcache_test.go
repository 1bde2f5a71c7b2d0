package graphcache

import (
	"fmt"
	"testing"
)

type fakeGraphs struct{ freed bool }

func (g *fakeGraphs) Finalize() { g.freed = true }

func take(t *testing.T, c *Cache[*fakeGraphs], kind any) *fakeGraphs {
	t.Helper()
	g, err := c.Take(nil, kind, func() (*fakeGraphs, error) { return &fakeGraphs{}, nil })
	if err != nil {
		t.Fatal(err)
	}
	return g
}

func TestGraphsAreShared(t *testing.T) {
	type size struct{ layers int }
	var c Cache[*fakeGraphs]
	first := take(t, &c, size{2})
	if take(t, &c, size{2}) != first || take(t, &c, size{3}) == first || take(t, &c, struct{ layers int }{2}) == first {
		t.Error("graphs of one kind differ, or those of two kinds are the same")
	}
	c.Release(first)
	c.Release(first)
	if first.freed || take(t, &c, size{2}) != first {
		t.Error("graphs without a user are not kept")
	}
}

func TestOnlyTheLastUnusedOnesAreKept(t *testing.T) {
	var c Cache[*fakeGraphs]
	used := take(t, &c, "used")
	var all []*fakeGraphs
	for i := range maxUnused + 2 {
		all = append(all, take(t, &c, i))
		c.Release(all[i])
	}
	for i, g := range all {
		if g.freed != (i < 2) {
			t.Errorf("graphs %d: freed is %v", i, g.freed)
		}
	}
	if used.freed {
		t.Error("graphs in use were freed")
	}
}

func TestFailedPreparation(t *testing.T) {
	var c Cache[*fakeGraphs]
	if _, err := c.Take(nil, "x", func() (*fakeGraphs, error) { return nil, fmt.Errorf("no") }); err == nil {
		t.Error("no error")
	}
	if g := take(t, &c, "x"); g == nil {
		t.Error("the failure is kept")
	}
}
