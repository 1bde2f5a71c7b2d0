package model

import (
	"strings"
	"testing"

	"github.com/gomlx/compute"

	"example.com/gonb-dpo/dpocore/config"
	"example.com/gonb-dpo/internal/tinymodel"
)

// cpu, amx, t4 and a100 stand in for machines: a processor without and with instructions for bfloat16, a GPU before Ampere and
// one of Ampere.
func TestChoosePrecision(t *testing.T) {
	cpu, amx, t4, a100 := hardware{}, hardware{bfloat16: true}, hardware{gpu: true}, hardware{gpu: true, bfloat16: true}
	const smol135M, smol360M, smol1700M = 134_515_008, 361_821_120, 1_711_376_384
	for _, c := range []struct {
		requested string
		machine   hardware
		weights   int
		want      string
	}{
		{"auto", cpu, smol135M, "float32"},
		{"auto", cpu, smol1700M, "float32"},
		{"auto", amx, smol135M, "bfloat16"},
		{"auto", amx, smol1700M, "bfloat16"},
		{"auto", t4, smol135M, "float32"},
		{"auto", t4, smol360M, "float32"},
		{"auto", t4, smol1700M, "float16"},
		{"auto", a100, smol135M, "bfloat16"},
		{"auto", a100, smol1700M, "bfloat16"},
		{"float16", cpu, smol135M, "float16"},
		{"bfloat16", cpu, smol135M, "bfloat16"},
		{"float32", amx, smol135M, "float32"},
		{"float32", t4, smol1700M, "float32"},
	} {
		if got := choosePrecision(c.requested, c.machine, c.weights); got != c.want {
			t.Errorf("%q on %+v, %d weights: %s, want %s", c.requested, c.machine, c.weights, got, c.want)
		}
	}
}

// A run in bfloat16 says how right it is, and how to avoid it or that it is slow here.
func TestBFloat16Note(t *testing.T) {
	for fast, want := range map[bool]string{true: "--precision float32 rounds nothing", false: "bfloat16 takes longer than float32 here"} {
		if note := bfloat16Note(fast); !strings.Contains(note, "a cosine of at least 0.99") || !strings.Contains(note, want) {
			t.Errorf("fast %t: %s", fast, note)
		}
	}
}

// A model that answered before training is loaded again in the precision that training takes; one that trained keeps it.
func TestTrainingChoosesAfterUse(t *testing.T) {
	m, err := Open(tinymodel.WriteChat(t, 1))
	if err != nil {
		t.Fatal(err)
	}
	defer m.Close()
	if err := m.LoadForUse(); err != nil {
		t.Fatal(err)
	}
	amx, plain := func(compute.Backend) hardware { return hardware{bfloat16: true} }, func(compute.Backend) hardware { return hardware{} }
	for i, step := range []struct {
		requested string
		on        func(compute.Backend) hardware
		want      string
	}{{"auto", plain, "float32"}, {"auto", amx, "bfloat16"}, {"auto", plain, "bfloat16"}, {"float32", amx, "float32"}, {"auto", amx, "float32"}} {
		if err := m.load(step.requested, config.Auto, step.on, false); err != nil || m.Precision() != step.want {
			t.Errorf("step %d: %s, %v; want %s", i, m.Precision(), err, step.want)
		}
	}
}
