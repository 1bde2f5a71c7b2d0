// Package graphcache keeps the compiled graphs of this process after their first user is gone, so that the next model of
// the same architecture compiles nothing: in a sweep, in rounds, in the check of a merge.
package graphcache

import (
	"fmt"
	"slices"
	"sync"

	"github.com/gomlx/compute"
)

// maxUnused is how many graphs of no current user are kept.
const maxUnused = 8

// Graphs are freed by Finalize. The type is a pointer.
type Graphs interface {
	comparable
	Finalize()
}

// Cache has graphs by all that they depend on. Its zero value is empty. It may be used concurrently.
type Cache[G Graphs] struct {
	mutex   sync.Mutex
	entries []*entry[G] // the last released one is last
}

type entry[G any] struct {
	backend compute.Backend
	kind    string
	graphs  G
	users   int
}

// Take returns the graphs of a kind on a backend, made by prepare if there are none. kind lists what the graphs depend on
// besides the shapes of their inputs; it is compared as fmt.Sprintf("%#v") writes it. Release returns them.
func (c *Cache[G]) Take(backend compute.Backend, kind any, prepare func() (G, error)) (G, error) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	text := fmt.Sprintf("%#v", kind)
	i := slices.IndexFunc(c.entries, func(e *entry[G]) bool { return e.backend == backend && e.kind == text })
	if i < 0 {
		graphs, err := prepare()
		if err != nil {
			return graphs, err
		}
		i = len(c.entries)
		c.entries = append(c.entries, &entry[G]{backend: backend, kind: text, graphs: graphs})
	}
	c.entries[i].users++
	return c.entries[i].graphs, nil
}

// Release ends a use that Take began. Of graphs without a user the most recent ones are kept and the others freed.
func (c *Cache[G]) Release(graphs G) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	i := slices.IndexFunc(c.entries, func(e *entry[G]) bool { return e.graphs == graphs })
	if i < 0 {
		return
	}
	released := c.entries[i]
	released.users--
	c.entries = append(slices.Delete(c.entries, i, i+1), released)
	unused := 0
	for i := len(c.entries) - 1; i >= 0; i-- {
		if c.entries[i].users > 0 {
			continue
		}
		if unused++; unused > maxUnused {
			c.entries[i].graphs.Finalize()
			c.entries = slices.Delete(c.entries, i, i+1)
		}
	}
}
