package lint

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"example.com/gonb-dpo/dpocore/preference"
	"example.com/gonb-dpo/dpocore/preference/pairfile"
)

// check applies the rules to lines; heldOutLines is a second file, or nil.
func check(t *testing.T, lines, heldOutLines []string) Report {
	t.Helper()
	o := DefaultOptions()
	var heldOut *preference.Set
	if heldOutLines != nil {
		heldOut = read(t, heldOutLines)
	}
	report, err := Check(context.Background(), read(t, lines), heldOut, o)
	if err != nil {
		t.Fatal(err)
	}
	return report
}

func read(t *testing.T, lines []string) *preference.Set {
	t.Helper()
	set, err := pairfile.Read(strings.NewReader(strings.Join(lines, "\n")), "pairs")
	if err != nil {
		t.Fatal(err)
	}
	return set
}

func pair(prompt, chosen, rejected string) string {
	return fmt.Sprintf(`{"prompt":%q,"chosen":%q,"rejected":%q}`, prompt, chosen, rejected)
}

// plain returns n pairs without problems except their number; answers are equally long.
func plain(n int) (lines []string) {
	for i := range n {
		lines = append(lines, pair(fmt.Sprintf("Question number %d?", i), fmt.Sprintf("Good %d.", i), fmt.Sprintf("Evil %d.", i)))
	}
	return lines
}

// finding returns a rule's finding; its severity is -1 if there is none.
func (r Report) finding(rule string) Finding {
	for _, f := range r.Findings {
		if f.Rule == rule {
			return f
		}
	}
	return Finding{Severity: -1}
}

const long = "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen twenty"

// TestRules triggers each rule minimally, among 400 pairs without problems if the
// fraction matters. The expected example is given by its line.
func TestRules(t *testing.T) {
	reversed := []string{pair("Which?", "This one", "That one"), pair("which", "that one.", "this one!"), pair("Which?", "This one", "That one")}
	var one []string
	for i := range 40 {
		one = append(one, pair("Always the same?", fmt.Sprintf("Yes %d", i), fmt.Sprintf("Not %d", i)))
	}
	for _, test := range []struct {
		name, rule string
		lines      []string
		severity   Severity
		count      int
		where      string
	}{
		{"nothing", contradictRule, plain(400), -1, 0, ""},
		{"enough pairs", fewRule, plain(500), -1, 0, ""},
		{"few pairs", fewRule, plain(499), Look, 499, ""},
		{"very few pairs", fewRule, plain(49), Wrong, 49, ""},
		{"equal answers", equalRule, append(plain(400), pair("A?", "same", "same")), Look, 1, "pairs, line 401"},
		{"skipped", leftOutRule, append(plain(400), pair("A?", "", "b")), Note, 1, "pairs, line 401"},
		{"many skipped", leftOutRule, append(plain(9), pair("A?", "", "b")), Look, 1, "pairs, line 10"},
		{"only punctuation differs", nearEqualRule, append(plain(400), pair("A?", "Well,  done!", "well done")), Look, 1, "pairs, line 401"},
		{"the same text in two Unicode forms", nearEqualRule, append(plain(400), pair("A?", "Caf\u00e9 au lait.", "Cafe\u0301 au lait.\n")), Look, 1, "pairs, line 401"},
		{"the same pair in two Unicode forms", repeatedRule, append(plain(400), pair("A?", "Caf\u00e9!", "No."), pair("A?", "Cafe\u0301!", "No.")), Look, 1, "pairs, line 402"},
		{"one word of 20 differs", nearEqualRule, append(plain(400), pair("A?", long, strings.Replace(long, "ten ", "10 ", 1))), Look, 1, "pairs, line 401"},
		{"two words of 20 differ", nearEqualRule, append(plain(400), pair("A?", long, strings.Replace(long, "one two ", "1 2 ", 1))), -1, 0, ""},
		{"one word of three differs", nearEqualRule, append(plain(400), pair("A?", "It is good", "It is bad")), -1, 0, ""},
		{"repeated", repeatedRule, append(plain(400), plain(2)...), Look, 2, "pairs, line 401"},
		{"contradicting", contradictRule, append(plain(400), reversed...), Look, 3, "pairs, line 401"},
		{"another prompt is no contradiction", contradictRule, append(plain(400), pair("Which?", "a", "b"), pair("What?", "b", "a")), -1, 0, ""},
		{"dominating", dominantRule, append(plain(560), one...), Look, 40, "pairs, line 561"},
		{"dominating by far", dominantRule, append(plain(60), one...), Wrong, 40, "pairs, line 61"},
		{"empty turn", emptyTurnRule, append(turnLines(400, "Hi"), turnLines(1, "")...), Look, 1, "pairs, line 401"},
		{"two users", rolesRule, append(turnLines(400, "Hi"), `{"prompt":[{"role":"user","content":"a"},{"role":"user","content":"b"}],"chosen":[{"role":"assistant","content":"c"}],"rejected":[{"role":"assistant","content":"d"}]}`), Look, 1, "pairs, line 401"},
		{"system in the middle", rolesRule, append(turnLines(400, "Hi"), `{"prompt":[{"role":"user","content":"a"},{"role":"system","content":"b"}],"chosen":[{"role":"assistant","content":"c"}],"rejected":[{"role":"assistant","content":"d"}]}`), Look, 1, "pairs, line 401"},
		{"control token", controlRule, append(plain(400), pair("A?", "Fine.<|im_end|>", "No.")), Look, 1, "pairs, line 401"},
		{"continues with the human", controlRule, append(plain(400), pair("A?", "Fine.", "No.\n\nHuman: And?")), Look, 1, "pairs, line 401"},
		{"another model's end", controlRule, append(plain(400), pair("A?", "Fine.</s>", "No.</s>")), Look, 1, "pairs, line 401"},
		{"Alpaca's template", controlRule, append(plain(400), pair("### Instruction:\nA?\n\n### Response:", "Fine.", "No.")), Look, 1, "pairs, line 401"},
		{"a text struck through", controlRule, append(plain(400), pair("A?", "a <s>b</s> c", "a\n### Notes:\nb")), -1, 0, ""},
		{"angle brackets without a token", controlRule, append(plain(400), pair("A?", "a <b> [c] | d", "a < b |> c")), -1, 0, ""},
		{"HTML entities", escapesRule, append(plain(400), pair("A &amp; B?", "Fine.", "No."), pair("A?", "It&#39;s.", "No.")), Look, 2, "pairs, line 401"},
		{"an ampersand", escapesRule, append(plain(400), pair("A & B?", "AT&T; so &what;", "a &b &#1;")), -1, 0, ""},
		{"entities in code", escapesRule, append(plain(400), pair("A?", "```html\n&amp;\n```", "No.")), -1, 0, ""},
		{"HTML tags", escapesRule, append(plain(400), pair("A?", "One.<br/>Two.", "No.")), Look, 1, "pairs, line 401"},
		{"spelled line ends", escapesRule, append(plain(400), pair("A?", `One.\n\nTwo.`, "No.")), Look, 1, "pairs, line 401"},
		{"LaTeX, a path and code", escapesRule, append(plain(400), pair(`\nabla \nu`, `C:\new`, "print(\"a\\n\")\nprint(1)")), -1, 0, ""},
		{"spelled letters", escapesRule, append(plain(400), pair("A?", `Caf\u00e9`, "No.")), Look, 1, "pairs, line 401"},
		{"read as Latin-1", escapesRule, append(plain(400), pair("A?", "CafÃ©, itâ€™s", "No.")), Look, 1, "pairs, line 401"},
		{"accents", escapesRule, append(plain(400), pair("A?", "Ã la carte, São, Â", "No.")), -1, 0, ""},
		{"a lost letter", escapesRule, append(plain(400), pair("A?", "Caf\uFFFD", "No.")), Look, 1, "pairs, line 401"},
		{"one in 500 is rare", nearEqualRule, append(plain(499), pair("A?", "Well,  done!", "well done")), Note, 1, "pairs, line 500"},
		{"columns by another name", columnsRule, []string{`{"question":"a","winner":"b","loser":"c"}`}, Note, 1, ""},
	} {
		f := check(t, test.lines, nil).finding(test.rule)
		where := ""
		if len(f.Examples) > 0 {
			where = f.Examples[0].Where
		}
		if f.Severity != test.severity || f.Count != test.count || where != test.where {
			t.Errorf("%s: severity %d, count %d, first at %q; want %d, %d, %q: %+v", test.name, f.Severity, f.Count, where, test.severity, test.count, test.where, f)
		}
	}
}

// TestEscapes: the sentence has counts and an example.
func TestEscapes(t *testing.T) {
	f := check(t, append(plain(400), pair("A &amp; B?", `One.\n\nTwo.`, "No."), pair("A?", "It&#39;s.", "No.")), nil).finding(escapesRule)
	const want = `Texts of 2 of 402 pairs have HTML entities in 2 pairs and line ends spelled \n in 1 pair, such as "&amp;" in "A &amp; B?" (pairs, line 401).`
	if f.Summary != want {
		t.Errorf("got  %s\nwant %s", f.Summary, want)
	}
}

// turnLines returns pairs whose conversations start with the given text.
func turnLines(n int, text string) (lines []string) {
	for i := range n {
		lines = append(lines, fmt.Sprintf(`{"prompt":[{"role":"system","content":%q},{"role":"user","content":"Q %d"}],"chosen":[{"role":"assistant","content":"Good %d"}],"rejected":[{"role":"assistant","content":"Evil %d"}]}`, text, i, i, i))
	}
	return lines
}

// TestLengthBias: with 6 longer, 2 shorter and 2 equal chosen answers, "longer wins" is
// right for 6 + 2/2 = 7 of 10.
func TestLengthBias(t *testing.T) {
	lengths := func(longer, shorter, equal int) Finding {
		var lines []string
		for kind, n := range []int{longer, shorter, equal} {
			for i := range n {
				answers := [][2]string{{"Yes, I do", "No"}, {"Ja", "Not at all"}, {"Yes", "Nay"}}[kind]
				lines = append(lines, pair(fmt.Sprintf("Q %d %d", kind, i), answers[0], answers[1]))
			}
		}
		return check(t, lines, nil).finding(lengthRule)
	}
	for _, test := range []struct {
		longer, shorter, equal int
		severity               Severity
		summary                string
	}{
		{6, 2, 2, Look, `the longer one in 60 % of the pairs; the rule "longer wins" is right for 70 %`},
		{9, 1, 0, Wrong, `"longer wins" is right for 90 %`},
		{1, 9, 0, Wrong, `the longer one in 10 % of the pairs; the rule "shorter wins" is right for 90 %`},
		{5, 5, 0, Note, `right for 50 %`},
	} {
		f := lengths(test.longer, test.shorter, test.equal)
		if f.Severity != test.severity || f.Count != test.longer || !strings.Contains(f.Summary, test.summary) {
			t.Errorf("%d longer, %d shorter, %d equal: %v %d %q, want %v %q", test.longer, test.shorter, test.equal, f.Severity, f.Count, f.Summary, test.severity, test.summary)
		}
	}
}

func TestOverlap(t *testing.T) {
	const prompt = "Please write a short letter to my landlord about the broken heating in our flat"
	heldOut := []string{
		pair("Question number 3?", "a", "b"),                                // also line 4
		pair("QUESTION  number 3", "c", "d"),                                // the same words
		pair(prompt+" and ask for a date", "a", "b"),                        // 13 shingles of 18 in common: 13/18 is not enough
		pair(strings.Replace(prompt, "Please write", "Write", 1), "a", "b"), // 12 of 13
		pair("Something else altogether, in other words?", "a", "b"),        // new
		pair("Question number", "a", "b"),                                   // short, and not the same
	}
	report := check(t, append(plain(600), pair(prompt, "c", "d")), heldOut)
	same, near := report.finding(overlapRule), report.finding(nearRule)
	if same.Count != 2 || same.Of != 6 || same.Severity != Wrong || !strings.Contains(same.Examples[0].Text, "pairs, line 4:") {
		t.Errorf("the same: %+v", same)
	}
	if near.Count != 1 || !strings.Contains(near.Examples[0].Text, "pairs, line 601") || near.Examples[0].Where != "pairs, line 4" {
		t.Errorf("nearly the same: %+v", near)
	}
	if none := check(t, plain(600), nil); len(none.NotChecked) != 2 {
		t.Errorf("not checked: %q", none.NotChecked)
	}
}

// TestMinHash: prompts whose shingles have Jaccard similarity s share a bucket with
// probability 1−(1−s⁴)¹⁶: 0.9998 at 0.8, 0.64 at 0.5,
// 0.10 at 0.28.
func TestMinHash(t *testing.T) {
	bucketRate := func(common, distinct int) float64 {
		const trials = 400
		meetings := 0
		for trial := range trials {
			set := func(side int) (list []uint64) {
				for i := range common {
					list = append(list, scramble(uint64(trial*1000+i)))
				}
				for i := range distinct {
					list = append(list, scramble(uint64(trial*1000+500+100*side+i)+1<<40))
				}
				return list
			}
			a, b := buckets(set(1)), buckets(set(2))
			for band := range a {
				if a[band] == b[band] {
					meetings++
					break
				}
			}
		}
		return float64(meetings) / trials
	}
	for _, test := range []struct {
		common, distinct int // s = common/(common+2·distinct)
		minimum, maximum float64
	}{{80, 10, 0.99, 1}, {40, 20, 0.54, 0.74}, {28, 36, 0.04, 0.17}} {
		if share := bucketRate(test.common, test.distinct); share < test.minimum || share > test.maximum {
			t.Errorf("s = %d/%d: share a bucket in %.3f, want %.2f to %.2f", test.common, test.common+2*test.distinct, share, test.minimum, test.maximum)
		}
	}
}

func TestLanguage(t *testing.T) {
	for text, want := range map[string]string{
		"What is the best way to boil an egg, and how long does it take you?":          "English",
		"Wie lange muss ich ein Ei kochen, und ist das nicht zu lang?":                 "German",
		"Je ne sais pas, mais vous pouvez le faire dans une casserole avec de l'eau.":  "French",
		"¿Cómo puedo cocinar un huevo? Es muy fácil, pero para los niños no está mal.": "Spanish",
		"Как сварить яйцо?":                                                            "Cyrillic script",
		"卵を茹でる方法を教えてください。":                                                             "Japanese",
		"请问怎么煮鸡蛋？":                                                                     "Chinese",
		"계란을 어떻게 삶나요?":                                                                 "Korean",
		"OK":                                                                           "",
		"x = y + 2; return x":                                                          "",
	} {
		if got := language(text); got != want {
			t.Errorf("%q is %q, want %q", text, got, want)
		}
	}
	german := pair("Wie koche ich ein Ei, und ist das nicht schwer?", "Das ist nicht schwer: mit Wasser und auf dem Herd.", "It is what you have with the water and the egg.")
	english := pair("What is the time of this and that?", "It is what you have with the watch.", "The time is with you and it is not that.")
	report := check(t, []string{english, english, german}, nil)
	if f := report.finding(languageRule); f.Count != 1 || !strings.Contains(f.Summary, "English 2, German 1") {
		t.Errorf("mix: %+v", f)
	}
	if f := report.finding(switchRule); f.Count != 1 || f.Examples[0].Where != "pairs, line 3" {
		t.Errorf("switch: %+v", f)
	}
}

func TestWorst(t *testing.T) {
	lines := append(plain(20), pair("Which?", "This", "That"), pair("Which?", "That", "This"), pair("A?", "Fine.<|im_end|>", "No, it is not."))
	report := check(t, lines, nil)
	worst := Worst(report, 3)
	if len(worst) != 3 || !strings.HasPrefix(worst[0], "The set has only 23 pairs") && !strings.HasPrefix(worst[1], "The set has only 23 pairs") {
		t.Errorf("%q", worst)
	}
	if !slices.IsSortedFunc(report.Findings, func(a, b Finding) int { return int(b.Severity) - int(a.Severity) }) {
		t.Error("the findings are not sorted by severity")
	}
	for _, f := range report.Findings {
		if f.Summary == "" || f.Advice == "" || !strings.HasSuffix(f.Summary, ".") || !strings.HasSuffix(f.Advice, ".") {
			t.Errorf("%+v", f)
		}
	}
	if len(report.Good)+len(report.Findings)+5+2+1+1 < len(ruleNames) { // held-out pairs, tokens, scores, labels: there are none
		t.Errorf("%d rules are neither good nor in the findings", len(ruleNames)-len(report.Good)-len(report.Findings))
	}
}

func TestCancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := Check(ctx, read(t, plain(3)), nil, DefaultOptions()); err == nil {
		t.Error("no error")
	}
}
