package rater

import (
	"context"
	"strings"
	"time"

	"github.com/janpfeifer/gonb/gonbui"
	"github.com/janpfeifer/gonb/gonbui/comms"

	"example.com/gonb-dpo/gonbext/internal/cell"
	"example.com/gonb-dpo/gonbext/internal/views"
)

// Time-outs for the page. Without a browser, or on Colab, it never connects; and a reader who has left must not block the
// cells that follow.
const (
	connectTimeout = 4 * time.Second  // for the buttons to connect
	pressTimeout   = 60 * time.Second // after each press
)

// askPage shows a ballot and waits for its buttons. ok is false if the page does not connect or nobody presses a button.
func askPage(ctx context.Context, b views.Ballot) (order string, ok bool) {
	if !cell.HasPage() {
		return "", false
	}
	b.Address = "/dpo/" + b.ID
	messages := make(chan string, 16)
	id := comms.Subscribe(b.Address, func(_, message string) { messages <- message })
	defer comms.Unsubscribe(id)
	comms.Start()
	out := "dpo-asked-" + b.ID
	gonbui.UpdateHTML(out, string(b.HTML()))
	defer gonbui.UpdateHTML(out, "")
	return listen(ctx, messages, connectTimeout, pressTimeout)
}

// listen waits for the page to connect, and then for an order.
func listen(ctx context.Context, messages <-chan string, connect, press time.Duration) (order string, ok bool) {
	for wait := connect; ; {
		select {
		case <-ctx.Done():
			return "", false
		case <-time.After(wait):
			return "", false
		case message := <-messages:
			wait = press
			if order, ok := strings.CutPrefix(message, "order "); ok {
				return order, true
			}
		}
	}
}
