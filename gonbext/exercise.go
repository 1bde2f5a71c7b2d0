package gonbext

import (
	"context"
	"fmt"

	"example.com/gonb-dpo/gonbext/internal/cell"
	"example.com/gonb-dpo/gonbext/internal/exercises"
	"example.com/gonb-dpo/gonbext/internal/output"
)

// CheckAnswer reports whether the answer to an exercise of a notebook is right, and else gives a hint. The answer is a number, a word or
// a function, as the exercise asks. The solutions are in notebooks/solutions.
func CheckAnswer(exercise string, answer ...any) {
	cell.Run(func(context.Context) error {
		switch len(answer) {
		case 0:
			cell.Show(output.Notef("Exercise %s: write your answer after its number, as in gonbext.CheckAnswer(%q, 1.5).", exercise, exercise))
			return nil
		case 1:
		default:
			return fmt.Errorf("exercise %s takes one answer, and not %d", exercise, len(answer))
		}
		right, text, err := exercises.Check(exercise, answer[0])
		switch {
		case err != nil:
			return err
		case right:
			cell.Show(output.Donef("%s", text))
		default:
			cell.Show(output.Notef("%s", text))
		}
		return nil
	})
}
