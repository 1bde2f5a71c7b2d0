package gpureport

import (
	"context"
	"fmt"
	"os/exec"

	"example.com/gonb-dpo/dpocore/selftest"
)

// examineSelfTest runs the quick checks, that of each set-up.
func examineSelfTest(ctx context.Context, r *reporter) finding {
	report, err := selftest.InChild(ctx, func(ctx context.Context) *exec.Cmd { return r.command(ctx, SelfTest) })
	var f finding
	switch {
	case err != nil && report.Backend == "":
		f = fault(err, "If a library is named, install it or run bash colab_setup.sh again; otherwise check the driver with nvidia-smi.")
		f.unusable = true
		return f
	case err != nil:
		f = fault(err, "The device computes wrong values; don't train on it. Check that the driver suits the plugin, and that GOMLX_BACKEND has no tf32.")
	default:
		f = verdict(true, "", "%s opened in %.1f s; all %d checks passed in %.1f s.", report.Backend, report.OpenSeconds, len(report.Results), report.Seconds())
	}
	f.table = [][]string{{"check", "result", "seconds"}, {"plugin", report.Description, fmt.Sprintf("%.2f", report.OpenSeconds)}}
	for _, c := range report.Results {
		text := c.Summary
		if c.Fault != "" {
			text = "failed: " + c.Fault
		}
		f.table = append(f.table, []string{c.Name, text, fmt.Sprintf("%.2f", c.Seconds)})
	}
	return f
}

// examineRecord compares a run of the tiny model with the one that was recorded on a CPU.
func examineRecord(ctx context.Context, r *reporter) finding {
	var d selftest.Differences
	if err := r.child(ctx, task{Name: "record"}, &d); err != nil {
		return fault(err, "Float32 is not float32 on this device, or a kernel is wrong; don't train on it before this is understood.")
	}
	return verdict(true, "", "%s", sentence(d.String()))
}

// gradientsIn returns a part that compares gradients in a half precision with those in float32.
func gradientsIn(precision string, minCosine float64) func(context.Context, *reporter) finding {
	return func(ctx context.Context, r *reporter) finding {
		var g selftest.Agreement
		if err := r.child(ctx, task{Name: "gradients", Model: r.Model, Precision: precision}, &g); err != nil {
			return fault(err, "Train in float32, with --precision float32.")
		}
		f := verdict(g.Cosine >= minCosine, "Train in float32, with --precision float32.",
			"The lowest cosine of a tensor's gradient with that in float32 is %.5f, where %g is allowed.", g.Cosine, minCosine)
		f.table = [][]string{{"what", "value"},
			{"lowest cosine", fmt.Sprintf("%.6f, of %s", g.Cosine, g.Tensor)},
			{"length of the gradient, relative to float32", fmt.Sprintf("%.5f", g.Length)},
			{"largest reward of a fresh adapter, which should be 0", fmt.Sprintf("%.1e", g.Reward)},
		}
		return f
	}
}
