package gonbext

import (
	"context"

	"example.com/gonb-dpo/gonbext/internal/cell"
	"example.com/gonb-dpo/gonbext/internal/measure"
	"example.com/gonb-dpo/gonbext/internal/output"
)

// Answer shows the answers of the model in a folder, such as [Merge] creates, and of the base model to the same prompts.
// Without prompts it uses three sample prompts.
func Answer(folder string, prompts ...string) {
	cell.Task(func(ctx context.Context, status cell.Status) (output.Content, error) {
		return measure.Answers(ctx, folder, prompts, status)
	})
}
