package gpureport

import (
	"context"
	"fmt"
	"math"
)

// examineResuming stops a run in the middle, resumes it in another process, and compares its end with that of a run that was not
// stopped.
func examineResuming(ctx context.Context, r *reporter) finding {
	const remedy = "A resumed run ends with another adapter than one that was not stopped. It is not wrong, but dpo replay can't confirm it."
	if r.warm == nil {
		return finding{state: notRun, summary: "The run to compare with was not finished."}
	}
	before, err := r.train(ctx, "resumed", float32Precision, trainedSteps/2)
	if err != nil {
		return fault(err, remedy)
	}
	after, err := r.train(ctx, "resumed", float32Precision, 0)
	if err != nil {
		return fault(err, "Run dpo train again with --resume and look at its message.")
	}
	f := verdict(after.Adapter == r.warm.Adapter, remedy, "Stopped after step %d and resumed, the run ends with %s bytes of the adapter.",
		trainedSteps/2, map[bool]string{true: "the same", false: "other"}[after.Adapter == r.warm.Adapter])
	f.table = [][]string{{"step", "loss, not stopped", "loss, stopped and resumed", "difference"}}
	for i, loss := range append(before.Losses, after.Losses...) {
		f.table = append(f.table, []string{fmt.Sprint(i + 1), fmt.Sprintf("%.6f", r.warm.Losses[i]), fmt.Sprintf("%.6f", loss),
			fmt.Sprintf("%.1e", math.Abs(loss-r.warm.Losses[i]))})
	}
	return f
}
