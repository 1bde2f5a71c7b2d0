package sweep

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Files of a sweep that were changed by hand are refused with what to do about them.
func TestDamagedFiles(t *testing.T) {
	for _, c := range []struct {
		name, content, want string
	}{
		{sweepFile, `{"axes": [`, "sweep.json: unexpected end of JSON input; remove the file, and the sweep writes it again from its runs"},
		{sweepFile, "", "; remove the file, "},
		{sweepFile, `{"axes": [{"setting": "nope", "values": ["1"]}]}`, `unknown setting "nope"; remove the file, `},
		{sweepFile, `{"axes": [{"setting": "beta", "values": []}]}`, "beta has no values; remove the file, "},
		{sweepFile, `{"zip": true, "axes": [{"setting": "beta", "values": ["0.1", "0.2"]}, {"setting": "lora_r", "values": ["4"]}]}`, "zipped settings need equally many values; "},
		{sweepFile, `{"zip": true, "axes": [{"setting": "seed", "values": ["1"]}]}`, "there is nothing to zip; "},
		{sweepFile, `{"zip": true}`, "the sweep has no axis; "},
		{ordersFile, `{"do": "fork", "run": "../elsewhere", "config": {"beta": 0.1}}` + "\n", `line 1: "../elsewhere" is no name of a run; remove the line`},
		{ordersFile, `{"do": "stop"}` + "\n", `line 1: "" is no name of a run; remove the line`},
		{ordersFile, "garbage\n", `orders.jsonl, line 1: invalid character 'g'`},
		{ordersFile, `{"do": "stop", "run": "beta-0.1"}` + "\n" + `{"do": "explode", "run": "beta-0.1"}` + "\n", `orders.jsonl, line 2: unknown order "explode"; remove the line`},
	} {
		dir := t.TempDir()
		if err := os.WriteFile(filepath.Join(dir, c.name), []byte(c.content), 0o644); err != nil {
			t.Fatal(err)
		}
		var err error
		if c.name == sweepFile {
			_, _, err = Read(dir)
		} else {
			_, err = ReadOrders(dir)
		}
		if err == nil || !strings.Contains(err.Error(), c.want) || strings.Count(err.Error(), "unexpected end") > 1 {
			t.Errorf("%s %q: %v, want %q", c.name, c.content, err, c.want)
		}
	}
}
