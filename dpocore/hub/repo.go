package hub

import "example.com/gonb-dpo/dpocore/hub/protocol"

// Repo is a repository of the hub at a revision.
type Repo = protocol.Repo

// Kind is a kind of repository.
type Kind = protocol.Kind

// The kinds of repository.
const (
	Model   = protocol.Model
	Dataset = protocol.Dataset
)

// Parse parses owner/name or owner/name@revision; ok is false for anything else, such as a path.
func Parse(kind Kind, name string) (repo Repo, ok bool) { return protocol.Parse(kind, name) }
