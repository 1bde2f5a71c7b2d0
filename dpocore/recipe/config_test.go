package recipe

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"example.com/gonb-dpo/dpocore/config"
)

// Settings under either name; a ratio replaces the number of steps, as on the command line. A fault names its line.
func TestConfig(t *testing.T) {
	for _, c := range []struct {
		text string
		want func(*config.Config)
		err  string
	}{
		{text: "", want: func(*config.Config) {}},
		{text: "# two settings\nbeta: 0.3\nper_device_train_batch_size: 2\n", want: func(c *config.Config) { c.Beta, c.BatchSize = 0.3, 2 }},
		{text: "warmup_ratio: 0.1\nlora_modules: [q_proj, v_proj]\nsystem: null\n", want: func(c *config.Config) {
			c.WarmupSteps, c.WarmupRatio, c.LoRAModules = 0, 0.1, []string{"q_proj", "v_proj"}
		}},
		{text: "template_arg: {enable_thinking: false}\n", want: func(c *config.Config) {
			if err := c.TemplateArgs.Set(`{"enable_thinking": false}`); err != nil {
				t.Error(err)
			}
		}},
		{text: "beta: 0.1\nbetta: 0.2\n", err: "run.yaml, line 2: unknown setting betta; `dpo config show`"},
		{text: "output_dir: runs/a\n", err: "run.yaml, line 1: unknown setting output_dir"},
		{text: "max_steps: many\n", err: "run.yaml, line 1: "},
		{text: "max_steps: 3\nbeta: -1\n", err: "run.yaml, line 2: beta is -1"},
		{text: "beta: {a: 1}\n", err: "run.yaml, line 1: beta takes one value"},
	} {
		path := filepath.Join(t.TempDir(), "run.yaml")
		if err := os.WriteFile(path, []byte(c.text), 0o644); err != nil {
			t.Fatal(err)
		}
		f, err := Read(path)
		if err != nil {
			t.Fatal(err)
		}
		got, err := f.Config()
		if c.err != "" {
			if err == nil || !strings.Contains(err.Error(), c.err) {
				t.Errorf("%q: %v", c.text, err)
			}
			continue
		}
		want := config.Default()
		c.want(&want)
		for _, row := range config.Settings {
			if row.Print(got) != row.Print(want) {
				t.Errorf("%q: %s is %s, want %s", c.text, row.Name(), row.Print(got), row.Print(want))
			}
		}
		if err != nil {
			t.Errorf("%q: %v", c.text, err)
		}
	}
}
