package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"example.com/gonb-dpo/dpocore/config"
	"example.com/gonb-dpo/dpocore/run"
)

// TestRecipes translates a recipe of each tool and trains with it, with flags for what a tiny model needs.
func TestRecipes(t *testing.T) {
	p := newPlace(t)
	for name, want := range map[string]func(*config.Config){
		"trl": func(c *config.Config) { c.Beta, c.LearningRate, c.WarmupRatio = 0.01, 5e-6, 0.1 },
		"llamafactory": func(c *config.Config) {
			c.Beta, c.LearningRate, c.SFTWeight, c.GradientAccumulation, c.LoRAAlpha = 0.1, 5e-6, 0.1, 8, 16
		},
		"axolotl": func(c *config.Config) {
			c.Beta, c.LearningRate, c.WarmupSteps, c.GradientAccumulation = 0.2, 2e-4, 10, 4
		},
	} {
		p.name(strings.ToUpper(name)+"FILE", filepath.Join("..", "..", "dpocore", "recipe", "testdata", name+".yaml"))
		p.name(strings.ToUpper(name)+"RUN", filepath.Join(p.dir, name))
		word := strings.ToUpper(name)
		if out, err := p.run("config translate " + word + "FILE --out " + word + "RUN.yaml").CombinedOutput(); err != nil || !strings.Contains(string(out), "are missing here") {
			t.Fatalf("%s: %v: %s", name, err, out)
		}
		out, err := p.run("train --config " + word + "RUN.yaml --model MODEL --data PAIRS --eval-data PAIRS --out " + word +
			"RUN --precision float32 --max-steps 1 --batch-size 2 --gradient-accumulation-steps 1 --lora-r 4 --lora-modules all-linear --max-length 64").CombinedOutput()
		if err != nil {
			t.Fatalf("%s: %v: %s", name, err, out)
		}
		record, _, err := run.ReadRecord(p.path(word + "RUN"))
		if err != nil {
			t.Fatal(err)
		}
		c := record.Config
		want(&c)
		c.GradientAccumulation = 1
		if difference := config.Difference(c, record.Config); difference != "" || !record.Finished {
			t.Errorf("%s: %s", name, difference)
		}
	}
}

// TestConfigShow: what is shown is a file that gives the same settings.
func TestConfigShow(t *testing.T) {
	p := newPlace(t)
	p.name("FILE", filepath.Join(p.dir, "run.yaml"))
	p.write(p.path("FILE"), []byte("beta: 0.3\nlora_target_modules: [q_proj]\ndataset_name: o/n:c/train\n"))
	shown, err := p.run("config show --config FILE --learning-rate 1e-4").Output()
	for _, want := range []string{"beta: 0.3 ", "# " + p.path("FILE") + ", line 1", "lora_target_modules: [q_proj]", "learning_rate: 0.0001 ", "# flag", "max_length: 512 ", "# default", `dataset_name: "o/n:c/train"`} {
		if err != nil || !strings.Contains(string(shown), want) {
			t.Errorf("%v: lacks %q:\n%s", err, want, shown)
		}
	}
	if err := os.WriteFile(p.path("FILE"), shown, 0o600); err != nil {
		t.Fatal(err)
	}
	again, err := p.run("config show --config FILE").Output()
	values := func(text []byte) (list []string) {
		for line := range strings.Lines(string(text)) {
			value, _, _ := strings.Cut(line, " #")
			list = append(list, strings.TrimSpace(value))
		}
		return list
	}
	if a, b := strings.Join(values(shown), "\n"), strings.Join(values(again), "\n"); err != nil || a != b {
		t.Errorf("%v\n%s\nis read as\n%s", err, a, b)
	}
	p.fails(badInput{"train --config NONE.yaml --model MODEL --data PAIRS --out OUT", 2, "read the settings: open NONE.yaml: no such file or directory"})
}
