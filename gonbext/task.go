package gonbext

import (
	"context"
	"fmt"
	"html/template"
	"os"

	"github.com/janpfeifer/gonb/gonbui"
)

// task is a cell that takes a while and ends in one output: until then the output says what goes on.
func task(fn func(ctx context.Context, say func(format string, args ...any)) (content, error)) {
	cell(func(ctx context.Context) error { return doTask(ctx, fn) })
}

// doTask is the part of a cell that is one task.
func doTask(ctx context.Context, fn func(ctx context.Context, say func(format string, args ...any)) (content, error)) error {
	id := "dpo-task-" + gonbui.UniqueId()
	put := func(html template.HTML) { gonbui.UpdateHTML(id, string(html)) }
	said := ""
	result, err := fn(ctx, func(format string, args ...any) {
		text := fmt.Sprintf(format, args...)
		if text == said {
			return
		}
		said = text
		put(paragraph(text + " …").HTML())
		if !gonbui.IsNotebook {
			fmt.Fprintln(os.Stderr, text, "…")
		}
	})
	switch {
	case err != nil:
		put("")
		return err
	case gonbui.IsNotebook:
		put(result.HTML())
		flush() // once a page has been listened to, a program that ends takes its last output along
	default:
		show(result)
	}
	return nil
}
