package generate

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"example.com/gonb-dpo/dpocore/preference"
)

// Conversation is what a user and a model have said to each other. It belongs to no answerer: one may go on where another
// began. Asking reads only what is new to the answerer.
type Conversation struct {
	system []preference.Turn // one turn, or none
	turns  []preference.Turn // the user's and the model's in turn
	asked  int
}

// ErrNoRoom is returned for a message that the model has no room for, even where nothing else was said.
var ErrNoRoom = errors.New("the message is too long for the model")

// NewConversation begins a conversation. system tells the model how to answer; where it is "", the model's chat template
// may bring a text of its own.
func NewConversation(system string) *Conversation {
	c := &Conversation{}
	if system != "" {
		c.system = []preference.Turn{{Role: "system", Content: system}}
	}
	return c
}

// Reply is what a message was answered with.
type Reply struct {
	Text    string
	LeftOut int // so many of the oldest messages found no room beside the new one and were forgotten
}

// Ask answers a message within the conversation and keeps both, one sample at a time. said, where it is not nil, is told
// the text as it comes. Each question draws with a seed of its own, counted from o.Seed.
//
// Where the context is cancelled, the text so far is the answer and the error says so; where nothing was said, the
// conversation is what it was. The same holds for every other error, such as [ErrNoRoom].
func (c *Conversation) Ask(ctx context.Context, a *Answerer, message string, o Options, said func(text string)) (Reply, error) {
	o.Samples, o.Seed = 1, o.Seed+uint64(c.asked)
	turns := append(slices.Clone(c.turns), preference.Turn{Role: "user", Content: message})
	prompt, leftOut, err := c.fit(a, turns, o.MaxNewTokens)
	if err != nil {
		return Reply{}, fmt.Errorf("ask: %w", err)
	}
	answers, err := a.answer(ctx, prompt, o, func(_ int, text string) {
		if said != nil {
			said(text)
		}
	})
	if err != nil && (ctx.Err() == nil || len(answers) == 0 || answers[0] == "") {
		return Reply{}, err
	}
	c.turns = append(turns[leftOut:], preference.Turn{Role: "assistant", Content: answers[0]})
	c.asked++
	return Reply{Text: answers[0], LeftOut: leftOut}, err
}

// fit returns the prompt of as many of the latest turns as leave room for the new tokens, and how many were left out.
func (c *Conversation) fit(a *Answerer, turns []preference.Turn, newTokens int) (prompt []int32, leftOut int, err error) {
	room := a.model.Weights().Config.MaxPositions - newTokens
	for ; leftOut < len(turns); leftOut += 2 { // a question and its answer
		prompt, err = a.model.Chat.Prompt(slices.Concat(c.system, turns[leftOut:]))
		if err != nil {
			return nil, 0, err
		}
		if len(prompt) <= room {
			return prompt, leftOut, nil
		}
	}
	return nil, 0, fmt.Errorf("%w: it makes %d tokens with the system prompt, and beside %d new ones there is room for %d; "+
		"shorten it, or ask for fewer new tokens", ErrNoRoom, len(prompt), newTokens, max(room, 0))
}

// Reset forgets all that was said, but not the system prompt.
func (c *Conversation) Reset() { c.turns, c.asked = nil, 0 }

// Turns returns what the model is told of the conversation: the system prompt, if there is one, and what was said.
func (c *Conversation) Turns() []preference.Turn { return slices.Concat(c.system, c.turns) }
