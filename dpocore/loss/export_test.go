package loss

import (
	. "github.com/gomlx/gomlx/core/graph"
)

// AddKind adds a loss without label smoothing to the table, and returns a function that removes it.
func AddKind(name string, graph func(Terms) *Node, about string) (remove func()) {
	kinds = append(kinds, kind{name, graph, none, LogRatio, about})
	return func() { kinds = kinds[:len(kinds)-1] }
}
