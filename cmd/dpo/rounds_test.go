package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"example.com/gonb-dpo/dpocore/rounds"
)

const shortRounds = "rounds --model MODEL --data PAIRS --out OUT --max-steps 1 --batch-size 2 --prompts PROMPTS --prompts-a-round 2 --answers 2 --max-new-tokens 3 "

func roundsPlace(t *testing.T) *place {
	p := newPlace(t)
	p.name("PROMPTS", filepath.Join(p.dir, "prompts.txt"))
	p.write(p.path("PROMPTS"), []byte("How?\n\n{\"prompt\": \"Why?\"}\n"))
	return p
}

// TestRoundsByEndpoint judges with a local server: the cost is printed first, and no call is made before it is allowed.
func TestRoundsByEndpoint(t *testing.T) {
	const secret = "sk-never-shown"
	t.Setenv("TEST_JUDGE_KEY", secret)
	asked := 0
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked++
		if r.Header.Get("Authorization") != "Bearer "+secret {
			t.Errorf("call %d has the key %q", asked, r.Header.Get("Authorization"))
		}
		content, _ := json.Marshal(fmt.Sprintf(`{"scores": [%d, %d]}`, 3+asked, 9-asked))
		fmt.Fprintf(w, `{"choices": [{"message": {"role": "assistant", "content": %s}}], "usage": {"prompt_tokens": 100, "completion_tokens": 10}}`, content)
	}))
	defer server.Close()
	p := roundsPlace(t)
	judge := fmt.Sprintf("--judge endpoint:%s/v1 --judge-model m --judge-key-env TEST_JUDGE_KEY ", server.URL)
	out, err := p.run(shortRounds + judge).CombinedOutput()
	if err == nil || !strings.Contains(string(out), "needs at most 2 calls, ") || !strings.Contains(string(out), "allow it with --judge-calls 2") || asked > 0 {
		t.Fatalf("%d calls, %v: %s", asked, err, out)
	}
	out, err = p.run(shortRounds + judge + "--judge-calls 2").CombinedOutput()
	if err != nil || asked != 2 {
		t.Fatalf("%d calls, %v: %s", asked, err, out)
	}
	for _, want := range []string{"Judging the answers to 2 prompts by endpoint:m at " + server.URL, "judging took 2 calls, 200 input tokens and 20 output tokens", "round-2  2 pairs", "also its reference"} {
		if !strings.Contains(string(out), want) {
			t.Errorf("lacks %q in\n%s", want, out)
		}
	}
	if strings.Contains(string(out)+tree(t, p.dir), secret) {
		t.Error("the key is shown or stored")
	}
	err = filepath.WalkDir(p.dir, func(path string, _ os.DirEntry, err error) error {
		if content, fault := os.ReadFile(path); fault == nil && strings.Contains(string(content), secret) {
			t.Errorf("%s holds the key", path)
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
	record, ok, err := rounds.Read(p.path("OUT"))
	if err != nil || !ok || record.Cost.Calls != 2 || record.Cost.Read != 200 || len(record.Done) != 2 {
		t.Errorf("rounds.json has %+v, %v", record, err)
	}
}

// TestRoundsByModel judges with the model itself, keeps to the first model as the reference, and repeats nothing.
func TestRoundsByModel(t *testing.T) {
	p := roundsPlace(t)
	args := shortRounds + "--judge model:MODEL --judge-by likelihood --reference base --check-prompts PROMPTS"
	out, err := p.run(args).CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	for _, want := range []string{"Round 1 trains on PAIRS. It starts from the first model, MODEL, which is also its reference.", "It continues with round 1's adapter; its reference is still the first model, MODEL,", "the first model: a mean score of -", "the model of round 2: a mean score of -"} {
		if !strings.Contains(p.replacer(true).Replace(string(out)), want) {
			t.Errorf("lacks %q in\n%s", want, out)
		}
	}
	before := tree(t, p.path("OUT"))
	if out, err := p.run(args).CombinedOutput(); err != nil || strings.Contains(string(out), "step 1/1") {
		t.Errorf("again: %v: %s", err, out)
	}
	if after := tree(t, p.path("OUT")); after != before {
		t.Errorf("the same command again leaves\n%s where there was\n%s", after, before)
	}
}

func TestBadRounds(t *testing.T) {
	p := roundsPlace(t)
	p.name("ODD", filepath.Join(p.dir, "odd.jsonl"))
	p.write(p.path("ODD"), []byte("{\"prompt\": \"Why?\"}\n{\"question\": \"How?\"}\n"))
	for _, c := range []badInput{
		{"rounds --model MODEL --out OUT --judge words:5", 2, "rounds on the model's own answers need prompts; name a file with --prompts"},
		{"rounds --model MODEL --out OUT --prompts ODD --judge words:5", 3, `ODD, line 2: the field "prompt" is missing; it must be a string`},
		{shortRounds + "--judge taste", 2, `the judge is "taste"; it may be words:N, plain, lexicon:WORDS, model:NAME, endpoint:URL or person:FILE`},
		{shortRounds + "--judge words:many", 2, `the judge is "words:many"; give a number of words, as in words:60`},
		{shortRounds + "--judge model:MODEL --judge-by chance", 2, `unknown method of judging "chance"; it must be yes or likelihood`},
		{shortRounds + "--judge endpoint:localhost", 2, "the endpoint's address is not a URL; give one such as http://localhost:8080/v1"},
		{shortRounds + "--judge endpoint:http://localhost:1/v1", 2, "the endpoint's model has no name; give the name that the server uses"},
		{shortRounds + "--judge words:5 --reference first", 2, `the reference is "first"; it must be previous (the model of the previous round) or base (the first model)`},
		{shortRounds + "--judge words:5 --rounds 4", 1, "train in rounds: there are 2 prompts, but round 4 starts at prompt 5; give more prompts, or use fewer per round (now 2)"},
	} {
		p.fails(c)
	}
}
