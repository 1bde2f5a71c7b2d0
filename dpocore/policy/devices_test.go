package policy_test

import (
	"testing"

	"example.com/gonb-dpo/dpocore/batch"
	"example.com/gonb-dpo/dpocore/policy"
	"example.com/gonb-dpo/dpocore/policy/adamw"
	"example.com/gonb-dpo/dpocore/policy/parallel"
	"example.com/gonb-dpo/dpocore/weights"
	"example.com/gonb-dpo/internal/manydevices"
	"example.com/gonb-dpo/internal/tinymodel"
)

// onDevices is a new policy on the tiny model, on a CPU that shows itself as several devices.
func onDevices(t *testing.T, count int) *policy.Policy {
	t.Helper()
	backend := manydevices.Open(t, count)
	t.Cleanup(backend.Finalize)
	loaded, err := weights.Load(backend, tinymodel.Write(t, tinymodel.Config(), 1))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(loaded.Finalize)
	p, err := policy.New(backend, loaded, tinyLayout(t), trainedAdapter(t))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.Finalize)
	return p
}

// Three steps of three rows on two devices end where they do on one, up to the order of a sum, and after each step all
// devices have the same adapter to the bit.
func TestDevices(t *testing.T) {
	one, two := onDevices(t, 1), onDevices(t, 2)
	devices, err := parallel.Spread(two, 2)
	if err != nil {
		t.Fatal(err)
	}
	defer devices.FinalizeCopies()
	if len(devices) != 2 {
		t.Fatalf("the policy is on %d devices, want 2", len(devices))
	}
	loss := policy.Loss{Type: "sigmoid", Scalars: policy.Scalars{Beta: 0.5}}
	for step := range 3 {
		rows := pack(t, small, examples(10, uint64(20+step)))
		if len(rows) != 3 {
			t.Fatalf("%d rows, want 3", len(rows))
		}
		accumulate(t, one, rows, ones(10), loss)
		for begin := 0; begin < len(rows); begin += 2 {
			now := rows[begin:min(begin+2, len(rows))]
			err := devices.Each(len(now), func(i int, p *policy.Policy) error { return learn(p, now[i], loss) })
			if err != nil {
				t.Fatal(err)
			}
		}
		wantNorm := update(t, one, 1e-3, 1)
		norm, err := devices.Update(1e-3, 1, adamw.Default)
		if err != nil {
			t.Fatal(err)
		}
		within(t, "the gradient's norm", norm/wantNorm, 1, 1e-6)
		same(t, "the adapter", snapshot(t, two)[0], snapshot(t, one)[0], 1e-6)
		same(t, "the other device's adapter", snapshot(t, devices[1])[0], snapshot(t, two)[0], 0)
	}
}

func learn(p *policy.Policy, row *batch.Row, l policy.Loss) error {
	reference, err := p.Reference(row)
	if err != nil {
		return err
	}
	_, err = p.Accumulate(row, reference.LogProbs, ones(len(row.Examples)), l)
	return err
}
