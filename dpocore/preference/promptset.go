package preference

import (
	"crypto/sha256"
	"encoding/binary"
)

// A PromptSet is a set of prompts by their hashes, 8 bytes for each.
type PromptSet map[uint64]bool

// Add adds the prompts of a set of pairs.
func (p PromptSet) Add(set *Set) {
	for _, pair := range set.Each() {
		p[pair.PromptHash()] = true
	}
}

// PromptHash identifies the pair's prompt: the first 8 bytes of the SHA-256 of its turns.
func (p *Pair) PromptHash() uint64 {
	sum := sha256.Sum256(appendPrompt(nil, p.Prompt))
	return binary.BigEndian.Uint64(sum[:])
}
