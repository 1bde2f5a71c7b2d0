// Package chat turns preference pairs into token ids with the model's chat
// template, as TRL does.
//
// Start with [New], then [Encoder.Pair] for training and [Encoder.Prompt] for
// generation; [Encoder.Render] shows the text that is tokenized.
//
// Control tokens such as <|im_end|> come only from the template. If a user's
// message or an answer spells one, it is encoded as ordinary text.
package chat

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"

	"example.com/gonb-dpo/dpocore/preference"
	"example.com/gonb-dpo/dpocore/tokenizer"
)

// Errors of a conversation that the model has no tokens for.
var (
	// ErrSpelled: a text spells a control token, and the tokenizer has no other tokens for it.
	ErrSpelled = errors.New("the text spells a control token, which this model's tokenizer can't encode as plain text")
	// ErrRejected: the template raises an exception, for example because roles must alternate.
	ErrRejected = errors.New("the chat template rejects the conversation")
)

// Encoder renders conversations and tokenizes them. It is safe for
// concurrent use.
type Encoder struct {
	tokenizer *tokenizer.Tokenizer
	template  *template
	control   *controlTokens
}

// Tokens are the ids of one pair. The model sees two sequences: Prompt followed
// by Chosen, and Prompt followed by Rejected.
type Tokens struct {
	Prompt, Chosen, Rejected []int32

	// Dropped is the part of an answer that the template leaves out, and that the model therefore never sees, such as the
	// thoughts before </think>. It is empty if both answers are complete but for white space.
	Dropped string
	// DroppedPrompt is the same of the first turn of the prompt that is not complete, with its role, such as a system turn that the
	// template knows nothing of.
	DroppedPrompt string
}

// Mismatch reports that the tokens of a prompt are not a prefix of the tokens of
// the prompt with its answer: the template ends a prompt differently if an
// answer follows, or tokens merge across the boundary. As in TRL, the answers
// then start at the first difference, and the rest of the prompt is dropped.
type Mismatch struct {
	Between string // the text of the prompt that was dropped
}

// New prepares the chat template of a tokenizer's model.
func New(tok *tokenizer.Tokenizer) (*Encoder, error) {
	source := tok.ChatTemplate()
	if source == "" {
		return nil, errors.New("the model has no chat template; use an instruction-tuned model, add chat_template.jinja to its folder, or name a template (--chat-template)")
	}
	template, err := compile(source, tok.Names())
	if err != nil {
		return nil, fmt.Errorf("read the chat template: %w", err)
	}
	e := &Encoder{tokenizer: tok, template: template, control: newControlTokens(tok)}
	if err := e.try(); err != nil {
		return nil, fmt.Errorf("try the chat template: %w", err)
	}
	return e, nil
}

// try renders conversations of the usual forms, so that a template that can't be rendered is refused before any data is read.
// It may reject all but the first.
func (e *Encoder) try() error {
	question := preference.User("Hi")
	if _, err := e.Render(question, true); err != nil {
		return err
	}
	thought := answered(question, "<think>\nA greeting.\n</think>\n\nHello.")
	system := preference.Turn{Role: "system", Content: "Be kind."}
	for _, turns := range [][]preference.Turn{thought, append(thought, question...), append([]preference.Turn{system}, thought...)} {
		last := turns[len(turns)-1].Role
		if _, err := e.Render(turns, last == "user"); err != nil && !errors.Is(err, ErrRejected) {
			return err
		}
	}
	return nil
}

// Render returns the text of turns as formatted by the template, with the start
// of the assistant's next turn if addGenerationPrompt is set.
func (e *Encoder) Render(turns []preference.Turn, addGenerationPrompt bool) (string, error) {
	r, err := e.render(turns, addGenerationPrompt)
	return r.marks.restore(r.text), err
}

// Prompt returns the ids of turns and of the start of the assistant's next turn:
// the prompt for generation.
func (e *Encoder) Prompt(turns []preference.Turn) ([]int32, error) {
	ids, _, err := e.encode(turns, true)
	return ids, err
}

// Pair returns the ids of a pair: those of the prompt up to the start of the
// assistant's turn, and those that each answer adds; of a single one the other
// side has none. The Mismatch is not nil if
// the prompt's tokens were not a prefix; the tokens are usable in that case too.
func (e *Encoder) Pair(pair preference.Pair) (Tokens, *Mismatch, error) {
	tokens, mismatch, err := e.pair(pair)
	if err != nil {
		return Tokens{}, nil, fmt.Errorf("%s: %w", pair.Where(), err)
	}
	return tokens, mismatch, nil
}

func (e *Encoder) pair(pair preference.Pair) (Tokens, *Mismatch, error) {
	if pair.Single && pair.Chosen == "" {
		pair.Chosen = pair.Rejected
		tokens, mismatch, err := e.pair(pair)
		tokens.Chosen, tokens.Rejected = nil, tokens.Chosen
		return tokens, mismatch, err
	}
	prompt, err := e.Prompt(pair.Prompt)
	if err != nil {
		return Tokens{}, nil, fmt.Errorf("prompt: %w", err)
	}
	chosen, read, err := e.encode(answered(pair.Prompt, pair.Chosen), false)
	if err != nil {
		return Tokens{}, nil, fmt.Errorf("chosen answer: %w", err)
	}
	last, shared := len(pair.Prompt), commonPrefix(prompt, chosen)
	tokens := Tokens{Dropped: read.dropped(last), DroppedPrompt: read.droppedBefore(last)}
	if !pair.Single {
		rejected, alsoRead, err := e.encode(answered(pair.Prompt, pair.Rejected), false)
		if err != nil {
			return Tokens{}, nil, fmt.Errorf("rejected answer: %w", err)
		}
		shared = min(shared, commonPrefix(prompt, rejected))
		tokens.Rejected, tokens.Dropped = rejected[shared:], cmp.Or(tokens.Dropped, alsoRead.dropped(last))
	}
	tokens.Prompt, tokens.Chosen = prompt[:shared:shared], chosen[shared:]
	if shared == len(prompt) {
		return tokens, nil, nil
	}
	return tokens, &Mismatch{Between: e.tokenizer.Decode(prompt[shared:], false)}, nil
}

// EndsTurn reports whether an answer ends in a token at which generation stops.
func (e *Encoder) EndsTurn(answer []int32) bool {
	const few = 4 // a template may write a newline after the token
	stops := e.tokenizer.EOSIDs()
	return slices.ContainsFunc(answer[max(0, len(answer)-few):], func(id int32) bool { return slices.Contains(stops, id) })
}

// AnswerEnd returns what the template writes after an answer, such as "<|im_end|>\n"; "" for nothing.
func (e *Encoder) AnswerEnd() string {
	const answer = "Hello"
	text, err := e.Render(answered(preference.User("Hi"), answer), false)
	at := strings.LastIndex(text, answer)
	if err != nil || at < 0 {
		return ""
	}
	return text[at+len(answer):]
}

// Ends returns the texts of the tokens at which generation stops.
func (e *Encoder) Ends() string {
	var texts []string
	for _, id := range e.tokenizer.EOSIDs() {
		texts = append(texts, e.tokenizer.Decode([]int32{id}, false))
	}
	return strings.Join(texts, ", ")
}

// answered returns the prompt's turns followed by the answer.
func answered(prompt []preference.Turn, answer string) []preference.Turn {
	turns := make([]preference.Turn, 0, len(prompt)+1)
	return append(append(turns, prompt...), preference.Turn{Role: "assistant", Content: answer})
}

// commonPrefix returns the length of the common prefix of a and b.
func commonPrefix(a, b []int32) int {
	n := min(len(a), len(b))
	for i := range n {
		if a[i] != b[i] {
			return i
		}
	}
	return n
}
