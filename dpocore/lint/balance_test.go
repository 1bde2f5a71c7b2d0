package lint_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"example.com/gonb-dpo/dpocore/lint"
	"example.com/gonb-dpo/dpocore/preference"
)

// The weights that are advised are those with which good·weight/bad·weight is from 1 to 4/3: for 6 good and 2 bad ones it is a weight of
// the bad ones of 3·3/4 = 2.25 to 3, for 2 and 5 one of the good ones of 2.5 to 2.5·4/3 = 3.33.
func TestBalance(t *testing.T) {
	for counts, want := range map[[2]int]string{
		{6, 2}: "undesirable_weight to between 2.25 and 3.00", {2, 5}: "desirable_weight to between 2.50 and 3.33",
		{4, 3}: "with equal weights", {3, 0}: "add answers of the other kind",
	} {
		set := &preference.Set{Source: "answers"}
		for i := range counts[0] {
			set.Pairs = append(set.Pairs, preference.Pair{Prompt: preference.User(fmt.Sprint("Question ", i)), Chosen: "An answer.", Single: true})
		}
		for i := range counts[1] {
			set.Pairs = append(set.Pairs, preference.Pair{Prompt: preference.User(fmt.Sprint("Request ", i)), Rejected: "Another one.", Single: true})
		}
		report, err := lint.Check(context.Background(), set, nil, lint.DefaultOptions())
		if err != nil {
			t.Fatal(err)
		}
		found := false
		for _, f := range report.Findings {
			if found = found || f.Rule == "balance of labels" && strings.Contains(f.Advice, want); f.Rule == "length bias" {
				t.Errorf("%v: single answers have a length bias: %s", counts, f.Summary)
			}
		}
		if !found {
			t.Errorf("%v: no advice %q in %+v", counts, want, report.Findings)
		}
	}
}
