package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"example.com/gonb-dpo/dpocore/config"
	"example.com/gonb-dpo/dpocore/sweep"
	"example.com/gonb-dpo/internal/tinymodel"
)

const shortSweep = "sweep --model MODEL --data PAIRS --eval-data PAIRS --max-steps 2 --batch-size 2 --learning-rate 1e-3 --betas 0.05,0.3 --out OUT"

// TestSweepCommand sweeps two betas; the same command again trains nothing and says the same.
func TestSweepCommand(t *testing.T) {
	p := newPlace(t)
	var told strings.Builder
	cmd := p.run(shortSweep)
	cmd.Stderr = &told
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%v: %s", err, told.String())
	}
	for _, want := range []string{"run 1 of 2, beta-0.05, step 1/2", "run 2 of 2, beta-0.3, step 1/2", "left for all runs"} {
		if !strings.Contains(told.String(), want) {
			t.Errorf("lacks %q in\n%s", want, told.String())
		}
	}
	for _, want := range []string{"held-out accuracy", "beta-0.05", "beta-0.3", "Gap: how much more"} {
		if !strings.Contains(string(out), want) {
			t.Errorf("lacks %q in\n%s", want, out)
		}
	}
	for _, name := range []string{"sweep.json", "plots/frontier.png", "plots/curves.svg", "beta-0.3/adapter_model.safetensors", "beta-0.05/plots/overview.png"} {
		if _, err := os.Stat(filepath.Join(p.path("OUT"), name)); err != nil {
			t.Error(err)
		}
	}
	again, err := p.run(shortSweep).CombinedOutput()
	if err != nil || strings.Contains(string(again), "step 1/2") || !strings.HasSuffix(string(again), string(out)) {
		t.Errorf("again: %v: %s", err, again)
	}
}

// TestJobs runs the printed lines two at a time; gathering then trains nothing.
func TestJobs(t *testing.T) {
	p := newPlace(t)
	p.name("ODD", filepath.Join(p.dir, "a pair's.jsonl"))
	content, err := os.ReadFile(p.path("PAIRS"))
	if err != nil {
		t.Fatal(err)
	}
	p.write(p.path("ODD"), content)
	args := strings.Fields(shortSweep)
	for i, arg := range args {
		args[i] = p.path(strings.Replace(arg, "PAIRS", "ODD", 1))
	}
	lines := output(t, append(args, "--print-jobs", "--lora-modules", "q_proj,v_proj")...)
	first, _, _ := strings.Cut(strings.NewReplacer(p.path("OUT"), "OUT", p.path("MODEL"), "MODEL", p.dir, "PLACE").Replace(lines), "\n")
	const want = `dpo train --batch-size=2 --data='PLACE/a pair'\''s.jsonl' --eval-data='PLACE/a pair'\''s.jsonl' --learning-rate=0.001 --lora-modules=q_proj,v_proj ` +
		"--max-steps=2 --model=MODEL --beta=0.05 --resume --out OUT/beta-0.05"
	if first != want {
		t.Errorf("the first job is\n%s\nwant\n%s", first, want)
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	jobs := exec.Command("xargs", "-P", "2", "-d", `\n`, "-I", "LINE", "sh", "-c", "LINE")
	jobs.Env = append(os.Environ(), asCommand+"=1")
	jobs.Stdin = strings.NewReader(strings.ReplaceAll(lines, "dpo train", self+" train"))
	if out, err := jobs.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	gathered, err := dpo(t, append(args, "--lora-modules", "q_proj,v_proj")...).CombinedOutput()
	if err != nil || strings.Contains(string(gathered), "step 1/2") || !strings.Contains(string(gathered), "run 2 of 2, beta-0.3 is already finished") {
		t.Errorf("gathering: %v: %s", err, gathered)
	}
	record, ok, err := sweep.Read(p.path("OUT"))
	if err != nil || !ok || len(record.Settings) != 2 {
		t.Errorf("sweep.json has %+v, %v", record, err)
	}
}

// TestDateOfJobs: the jobs of a template that writes the date have the same one, whenever they are printed; others have none, since
// --date would change a template that writes a date only if it is given one.
func TestDateOfJobs(t *testing.T) {
	p := newPlace(t)
	p.name("DAILY", tinymodel.WriteTemplate(t, tinymodel.Daily))
	for _, word := range []string{"NONE", "GIVEN", "TODAY", "EARLIER"} {
		p.name(word, filepath.Join(p.dir, word))
	}
	const jobs = "sweep --data PAIRS --eval-data PAIRS --betas 0.05,0.3 --print-jobs"
	dated := func(flags string) []string {
		out, err := p.run(jobs + flags).Output()
		if err != nil {
			t.Fatalf("%s: %v", flags, err)
		}
		return regexp.MustCompile(`--date=\S+`).FindAllString(string(out), -1)
	}
	today := "--date=" + time.Now().Format(config.Day)
	for _, c := range []struct {
		flags string
		want  []string
	}{
		{" --model MODEL --out NONE", nil},
		{" --model MODEL --out GIVEN --date 2020-01-31", []string{"--date=2020-01-31", "--date=2020-01-31"}},
		{" --model DAILY --out TODAY", []string{today, today}},
		{" --model DAILY --out EARLIER --date 2020-01-31", []string{"--date=2020-01-31", "--date=2020-01-31"}},
		{" --model DAILY --out EARLIER", []string{"--date=2020-01-31", "--date=2020-01-31"}},
	} {
		if got := dated(c.flags); !slices.Equal(got, c.want) {
			t.Errorf("%s: %q, want %q", c.flags, got, c.want)
		}
	}
}

func TestBadSweeps(t *testing.T) {
	p := newPlace(t)
	for _, c := range []badInput{
		{"sweep --model MODEL --data PAIRS --out OUT", 2, "the sweep has no axis; give one setting or more with values, such as beta with 0.05, 0.1 and 0.3, or several seeds"},
		{"sweep --model MODEL --data PAIRS --out OUT --betas 0.1,0.3", 2, "a sweep compares its runs on held-out pairs; name a file with --eval-data, or hold out a fraction of the training pairs with --eval-fraction"},
		{"sweep --model MODEL --data PAIRS --out OUT --betas 0.1,0", 2, "beta is 0; it must be above 0 (0.1 is a good start)"},
		{"sweep --model MODEL --data PAIRS --out OUT --betas 0.1,0.2,0.3,0.4 --halving --print-jobs", 2, "printed jobs can't be halved, since none knows the others' figures; start dpo sweep --halving on each machine, with --out in a shared folder"},
		{"sweep --model MODEL --data PAIRS --out OUT --betas 0.1 --seeds 3 --eval-fraction 0.5 --print-jobs", 2, "--eval-fraction splits by the seed, so that jobs with different seeds would hold out different pairs; name held-out pairs with --eval-data"},
		{"sweep --model MODEL --data PAIRS --eval-data PAIRS --out OUT --lr-scheduler constant --grid layers-to-transform=0;0,0 --print-jobs", 2, "layers-to-transform-0 and layers-to-transform-0,0 would be the same run; leave one of the two out, or vary something else"},
		{"sweep --model MODEL --data PAIRS --eval-data PAIRS --out OUT --max-steps 5 --grid warmup-ratio=0.1,0.11", 1, "sweep: warmup-ratio-0.1 and warmup-ratio-0.11 would be the same run; leave one of the two out, or vary something else"},
		{"sweep --model MODEL --data PAIRS --eval-data PAIRS --out OUT --betas 0.1,0.2 --gather", 1, "sweep: there are no runs to compare: stat OUT: no such file or directory"},
		{"sweep --model MODEL --data PAIRS --out OUT --ranks 4,4", 2, "the sweep has rank-4 twice; give each value once"},
		{"sweep --model MODEL --data PAIRS --out OUT --betas 0.1 --beta 0.2", 2, "beta has several values in this sweep and a single one in --beta; leave one of the two out"},
	} {
		p.fails(c)
	}
}
