package cell

import (
	"context"
	"fmt"
	"html/template"
	"os"

	"github.com/janpfeifer/gonb/gonbui"

	"example.com/gonb-dpo/gonbext/internal/output"
)

// Status shows what a task is doing, as one line that each call replaces.
type Status func(format string, args ...any)

// Task runs a cell that takes a while and has one output: a status line until the result replaces it.
func Task(fn func(ctx context.Context, status Status) (output.Content, error)) {
	Run(func(ctx context.Context) error { return RunTask(ctx, fn) })
}

// RunTask runs a task as a part of a cell. A result is shown even if there is an error too.
func RunTask(ctx context.Context, fn func(ctx context.Context, status Status) (output.Content, error)) error {
	id := "dpo-task-" + gonbui.UniqueId()
	put := func(html template.HTML) { gonbui.UpdateHTML(id, string(html)) }
	previous := ""
	result, err := fn(ctx, func(format string, args ...any) {
		text := fmt.Sprintf(format, args...)
		if text == previous {
			return
		}
		previous = text
		put(output.Paragraph(text + " …").HTML())
		if !gonbui.IsNotebook {
			fmt.Fprintln(os.Stderr, text, "…")
		}
	})
	switch {
	case err != nil:
		put("")
		if result != nil { // it could not be saved, for example
			Show(result)
		}
		return err
	case gonbui.IsNotebook:
		put(result.HTML())
	default:
		Show(result)
	}
	return nil
}
