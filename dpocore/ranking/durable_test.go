package ranking

import (
	"bufio"
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"example.com/gonb-dpo/internal/lock"
)

const (
	writerFile  = "RANKING_TEST_FILE"
	writerRater = "RANKING_TEST_RATER"
	writerLines = 200
)

// TestWriter is not a test but the process that the tests below start and kill. It reports each judgement that is saved.
func TestWriter(t *testing.T) {
	path, rater := os.Getenv(writerFile), os.Getenv(writerRater)
	if path == "" {
		t.Skip("the other tests run it in a separate process")
	}
	f, err := Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for i := range writerLines {
		d := four(fmt.Sprintf("%s %d?", rater, i))
		d.Answers[0].Text = strings.Repeat(rater, 1+i*37%20000)
		if err := f.AddVerdict(d, verdict(rater, 4, 2, 1, 3)); err != nil {
			t.Fatal(err)
		}
		fmt.Println("saved", d.Prompt)
	}
}

// writerProcess is the command of a process that writes judgements.
func writerProcess(path, rater string) *exec.Cmd {
	cmd := exec.Command(os.Args[0], "-test.run=^TestWriter$")
	cmd.Env = append(os.Environ(), writerFile+"="+path, writerRater+"="+rater)
	return cmd
}

// confirmed reads the prompts that a session has saved, until there are enough or the output ends.
func confirmed(output *bufio.Scanner, limit int) (prompts []string) {
	for len(prompts) < limit && output.Scan() {
		if prompt, ok := strings.CutPrefix(output.Text(), "saved "); ok && strings.HasSuffix(prompt, "?") {
			prompts = append(prompts, prompt)
		}
	}
	return prompts
}

// TestKilledSessionLosesNothing: a process that is killed at any moment has lost no judgement that it reported as saved, and
// another one can continue.
func TestKilledSessionLosesNothing(t *testing.T) {
	times := 20
	if testing.Short() {
		times = 5
	}
	random := rand.New(rand.NewPCG(1, 1))
	f, path := file(t)
	all := map[string]bool{}
	for round := range times {
		cmd := writerProcess(path, fmt.Sprint("r", round))
		pipe, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		output := bufio.NewScanner(pipe)
		prompts := confirmed(output, 1+random.IntN(writerLines/2))
		time.Sleep(time.Duration(random.IntN(2000)) * time.Microsecond) // into the next judgements
		if err := cmd.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		for _, prompt := range append(prompts, confirmed(output, writerLines)...) {
			all[prompt] = true
		}
		cmd.Wait() // killed, or already finished
		if err := f.AddVerdict(four(fmt.Sprint("between ", round, "?")), verdict("s", 1, 2, 3, 4)); err != nil {
			t.Fatal(err)
		}
		all[fmt.Sprint("between ", round, "?")] = true
		found := map[string]bool{}
		for _, j := range read(t, path).Judgements {
			found[j.Prompt] = true
		}
		for prompt := range all {
			if !found[prompt] {
				t.Errorf("round %d: %s was saved and is gone", round, prompt)
			}
		}
	}
	if len(all) <= times {
		t.Errorf("only %d judgements were saved", len(all))
	}
	t.Logf("%d judgements saved over %d kills", len(all), times)
}

// TestTornLine: a line that was cut off at any byte is skipped with a note and removed by the next judgement; all others stay.
func TestTornLine(t *testing.T) {
	f, path := file(t)
	for _, prompt := range []string{"One?", "Two?"} {
		if err := f.AddVerdict(four(prompt), verdict("r", 4, 2, 1, 3)); err != nil {
			t.Fatal(err)
		}
	}
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	first := bytes.IndexByte(whole, '\n') + 1
	for cut := first; cut < len(whole); cut++ {
		if err := os.WriteFile(path, whole[:cut], 0o644); err != nil {
			t.Fatal(err)
		}
		log := read(t, path)
		want, notes := 1, 1
		switch cut {
		case first:
			notes = 0
		case len(whole) - 1: // all but the newline
			want, notes = 2, 0
		}
		if len(log.Judgements) != want || len(log.Notes) != notes || notes > 0 && !strings.Contains(log.Notes[0], "line 2: skipped") {
			t.Fatalf("cut at %d: %d judgements, notes %q", cut, len(log.Judgements), log.Notes)
		}
		if err := f.AddVerdict(four("Three?"), verdict("r", 1, 2, 3, 4)); err != nil {
			t.Fatal(err)
		}
		if log := read(t, path); len(log.Judgements) != want+1 || len(log.Notes) > 0 {
			t.Fatalf("cut at %d, then another: %d judgements, notes %q", cut, len(log.Judgements), log.Notes)
		}
	}
}

// TestSessionsOnOneFile: processes that write to one file at once do not mix their lines.
func TestSessionsOnOneFile(t *testing.T) {
	_, path := file(t)
	var sessions []*exec.Cmd
	for _, rater := range []string{"anna", "ben", "carl"} {
		cmd := writerProcess(path, rater)
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		sessions = append(sessions, cmd)
	}
	for _, cmd := range sessions {
		if err := cmd.Wait(); err != nil {
			t.Fatal(err)
		}
	}
	log := read(t, path)
	if len(log.Judgements) != 3*writerLines || len(log.Notes) > 0 {
		t.Errorf("%d judgements, %d were written; notes %q", len(log.Judgements), 3*writerLines, log.Notes)
	}
	for _, j := range log.Judgements {
		if !strings.HasPrefix(j.Prompt, j.Rater) || strings.Trim(j.Answers[0].Text, j.Rater) != "" {
			t.Fatalf("lines are mixed: %s judged %q", j.Rater, j.Prompt)
		}
	}
}

// TestLockedForever: a lock that is never released ends in an error.
func TestLockedForever(t *testing.T) {
	if testing.Short() {
		t.Skip("it waits for ten seconds")
	}
	f, path := file(t)
	other, err := lock.Exclusive(path)
	if err != nil {
		t.Fatal(err)
	}
	defer other.Release()
	if err := f.AddVerdict(four("Why?"), verdict("r", 1, 2, 3, 4)); err == nil || !strings.Contains(err.Error(), "another process has locked the file") {
		t.Errorf("%v", err)
	}
}
