package dataset

import (
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
)

func TestParseMix(t *testing.T) {
	for text, want := range map[string][]Objective{
		"helpfulness=0.5,harmlessness=0.3,truthfulness=0.2": {
			{"helpfulness", "helpfulness", 0.5}, {"harmlessness", "harmlessness", 0.3}, {"truthfulness", "truthfulness", 0.2}},
		" helpfulness = 5 , truthfulness=0": {{"helpfulness", "helpfulness", 5}, {"truthfulness", "truthfulness", 0}},
		"hh-rlhf=1,hh-rlhf/helpful-base=2":  {{"hh-rlhf", "hh-rlhf", 1}, {"hh-rlhf/helpful-base", "hh-rlhf/helpful-base", 2}},
		"hh-rlhf:some/folder=1":             {{"hh-rlhf", "hh-rlhf:some/folder", 1}},
		"safe:hh-rlhf:some/folder=1e-1":     {{"safe", "hh-rlhf:some/folder", 0.1}},
		"data/my_pairs.jsonl.gz=1":          {{"my_pairs", "data/my_pairs.jsonl.gz", 1}},
		"polite:data/a=b.jsonl=1":           {{"polite", "data/a=b.jsonl", 1}},
	} {
		mix, err := ParseMix(text)
		if err != nil || mix.By != MixSampling || !reflect.DeepEqual(mix.Objectives, want) {
			t.Errorf("%q is read as %+v, %v", text, mix, err)
		}
	}
}

func TestInvalidMix(t *testing.T) {
	for text, want := range map[string]string{
		"helpfulness=abc":                   `the weight of "helpfulness" is "abc"; it must be a number such as 0.5`,
		"helpfulness=":                      `the weight of "helpfulness" is ""`,
		"helpfulness=1,truthfulness=-0.5":   `the weight of "truthfulness" is -0.5; it must be a number of at least 0`,
		"helpfulness=NaN":                   `the weight of "helpfulness" is NaN`,
		"helpfulness=Inf":                   `the weight of "helpfulness" is +Inf`,
		"helpfulness=1e308,b:builtin=1e308": `the weights sum to +Inf`,
		"helpfulness=0,truthfulness=0":      `the weights sum to 0`,
		"helpfulness=1,helpfulness=2":       `two objectives are named "helpfulness"; rename one of them, for example other:helpfulness=2`,
		"helpfulness=1,truthfulness":        `the part "truthfulness" has no weight; write for example helpfulness=0.5`,
		"helpfulness=1,":                    `the part "" has no weight`,
		"=1":                                `the part "=1" has no data`,
		"a b:builtin=1":                     `invalid objective name "a b"`,
		"polite:=1":                         `the objective "polite" has no data; write for example polite:FILE=1`,
	} {
		if _, err := ParseMix(text); err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%q: %v, want %q", text, err, want)
		}
	}
	for text, want := range map[string]string{
		"kindness=1":                    `the objective "kindness" of the mix: no such file, source or objective: "kindness"; the objectives of the built-in pairs are helpfulness, harmlessness, truthfulness`,
		"helpfulnes=1":                  `did you mean helpfulness?`,
		"missing.jsonl=1,helpfulness=1": `the objective "missing" of the mix: missing.jsonl: there is no such file`,
	} {
		if _, err := Load(text, "", 0, 1); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %q", text, err, want)
		}
	}
}

func TestIsMix(t *testing.T) {
	t.Chdir(t.TempDir())
	if err := os.WriteFile("lr=1.jsonl", nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]bool{
		"builtin": false, "helpfulness": false, "my.jsonl": false, "lr=1.jsonl": false,
		"shp,ratio=3": false, "shp,ratio=3,pairs=1": false, "hh-rlhf:folder": false,
		"helpfulness=1": true, "helpfulness=abc": true, "hh-rlhf=1,shp=2": true, "hh-rlhf:folder=1,shp=2": true, "lr=2.jsonl": true,
	} {
		if got := IsMix(name); got != want {
			t.Errorf("%q is a mix: %v, want %v", name, got, want)
		}
	}
}

func TestLoadMix(t *testing.T) {
	file := filepath.Join(t.TempDir(), "mine.jsonl")
	if err := os.WriteFile(file, transcripts(20), 0o600); err != nil {
		t.Fatal(err)
	}
	count := func(data Data) string {
		counts := map[string][2]int{}
		for _, pair := range data.Train.Pairs {
			counts[pair.Objective] = [2]int{counts[pair.Objective][0] + 1, counts[pair.Objective][1]}
		}
		if data.HeldOut != nil {
			for _, pair := range data.HeldOut.Pairs {
				counts[pair.Objective] = [2]int{counts[pair.Objective][0], counts[pair.Objective][1] + 1}
			}
		}
		return fmt.Sprint(counts)
	}
	for _, c := range []struct {
		name, eval string
		fraction   float64
		want       string // per objective, the numbers of training and of held-out pairs
	}{
		{"helpfulness=0.5,truthfulness=0.5", "", 0, "map[helpfulness:[80 20] truthfulness:[80 20]]"},
		{"helpfulness=1,truthfulness=0", "", 0, "map[helpfulness:[80 20] truthfulness:[0 20]]"},
		{"helpfulness=1,polite:" + file + "=1", "", 0, "map[helpfulness:[80 20] polite:[20 0]]"},
		{"helpfulness=1," + file + "=1", "", 0.25, "map[helpfulness:[75 25] mine:[15 5]]"},
		{file + "=1", "truthfulness", 0, "map[mine:[20 0] truthfulness:[0 20]]"},
		{"all:builtin=1", "", 0, "map[all:[240 60]]"},
	} {
		data, err := Load(c.name, c.eval, c.fraction, 1)
		if err != nil || data.Mix == nil || count(data) != c.want {
			t.Errorf("%s: %s, %v; want %s", c.name, count(data), err, c.want)
		}
	}
	if data, err := Load("helpfulness", "", 0, 1); err != nil || data.Mix != nil || count(data) != "map[helpfulness:[80 20]]" {
		t.Errorf("a single objective: %v", err)
	}
}
