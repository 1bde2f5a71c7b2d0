package main

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"example.com/gonb-dpo/dpocore/config"
	"example.com/gonb-dpo/dpocore/sweep"
)

// TestControlCommand gives orders to a sweep that has not started yet.
func TestControlCommand(t *testing.T) {
	p := newPlace(t)
	grid := sweep.Grid{Config: config.Default()}
	grid.Config.MaxSteps, grid.Config.Scheduler = 20, "constant"
	axis, err := sweep.NewAxis("beta", "0.1", "0.3")
	if err == nil {
		err = grid.Add(axis)
	}
	if err == nil {
		err = grid.Begin(p.path("OUT"))
	}
	if err != nil {
		t.Fatal(err)
	}
	for args, want := range map[string]string{
		"control stop OUT/beta-0.1":      "beta-0.1 stops after its current step, with a checkpoint of it; the sweep continues with the next run.\n",
		"control extend OUT/beta-0.3 60": "beta-0.3 has 60 steps from now on.\n",
	} {
		if out, err := p.run(strings.ReplaceAll(args, "OUT/", p.path("OUT")+"/")).CombinedOutput(); err != nil || string(out) != want {
			t.Errorf("%s: %v, %s", args, err, out)
		}
	}
	if grid.Orders, err = sweep.ReadOrders(p.path("OUT")); err != nil || !grid.Halted("beta-0.1") || grid.Halted("beta-0.3") {
		t.Errorf("orders %+v, %v", grid.Orders, err)
	}
	points := grid.Points()
	if i := slices.IndexFunc(points, func(p sweep.Point) bool { return p.Name == "beta-0.3" }); points[i].Config.MaxSteps != 60 || points[1-i].Config.MaxSteps != 20 {
		t.Errorf("runs %+v", points)
	}
	for args, want := range map[string]string{
		"control fork OUT/beta-0.3 beta=0.5": "dpo: control the sweep: beta-0.3 has no checkpoint yet; wait for one, or stop it, which saves one\n",
		"control resume OUT/beta-1":          `dpo: control the sweep: the sweep in ` + p.path("OUT") + ` has no run "beta-1"; did you mean beta-0.1?` + "\n",
	} {
		if out, err := p.run(strings.ReplaceAll(args, "OUT/", p.path("OUT")+"/")).CombinedOutput(); err == nil || string(out) != want {
			t.Errorf("%s: %v, %s, want %s", args, err, out, want)
		}
	}
	if out, err := p.run("control stop " + filepath.Join(p.dir, "none", "beta-0.1")).CombinedOutput(); err == nil || !strings.Contains(string(out), "there is no sweep in") {
		t.Errorf("no sweep: %v, %s", err, out)
	}
}
