package live

import (
	"strings"
	"testing"

	"example.com/gonb-dpo/dpocore/config"
	"example.com/gonb-dpo/dpocore/sweep"
)

func TestControlsHTML(t *testing.T) {
	html := string(controlsHTML("dpo-control-1", []string{"beta-0.1", "loss-<b>"}))
	for _, want := range []string{
		"<option>beta-0.1</option>", "<option>loss-&lt;b&gt;</option>", `data-order="stop"`, `data-order="resume"`, `data-order="extend" data-with="steps"`,
		`data-order="fork" data-with="change"`, `style="display:none`, `("dpo-control-1", "/dpo/dpo-control-1")`,
	} {
		if !strings.Contains(html, want) {
			t.Errorf("lacks %s in\n%s", want, html)
		}
	}
}

// What a button sends becomes an order, or a sentence that says why not.
func TestObey(t *testing.T) {
	dir := t.TempDir()
	grid := sweep.Grid{Config: config.Default()}
	axis, err := sweep.NewAxis("beta", "0.1")
	if err == nil {
		err = grid.Add(axis)
	}
	if err == nil {
		err = grid.Begin(dir)
	}
	if err != nil {
		t.Fatal(err)
	}
	if said := Obey(dir, "extend beta-0.1 "); !strings.HasPrefix(said, "Control the sweep: an order is ") {
		t.Errorf("an empty field: %s", said)
	}
	if said := Obey(dir, "stop beta-0.1"); !strings.HasPrefix(said, "beta-0.1 stops after its current step") {
		t.Errorf("stop: %s", said)
	}
	if grid.Orders, err = sweep.ReadOrders(dir); err != nil || !grid.Halted("beta-0.1") {
		t.Errorf("orders %+v, %v", grid.Orders, err)
	}
}
