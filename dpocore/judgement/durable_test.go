package judgement

import (
	"bufio"
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"example.com/gonb-dpo/internal/lines"
)

const (
	writerFile  = "JUDGEMENT_TEST_FILE"
	writerRater = "JUDGEMENT_TEST_RATER"
	writerLines = 200
)

// TestWriter is no test: it is the session that the tests below start, and kill. It says of each judgement that it is kept.
func TestWriter(t *testing.T) {
	path, rater := os.Getenv(writerFile), os.Getenv(writerRater)
	if path == "" {
		t.Skip("the other tests run it in a process of its own")
	}
	f, err := Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for i := range writerLines {
		d := four(fmt.Sprintf("%s %d?", rater, i))
		d.Answers[0].Text = strings.Repeat(rater, 1+i*37%20000)
		if err := f.Judge(d, verdict(rater, 4, 2, 1, 3)); err != nil {
			t.Fatal(err)
		}
		fmt.Println("kept", d.Prompt)
	}
}

// writer starts a session.
func writer(t *testing.T, path, rater string) (*exec.Cmd, *bytes.Buffer) {
	t.Helper()
	cmd := exec.Command(os.Args[0], "-test.run=^TestWriter$")
	cmd.Env = append(os.Environ(), writerFile+"="+path, writerRater+"="+rater)
	var said bytes.Buffer
	cmd.Stdout, cmd.Stderr = &said, &said
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	return cmd, &said
}

// kept are the prompts that a session said it had kept.
func kept(said *bytes.Buffer) (prompts []string) {
	scanner := bufio.NewScanner(bytes.NewReader(said.Bytes()))
	for scanner.Scan() {
		if prompt, ok := strings.CutPrefix(scanner.Text(), "kept "); ok && strings.HasSuffix(prompt, "?") {
			prompts = append(prompts, prompt)
		}
	}
	return prompts
}

// A session that is killed at any moment has lost no judgement that it said was kept, and another one goes on.
func TestKilledSessionLosesNothing(t *testing.T) {
	times := 20
	if testing.Short() {
		times = 5
	}
	random := rand.New(rand.NewPCG(1, 1))
	f, path := file(t)
	all := map[string]bool{}
	for round := range times {
		cmd, said := writer(t, path, fmt.Sprint("r", round))
		time.Sleep(time.Duration(random.IntN(400)) * time.Millisecond)
		if err := cmd.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		cmd.Wait() // it was killed, or had ended
		for _, prompt := range kept(said) {
			all[prompt] = true
		}
		if err := f.Judge(four(fmt.Sprint("between ", round, "?")), verdict("s", 1, 2, 3, 4)); err != nil {
			t.Fatal(err)
		}
		all[fmt.Sprint("between ", round, "?")] = true
		there := map[string]bool{}
		for _, j := range read(t, path).Judgements {
			there[j.Prompt] = true
		}
		for prompt := range all {
			if !there[prompt] {
				t.Errorf("round %d: %s was kept and is gone", round, prompt)
			}
		}
	}
	if len(all) <= times {
		t.Errorf("only %d judgements were kept in all", len(all))
	}
	t.Logf("%d judgements kept over %d kills", len(all), times)
}

// A line that was cut off at any byte is passed over with a sentence, and gone with the next judgement; all others stay.
func TestTornLine(t *testing.T) {
	f, path := file(t)
	for _, prompt := range []string{"One?", "Two?"} {
		if err := f.Judge(four(prompt), verdict("r", 4, 2, 1, 3)); err != nil {
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
		case len(whole) - 1: // all but the line's end
			want, notes = 2, 0
		}
		if len(log.Judgements) != want || len(log.Notes) != notes || notes > 0 && !strings.Contains(log.Notes[0], "line 2: passed over") {
			t.Fatalf("cut at %d: %d judgements, notes %q", cut, len(log.Judgements), log.Notes)
		}
		if err := f.Judge(four("Three?"), verdict("r", 1, 2, 3, 4)); err != nil {
			t.Fatal(err)
		}
		if log := read(t, path); len(log.Judgements) != want+1 || len(log.Notes) > 0 {
			t.Fatalf("cut at %d, then another: %d judgements, notes %q", cut, len(log.Judgements), log.Notes)
		}
	}
}

// Sessions that write to one file at once do not mix their lines.
func TestSessionsOnOneFile(t *testing.T) {
	_, path := file(t)
	var sessions []*exec.Cmd
	for _, rater := range []string{"anna", "ben", "carl"} {
		cmd, _ := writer(t, path, rater)
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

// A lock that is never given back ends in a sentence.
func TestLockedForEver(t *testing.T) {
	if testing.Short() {
		t.Skip("it waits for ten seconds")
	}
	f, path := file(t)
	other, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	if _, err := lines.Lock(other, syscall.LOCK_EX); err != nil {
		t.Fatal(err)
	}
	if err := f.Judge(four("Why?"), verdict("r", 1, 2, 3, 4)); err == nil || !strings.Contains(err.Error(), "another process has locked the file") {
		t.Errorf("%v", err)
	}
}
