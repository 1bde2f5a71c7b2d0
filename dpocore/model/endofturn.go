package model

import (
	"slices"

	"example.com/gonb-dpo/dpocore/preference"
)

// TestPair is a short pair by which a model is compared with its copies.
var TestPair = preference.Pair{
	Prompt:   preference.User("What is the capital of France?"),
	Chosen:   "The capital of France is Paris.",
	Rejected: "I don't know, look it up.",
}

// EndOfTurn returns the token with which the chat template ends an answer: its last control token, or nil if there is none.
func (m *Model) EndOfTurn() (end *int32, err error) {
	tokens, _, err := m.Chat.Pair(TestPair)
	if err != nil {
		return nil, err
	}
	for _, id := range tokens.Chosen {
		if m.Tokenizer.Decode([]int32{id}, true) == "" && m.Tokenizer.Decode([]int32{id}, false) != "" {
			end = &id
		}
	}
	return end, nil
}

// Ends returns the tokens that end a text: those of the model's files, and the end of a turn.
func (m *Model) Ends() ([]int32, error) {
	end, err := m.EndOfTurn()
	ids := m.Tokenizer.EOSIDs()
	if end != nil && !slices.Contains(ids, *end) {
		ids = append(ids, *end)
	}
	return ids, err
}
