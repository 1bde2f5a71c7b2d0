package ranking

import (
	"math"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"example.com/gonb-dpo/dpocore/preference"
)

var noon = time.Date(2026, 8, 1, 12, 0, 0, 0, time.UTC)

// four is a drawing of the answers a, b, c and d.
func four(prompt string) Candidates {
	d := Candidates{Prompt: prompt, Model: "tiny 12ab", Sampling: Sampling{64, 0.95, 7}, Drawn: noon}
	for i, text := range []string{"a <&>", "b", "c\nc", "d"} {
		d.Answers = append(d.Answers, Answer{Text: text, Temperature: 0.3 + float64(i)/4})
	}
	return d
}

func verdict(rater string, ranks ...int) Verdict {
	return Verdict{Rater: rater, Ranks: ranks, Judged: noon}
}

// file opens a new file.
func file(t *testing.T) (*File, string) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "rankings.jsonl")
	f, err := Open(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	return f, path
}

func read(t *testing.T, path string) *Log {
	t.Helper()
	log, err := Read(path)
	if err != nil {
		t.Fatal(err)
	}
	return log
}

// Judgements are read as written, a second judgement replaces the first, and the tasks left are known.
func TestFile(t *testing.T) {
	f, path := file(t)
	one, two := four("One?"), four("Two?")
	two.Adapter = "run 34cd"
	for _, d := range []*Candidates{&one, &two} {
		if err := f.AddCandidates(d); err != nil {
			t.Fatal(err)
		}
	}
	if one.ID == "" || one.ID == two.ID {
		t.Fatalf("the IDs are %q and %q", one.ID, two.ID)
	}
	for _, v := range []Verdict{verdict("anna", 4, 2, 1, 3), verdict("ben", 1, 1, 2, 2), verdict("anna", 1, 2, 3, 4)} {
		if err := f.AddVerdict(one, v); err != nil {
			t.Fatal(err)
		}
	}
	log := read(t, path)
	want := []Judgement{{one, verdict("anna", 1, 2, 3, 4)}, {one, verdict("ben", 1, 1, 2, 2)}}
	if !reflect.DeepEqual(log.Judgements, want) || !reflect.DeepEqual(log.Candidates, []Candidates{one, two}) || log.Notes != nil {
		t.Errorf("read %+v", log)
	}
	if pending := log.Pending("anna"); len(pending) != 1 || pending[0].ID != two.ID {
		t.Errorf("pending: %+v", pending)
	}
	if pending := log.Pending("new"); len(pending) != 2 || !slices.Equal(log.Raters(), []string{"anna", "ben"}) || !Is(path) {
		t.Errorf("a new rater has %d to judge; raters %v", len(pending), log.Raters())
	}
}

// Four answers ranked 4, 2, 1, 3: the third is chosen over each of the others, the second over the fourth and the first, the
// fourth over the first.
func TestPairs(t *testing.T) {
	for name, test := range map[string]struct {
		verdicts []Verdict
		options  preference.ListOptions
		want     string // chosen over rejected
		note     string
	}{
		"four":             {[]Verdict{verdict("r", 4, 2, 1, 3)}, preference.ListOptions{}, "cb cd ca bd ba da", ""},
		"best and worst":   {[]Verdict{verdict("r", 4, 2, 1, 3)}, preference.ListOptions{Choice: preference.BestWorst}, "ca", ""},
		"adjacent":         {[]Verdict{verdict("r", 4, 2, 1, 3)}, preference.ListOptions{Choice: preference.Adjacent}, "cb bd da", ""},
		"two ranks apart":  {[]Verdict{verdict("r", 4, 2, 1, 3)}, preference.ListOptions{MinGap: 2}, "cd ca ba", ""},
		"ties":             {[]Verdict{verdict("r", 1, 1, 3, 3)}, preference.ListOptions{}, "ac ad bc bd", ""},
		"two who agree":    {[]Verdict{verdict("r", 1, 1, 1, 2), verdict("s", 1, 1, 1, 2)}, preference.ListOptions{}, "ad bd cd", ""},
		"two who disagree": {[]Verdict{verdict("r", 1, 2, 3, 4), verdict("s", 2, 1, 3, 4)}, preference.ListOptions{}, "ac ad bc bd cd", "left out 1 pair on which raters disagree"},
		"one sees a tie":   {[]Verdict{verdict("r", 1, 2, 2, 2), verdict("s", 1, 1, 1, 1)}, preference.ListOptions{}, "ab ac ad", ""},
		"one says all bad": {[]Verdict{verdict("r", 2, 1, 1, 1), {Rater: "s", Ranks: []int{1, 1, 1, 1}, AllBad: true}}, preference.ListOptions{}, "ba ca da", ""},
	} {
		f, path := file(t)
		for _, v := range test.verdicts {
			if err := f.AddVerdict(four("Why?"), v); err != nil {
				t.Fatalf("%s: %v", name, err)
			}
		}
		set, err := read(t, path).Pairs(test.options)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		var got []string
		for _, pair := range set.Pairs {
			if pair.PromptText() != "Why?" || pair.Where() != path+", line 1" && name != "one says all bad" && pair.Line > 1 {
				t.Errorf("%s: %+v", name, pair)
			}
			got = append(got, pair.Chosen[:1]+pair.Rejected[:1])
		}
		if strings.Join(got, " ") != test.want || strings.Join(set.Notes, " ") != test.note {
			t.Errorf("%s: %v %v, want %s", name, got, set.Notes, test.want)
		}
	}
	f, path := file(t)
	if err := f.AddVerdict(four("Why?"), Verdict{Rater: "r", Ranks: []int{1, 1, 1, 1}, AllBad: true}); err != nil {
		t.Fatal(err)
	}
	if _, err := read(t, path).Pairs(preference.ListOptions{}); err == nil || !strings.Contains(err.Error(), "none of the 1 rankings tells two answers apart") {
		t.Errorf("all bad: %v", err)
	}
}

func TestParseOrder(t *testing.T) {
	for text, want := range map[string][]int{
		"3 > 2 > 4 > 1": {4, 2, 1, 3},
		"3,2,4,1":       {4, 2, 1, 3},
		" 3 2  4 1 ":    {4, 2, 1, 3},
		"3 > 2 = 4 > 1": {4, 2, 1, 2},
		"1=2=3=4":       {1, 1, 1, 1},
		"1 = 2 > 3 = 4": {1, 1, 3, 3},
		"1= 2, 4 =3":    {1, 1, 3, 3},
		"2>1 3=4":       {2, 1, 3, 3},
	} {
		ranks, bad, err := ParseOrder(text, 4)
		if err != nil || bad || !slices.Equal(ranks, want) {
			t.Errorf("%q: %v, %v, %v", text, ranks, bad, err)
		}
		if again, _, err := ParseOrder(FormatOrder(ranks), 4); err != nil || !slices.Equal(again, want) {
			t.Errorf("%q is written as %q", text, FormatOrder(ranks))
		}
	}
	for _, text := range []string{"", "1 2 3", "1 2 3 3", "0 1 2 3", "1 2 3 5", "1 > 2 > x > 3", "1 2 3 4 4", "= 1 2 3 4", "1 == 2 3 4", "good"} {
		if ranks, _, err := ParseOrder(text, 4); err == nil || !strings.Contains(err.Error(), `as in "1 > 2 > 3 > 4"`) {
			t.Errorf("%q: %v, %v", text, ranks, err)
		}
	}
	if ranks, bad, err := ParseOrder(" All  bad", 3); !bad || err != nil || !slices.Equal(ranks, []int{1, 1, 1}) {
		t.Errorf("all bad: %v, %v, %v", ranks, bad, err)
	}
}

// Tables whose kappa is known: (agreement − chance)/(1 − chance).
func TestKappa(t *testing.T) {
	for _, test := range []struct {
		table        [3][3]int
		share, kappa float64
	}{
		{[3][3]int{{20, 0, 5}, {}, {10, 0, 15}}, 0.7, 0.4},                                                   // chance ½·0.6 + ½·0.4 = ½
		{[3][3]int{{45, 0, 15}, {}, {25, 0, 15}}, 0.6, 6.0 / 46},                                             // chance 0.6·0.7 + 0.4·0.3 = 0.54
		{[3][3]int{{25, 0, 35}, {}, {5, 0, 35}}, 0.6, 14.0 / 54},                                             // chance 0.6·0.3 + 0.4·0.7 = 0.46
		{[3][3]int{{10, 2, 1}, {1, 8, 3}, {2, 2, 11}}, 29.0 / 40, (29.0/40 - 538.0/1600) / (1 - 538.0/1600)}, // chance (13·13 + 12·12 + 15·15)/40²
		{[3][3]int{{3, 0, 0}, {0, 4, 0}, {0, 0, 5}}, 1, 1},
		{[3][3]int{{0, 0, 1}, {}, {1, 0, 0}}, 0, -1},
		{[3][3]int{{9, 0, 0}, {}, {}}, 1, math.NaN()},
	} {
		share, kappa := Kappa(test.table)
		if math.Abs(share-test.share) > 1e-12 || math.Abs(kappa-test.kappa) > 1e-12 || math.IsNaN(kappa) != math.IsNaN(test.kappa) {
			t.Errorf("%v: %g and %g, want %g and %g", test.table, share, kappa, test.share, test.kappa)
		}
	}
}

// Two raters of two drawings: of twelve pairs of answers they agree on nine.
func TestAgreement(t *testing.T) {
	f, path := file(t)
	for prompt, ranks := range map[string][2][]int{"One?": {{1, 2, 3, 4}, {1, 2, 4, 3}}, "Two?": {{1, 1, 3, 4}, {1, 2, 2, 4}}} {
		for i, rater := range []string{"anna", "ben"} {
			if err := f.AddVerdict(four(prompt), verdict(rater, ranks[i]...)); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := f.AddVerdict(four("Three?"), verdict("ben", 1, 2, 3, 4)); err != nil {
		t.Fatal(err)
	}
	a, err := read(t, path).Agreement("anna", "ben")
	// One?: of 6 pairs all are "first better" for anna; ben differs in c-d. Two?: a-b is a tie for anna and a's for ben, b-c is b's
	// for anna and a tie for ben; the other four are "first better" for both.
	want := [3][3]int{{9, 1, 1}, {1, 0, 0}, {0, 0, 0}}
	if err != nil || a.Table != want || a.Prompts != 2 || a.Pairs != 12 {
		t.Fatalf("%+v, %v", a, err)
	}
	chance := 11.0/12*10/12 + 1.0/12*1/12
	if kappa := (9.0/12 - chance) / (1 - chance); math.Abs(a.Kappa-kappa) > 1e-12 {
		t.Errorf("kappa is %g, want %g", a.Kappa, kappa)
	}
	if text := a.String(); !strings.Contains(text, "agree on 75 % of 12 pairs of answers (2 prompts); Cohen's kappa is -0.09: no agreement") {
		t.Errorf("%s", text)
	}
	if _, err := read(t, path).Agreement("anna", "carl"); err == nil || !strings.Contains(err.Error(), "have ranked no answers in common") {
		t.Errorf("nothing in common: %v", err)
	}
}

// Two files are read as one: raters of both agree or not, and a pair names its file and line. Of a rater in both the last verdict counts.
func TestSeveralFiles(t *testing.T) {
	f, first := file(t)
	g, second := file(t)
	for _, v := range []struct {
		f     *File
		rater string
		ranks []int
	}{{f, "anna", []int{1, 2, 3, 4}}, {f, "ben", []int{4, 3, 2, 1}}, {g, "cleo", []int{1, 2, 3, 4}}, {g, "ben", []int{1, 2, 3, 3}}} {
		if err := v.f.AddVerdict(four("One?"), verdict(v.rater, v.ranks...)); err != nil {
			t.Fatal(err)
		}
	}
	log, err := Read(first, second)
	if err != nil {
		t.Fatal(err)
	}
	if len(log.Candidates) != 1 || strings.Join(log.Raters(), " ") != "anna ben cleo" {
		t.Errorf("%d prompts, raters %q", len(log.Candidates), log.Raters())
	}
	if a, err := log.Agreement("anna", "cleo"); err != nil || a.Share != 1 {
		t.Errorf("anna and cleo: %+v, %v", a, err)
	}
	set, err := log.Pairs(preference.ListOptions{})
	if err != nil || len(set.Pairs) != 6 || set.Pairs[0].Source != first || set.Pairs[0].Line != 0 {
		t.Fatalf("%v, %+v", err, set)
	}
	if _, err := Read(first, second+"s"); err == nil || !strings.Contains(err.Error(), second+"s") {
		t.Errorf("a file that is missing: %v", err)
	}
}

func TestMistakes(t *testing.T) {
	f, path := file(t)
	one := four("Why?")
	one.Answers = one.Answers[:1]
	empty := four("Why?")
	empty.Answers[1].Text = " "
	for want, judge := range map[string]func() error{
		"needs two answers or more":                    func() error { return f.AddCandidates(&one) },
		"the prompt is empty":                          func() error { return f.AddVerdict(four(" "), verdict("r", 1, 2, 3, 4)) },
		"answer 2 is empty":                            func() error { return f.AddVerdict(empty, verdict("r", 1, 2, 3, 4)) },
		"the rater has no name":                        func() error { return f.AddVerdict(four("Why?"), verdict("", 1, 2, 3, 4)) },
		"3 ranks for 4 answers":                        func() error { return f.AddVerdict(four("Why?"), verdict("r", 1, 2, 3)) },
		"they must run from 1, the best, to at most 4": func() error { return f.AddVerdict(four("Why?"), verdict("r", 2, 2, 3, 5)) },
		"but the ranks": func() error {
			return f.AddVerdict(four("Why?"), Verdict{Rater: "r", Ranks: []int{1, 2, 1, 1}, AllBad: true})
		},
	} {
		if err := judge(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %q", err, want)
		}
	}
	if info, err := os.Stat(path); err != nil || info.Size() > 0 {
		t.Errorf("a mistake has left something: %v", err)
	}
	for text, want := range map[string]string{
		"{\"kind\":\"drawn\"}\n":                    "line 1: the prompt is empty",
		"\n\n{\"prompt\":\"a\",\"chosen\":\"b\"}\n": "line 3: a ranking needs two answers",
		"not json\n": "line 1: not a ranking",
		"{\"kind\":\"x\",\"prompt\":\"a\",\"answers\":[{\"text\":\"a\"},{\"text\":\"b\"}]}\n": `line 1: the line is of the kind "x"`,
	} {
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		if _, err := Open(path); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %q", text, err, want)
		}
		if Is(path) && want != "line 1: the prompt is empty" {
			t.Errorf("%q is taken for rankings", text)
		}
	}
}
