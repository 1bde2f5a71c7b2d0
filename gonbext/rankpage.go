package gonbext

import (
	"context"
	"os"
	"strings"
	"time"

	"github.com/janpfeifer/gonb/gonbui"
	"github.com/janpfeifer/gonb/gonbui/comms"
)

// How long a cell waits for the page. Without a browser, or on Colab, nobody answers; and a reader who has gone away
// must not keep the next cells waiting.
const (
	knocks   = 4 * time.Second  // for its buttons to say that they are there
	patience = 60 * time.Second // after each press
)

// askPage shows a ranking and waits for its buttons. ok is false where they can't be reached, or where nobody presses them.
func askPage(ctx context.Context, r ranking) (order string, ok bool) {
	if !gonbui.IsNotebook || os.Getenv(maxStepsEnv) != "" {
		return "", false
	}
	r.Address = "/dpo/" + r.ID
	said := make(chan string, 16)
	id := comms.Subscribe(r.Address, func(_, word string) { said <- word })
	defer comms.Unsubscribe(id)
	comms.Start()
	out := "dpo-asked-" + r.ID
	gonbui.UpdateHTML(out, string(r.HTML()))
	defer gonbui.UpdateHTML(out, "")
	return listen(ctx, said, knocks, patience)
}

// listen waits for a page to be there, and then for its reader.
func listen(ctx context.Context, said <-chan string, knocks, patience time.Duration) (order string, ok bool) {
	for wait := knocks; ; {
		select {
		case <-ctx.Done():
			return "", false
		case <-time.After(wait):
			return "", false
		case word := <-said:
			wait = patience
			if order, ok := strings.CutPrefix(word, "order "); ok {
				return order, true
			}
		}
	}
}
