package generate

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"example.com/gonb-dpo/dpocore/preference"
)

// Conversation is a chat between a user and a model. It is not tied to an answerer: another one can continue it. An answerer
// processes only the tokens that it has not seen.
type Conversation struct {
	system []preference.Turn // one turn or none
	turns  []preference.Turn // alternately the user's and the model's
	asked  int               // number of answered messages
}

// ErrNoRoom is the error of a message that does not fit into the model's context, even without earlier turns.
var ErrNoRoom = errors.New("the message is too long for the model")

// NewConversation starts a conversation. system is the system prompt; if it is "", the chat template may add its default.
func NewConversation(system string) *Conversation {
	c := &Conversation{}
	if system != "" {
		c.system = []preference.Turn{{Role: "system", Content: system}}
	}
	return c
}

// Reply is the answer to a message.
type Reply struct {
	Text    string
	LeftOut int // number of oldest turns that did not fit into the context and were dropped
}

// Ask answers a message and adds both to the conversation. onText, which may be nil, receives the text as it is generated.
// o.Samples is ignored. The seed of message n is o.Seed + n, counted from 0.
//
// If the context is cancelled, the text so far is the answer and the error is the context's. With no text so far, or with
// any other error such as [ErrNoRoom], the conversation is unchanged.
func (c *Conversation) Ask(ctx context.Context, a *Answerer, message string, o Options, onText func(text string)) (Reply, error) {
	o.Samples, o.Seed = 1, o.Seed+uint64(c.asked)
	turns := append(slices.Clone(c.turns), preference.Turn{Role: "user", Content: message})
	prompt, leftOut, err := c.fit(a, turns, o.MaxNewTokens)
	if err != nil {
		return Reply{}, fmt.Errorf("ask: %w", err)
	}
	answers, err := a.answer(ctx, prompt, o, func(_ int, text string) {
		if onText != nil {
			onText(text)
		}
	})
	if err != nil && (ctx.Err() == nil || len(answers) == 0 || answers[0] == "") {
		return Reply{}, err
	}
	c.turns = append(turns[leftOut:], preference.Turn{Role: "assistant", Content: answers[0]})
	c.asked++
	return Reply{Text: answers[0], LeftOut: leftOut}, err
}

// fit returns the prompt of the latest turns that leave room for the new tokens, and the number of turns left out.
func (c *Conversation) fit(a *Answerer, turns []preference.Turn, newTokens int) (prompt []int32, leftOut int, err error) {
	room := a.model.Weights().Config.CachePositions() - newTokens
	for ; leftOut < len(turns); leftOut += 2 { // a question and its answer
		prompt, err = a.model.Chat.Prompt(slices.Concat(c.system, turns[leftOut:]))
		if err != nil {
			return nil, 0, err
		}
		if len(prompt) <= room {
			return prompt, leftOut, nil
		}
	}
	return nil, 0, fmt.Errorf("%w: it has %d tokens with the system prompt, but with %d new tokens there is room for %d; "+
		"shorten it, or generate fewer new tokens", ErrNoRoom, len(prompt), newTokens, max(room, 0))
}

// Reset removes all turns except the system prompt.
func (c *Conversation) Reset() { c.turns, c.asked = nil, 0 }

// Turns returns the system prompt, if any, and the turns so far.
func (c *Conversation) Turns() []preference.Turn { return slices.Concat(c.system, c.turns) }
