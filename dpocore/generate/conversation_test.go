package generate_test

import (
	"context"
	"errors"
	"reflect"
	"strings"
	"testing"

	"example.com/gonb-dpo/dpocore/generate"
	"example.com/gonb-dpo/dpocore/model"
	"example.com/gonb-dpo/dpocore/preference"
	"example.com/gonb-dpo/internal/tinymodel"
)

func tinyAnswerer(t *testing.T) *generate.Answerer {
	t.Helper()
	model, err := model.Open(tinymodel.WriteChat(t, 1))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { model.Close() })
	answerer, err := generate.NewAnswerer(model, "")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(answerer.Close)
	return answerer
}

var drawn = generate.Options{MaxNewTokens: 10, Temperature: 1, TopK: 100, TopP: 0.95, RepetitionPenalty: 1.1, Samples: 1, Seed: 3}

func ask(t *testing.T, c *generate.Conversation, a *generate.Answerer, message string, o generate.Options) generate.Reply {
	t.Helper()
	var streamed strings.Builder
	reply, err := c.Ask(context.Background(), a, message, o, func(text string) { streamed.WriteString(text) })
	if err != nil {
		t.Fatal(err)
	}
	if streamed.String() != reply.Text {
		t.Errorf("streamed %q, the reply is %q", streamed.String(), reply.Text)
	}
	return reply
}

// Each reply equals that of a new answerer to all turns before it, with the seeds 3, 4 and 5.
func TestConversation(t *testing.T) {
	answerer, fresh := tinyAnswerer(t), tinyAnswerer(t)
	talk := generate.NewConversation("You are a pirate.")
	turns := []preference.Turn{{Role: "system", Content: "You are a pirate."}}
	for i, message := range []string{"Hello!", "Who are you?", strings.Repeat("What else? ", 30)} {
		turns = append(turns, preference.Turn{Role: "user", Content: message})
		o := drawn
		o.Seed += uint64(i)
		want, err := fresh.Answer(context.Background(), turns, o, nil)
		if err != nil {
			t.Fatal(err)
		}
		reply := ask(t, talk, answerer, message, drawn)
		if reply.Text != want[0] || reply.LeftOut != 0 {
			t.Errorf("message %d: %+v, want %q", i, reply, want[0])
		}
		turns = append(turns, preference.Turn{Role: "assistant", Content: reply.Text})
	}
	if got := talk.Turns(); !reflect.DeepEqual(got, turns) {
		t.Errorf("the turns are %v, want %v", got, turns)
	}
	talk.Reset()
	if got := talk.Turns(); !reflect.DeepEqual(got, turns[:1]) {
		t.Errorf("after Reset the turns are %v", got)
	}
	first := ask(t, generate.NewConversation("You are a pirate."), fresh, "Hello!", drawn)
	if again := ask(t, talk, answerer, "Hello!", drawn); again != first {
		t.Errorf("after Reset the answer is %q, in a new conversation %q", again.Text, first.Text)
	}
}

// The oldest turns are dropped two at a time, the system prompt never.
func TestConversationDropsOldTurns(t *testing.T) {
	answerer := tinyAnswerer(t)
	talk := generate.NewConversation("Be brief.")
	message := strings.Repeat("word ", 150) // a bit over 150 tokens; there is room for 1,024 − 400
	o := drawn
	o.MaxNewTokens, o.Stop = 400, []string{"e", "a", "i", "o", "s", "t", " "} // end soon
	var leftOut []int
	for range 6 {
		leftOut = append(leftOut, ask(t, talk, answerer, message, o).LeftOut)
	}
	if leftOut[0] != 0 || leftOut[1] != 0 || leftOut[5] != 2 {
		t.Errorf("left out: %v", leftOut)
	}
	turns := talk.Turns()
	if turns[0].Role != "system" || turns[1].Role != "user" || len(turns)%2 != 1 || len(turns) > 9 {
		t.Errorf("%d turns remain, the first two from %s and %s", len(turns), turns[0].Role, turns[1].Role)
	}
	_, err := talk.Ask(context.Background(), answerer, strings.Repeat("word ", 700), o, nil)
	if !errors.Is(err, generate.ErrNoRoom) || !strings.Contains(err.Error(), "room for 624") {
		t.Errorf("700 tokens: %v", err)
	}
	if got := talk.Turns(); !reflect.DeepEqual(got, turns) {
		t.Error("the rejected message changed the conversation")
	}
}

// A partial answer remains in the conversation; a message without any answer does not.
func TestConversationCancelled(t *testing.T) {
	answerer := tinyAnswerer(t)
	talk := generate.NewConversation("")
	ctx, cancel := context.WithCancel(context.Background())
	o := drawn
	o.MaxNewTokens = 500
	reply, err := talk.Ask(ctx, answerer, "Hello!", o, func(string) { cancel() })
	if !errors.Is(err, context.Canceled) || reply.Text == "" {
		t.Fatalf("cancelled while answering: %+v, %v", reply, err)
	}
	if turns := talk.Turns(); len(turns) != 2 || turns[1].Content != reply.Text {
		t.Errorf("after the cancelled answer the turns are %v", turns)
	}
	if _, err := talk.Ask(ctx, answerer, "Still there?", o, nil); !errors.Is(err, context.Canceled) {
		t.Errorf("with a cancelled context: %v", err)
	}
	if turns := talk.Turns(); len(turns) != 2 {
		t.Errorf("a message without an answer is in the conversation: %v", turns)
	}
	ask(t, talk, answerer, "And now?", drawn)
}
