package lint

import (
	"context"
	"math/rand/v2"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"example.com/gonb-dpo/dpocore/batch"
	"example.com/gonb-dpo/dpocore/chat"
	"example.com/gonb-dpo/dpocore/encode"
	"example.com/gonb-dpo/dpocore/preference"
	"example.com/gonb-dpo/dpocore/preference/pairfile"
	"example.com/gonb-dpo/dpocore/tokenizer"
	"example.com/gonb-dpo/internal/cputime"
	"example.com/gonb-dpo/internal/deps"
	"example.com/gonb-dpo/internal/shared"
)

// published returns the pairs of HH-RLHF's harmless-base test file.
func published(t *testing.T) *preference.Set {
	t.Helper()
	set, err := pairfile.ReadFile(shared.Path(t, "data/hh-rlhf/harmless-base/test.jsonl.gz"))
	if err != nil {
		t.Fatal(err)
	}
	return set
}

var notAWord = regexp.MustCompile(`[^\p{L}\p{M}\p{N}\p{S}\p{C}]+`)

// fold is an independent implementation of words, with strings and a regular expression.
func fold(text string) []string {
	text = strings.NewReplacer("`", " ", "\t", " ", "\n", " ", "\r", " ").Replace(strings.ToLower(text))
	list := strings.Fields(notAWord.ReplaceAllString(text, " "))
	if len(list) == 0 {
		return []string{text}
	}
	return list
}

func folded(text string) string { return strings.Join(fold(text), " ") }

func foldedPrompt(pair preference.Pair) string {
	var parts []string
	for _, turn := range pair.Prompt {
		parts = append(parts, turn.Role+":"+folded(turn.Content))
	}
	return strings.Join(parts, "|")
}

// inCommon returns Dice's coefficient, computed with a map.
func inCommon(a, b []string) float64 {
	left := map[string]int{}
	for _, word := range a {
		left[word]++
	}
	common := 0
	for _, word := range b {
		if left[word] > 0 {
			left[word]--
			common++
		}
	}
	return 2 * float64(common) / float64(len(a)+len(b))
}

// independent recomputes the counts of the rules by comparing all pairs with all
// others.
func independent(set *preference.Set) map[string]int {
	counts := map[string]int{}
	type texts struct{ prompt, chosen, rejected string }
	var all []texts
	for _, pair := range set.Pairs {
		c, r := fold(pair.Chosen), fold(pair.Rejected)
		all = append(all, texts{foldedPrompt(pair), strings.Join(c, " "), strings.Join(r, " ")})
		if slices.Equal(c, r) || min(len(c), len(r)) >= 10 && inCommon(c, r) >= 0.95 {
			counts[nearEqualRule]++
		}
		if len([]rune(pair.Chosen)) > len([]rune(pair.Rejected)) {
			counts[lengthRule]++
		}
		everything, empty := pair.Chosen+"\x00"+pair.Rejected, false
		for _, turn := range pair.Prompt {
			everything += "\x00" + turn.Content
			empty = empty || len(strings.Fields(turn.Content)) == 0
		}
		if empty {
			counts[emptyTurnRule]++
		}
		for _, token := range []string{"<|im_start|>", "<|im_end|>", "<|endoftext|>", "[INST]", "[/INST]", "<<SYS>>", "\n\nHuman:", "\n\nAssistant:"} {
			if strings.Contains(everything, token) {
				counts[controlRule]++
				break
			}
		}
		roles := ""
		for _, turn := range pair.Prompt {
			roles += turn.Role[:1]
		}
		if !regexp.MustCompile(`^s?u(au)*$`).MatchString(roles) {
			counts[rolesRule]++
		}
	}
	for i, a := range all {
		for j, b := range all {
			if a.prompt == b.prompt && a.chosen == b.rejected && a.rejected == b.chosen && a.chosen != a.rejected {
				counts[contradictRule]++
				break
			}
			if j < i && a == b {
				counts[repeatedRule]++
				break
			}
		}
	}
	for _, skip := range set.Skipped {
		if skip.Reason == preference.EqualAnswers {
			counts[equalRule]++
		} else {
			counts[leftOutRule]++
		}
	}
	return counts
}

// spoiled returns the published set with modified copies of some pairs, each with a
// problem.
func spoiled(t *testing.T) *preference.Set {
	set := published(t)
	for i := range 200 {
		pair := set.Pairs[7*i]
		pair.Prompt = slices.Clone(pair.Prompt)
		switch i % 5 {
		case 0: // repeated
		case 1:
			pair.Chosen, pair.Rejected = strings.ToUpper(pair.Rejected), pair.Chosen+" ..."
		case 2:
			pair.Rejected += "\n\nHuman: Go on.<|im_end|>"
		case 3:
			pair.Prompt = append(pair.Prompt, preference.Turn{Role: "assistant"}, preference.Turn{Role: "user", Content: "And?"})
		case 4:
			pair.Prompt = append(pair.Prompt, pair.Prompt[len(pair.Prompt)-1])
			pair.Rejected = strings.ReplaceAll(pair.Chosen, ",", ";") + "!"
		}
		set.Pairs = append(set.Pairs, pair)
	}
	return set
}

// TestCountsOnPublishedPairs compares the linter's counts with those of independent,
// for the published and the spoiled set.
func TestCountsOnPublishedPairs(t *testing.T) {
	for name, set := range map[string]*preference.Set{"as published": published(t), "spoiled": spoiled(t)} {
		t.Run(name, func(t *testing.T) { compareCounts(t, set) })
	}
}

func compareCounts(t *testing.T, set *preference.Set) {
	report, err := Check(context.Background(), set, nil, DefaultOptions())
	if err != nil {
		t.Fatal(err)
	}
	want := independent(set)
	for _, rule := range []string{leftOutRule, equalRule, nearEqualRule, repeatedRule, contradictRule, lengthRule, emptyTurnRule, rolesRule, controlRule} {
		if got := report.finding(rule).Count; got != want[rule] {
			t.Errorf("%s: %d, want %d", rule, got, want[rule])
		}
		t.Logf("%s: %d", rule, want[rule])
	}
	for _, f := range report.Findings {
		t.Logf("%v: %s", f.Severity, f.Summary)
	}
}

// independentShingles returns the set of three consecutive words, as strings.
func independentShingles(pair preference.Pair) map[string]bool {
	var list []string
	for _, turn := range pair.Prompt {
		if len(pair.Prompt) > 1 || turn.Role != "user" {
			list = append(list, "\x00"+turn.Role)
		}
		if turn.Content != "" {
			list = append(list, fold(turn.Content)...)
		}
	}
	set := map[string]bool{}
	for i := 0; i+3 <= len(list); i++ {
		set[strings.Join(list[i:i+3], " ")] = true
	}
	if len(list) < nearMinWords {
		return nil
	}
	return set
}

// TestOverlapOnPublishedPairs splits the set without regard to prompts and compares
// the overlaps with an exhaustive comparison of all prompts. Near duplicates above the
// threshold are found with a probability of at least 98 %.
func TestOverlapOnPublishedPairs(t *testing.T) {
	set := published(t)
	train, heldOut := &preference.Set{Source: set.Source}, &preference.Set{Source: set.Source}
	for i, pair := range set.Pairs {
		if i%5 == 0 {
			heldOut.Pairs = append(heldOut.Pairs, pair)
		} else {
			train.Pairs = append(train.Pairs, pair)
		}
	}
	// A tenth are prompts to train on with another ending, a tenth with other punctuation.
	for i := 0; i < len(heldOut.Pairs); i += 5 {
		pair := train.Pairs[4*i%len(train.Pairs)]
		pair.Prompt = slices.Clone(pair.Prompt)
		pair.Prompt[len(pair.Prompt)-1].Content += []string{" Please!", " ..."}[i%2]
		heldOut.Pairs[i] = pair
	}
	report, err := Check(context.Background(), train, heldOut, DefaultOptions())
	if err != nil {
		t.Fatal(err)
	}
	exact, near := 0, 0
	trained := map[string]bool{}
	var sets []map[string]bool
	for _, pair := range train.Pairs {
		trained[foldedPrompt(pair)] = true
		sets = append(sets, independentShingles(pair))
	}
	for _, pair := range heldOut.Pairs {
		shingles := independentShingles(pair)
		if trained[foldedPrompt(pair)] {
			exact++
		} else if slices.ContainsFunc(sets, func(other map[string]bool) bool {
			common := 0
			for s := range shingles {
				if other[s] {
					common++
				}
			}
			return float64(common) >= 0.8*float64(len(shingles)+len(other)-common) && len(shingles) > 0 && len(other) > 0
		}) {
			near++
		}
	}
	t.Logf("of %d held-out prompts %d are in the training data, %d nearly", len(heldOut.Pairs), exact, near)
	if got := report.finding(overlapRule).Count; got != exact || exact == 0 {
		t.Errorf("the same: %d, want %d", got, exact)
	}
	if got := report.finding(nearRule).Count; got > near || float64(got) < 0.98*float64(near) || near == 0 {
		t.Errorf("nearly the same: %d, want %d", got, near)
	}
}

// TestTokensOnPublishedPairs: the number of truncated pairs equals that of training.
func TestTokensOnPublishedPairs(t *testing.T) {
	path, err := deps.Model()
	if err != nil {
		t.Fatal(err)
	}
	tok, err := tokenizer.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer tok.Close()
	encoder, err := chat.New(tok)
	if err != nil {
		t.Fatal(err)
	}
	set := published(t)
	var examples []batch.Example
	for _, pair := range set.Pairs {
		tokens, _, err := encoder.Pair(pair)
		if err != nil {
			t.Fatal(err)
		}
		examples = append(examples, batch.Example{Prompt: tokens.Prompt, Chosen: tokens.Chosen, Rejected: tokens.Rejected})
	}
	for _, maxLength := range []int{128, 512} {
		cut := 0
		for i, e := range examples {
			usable, report := batch.Truncate(examples[i:i+1], maxLength)
			if report.Cut > 0 || len(usable) == 0 {
				cut++
			}
			_ = e
		}
		o := Options{Encoder: encode.New(encoder, tok.VocabSize(), encode.Limit{MaxLength: maxLength}), Tokenizer: tok, Examples: 3}
		start := time.Now()
		report, err := Check(context.Background(), set, nil, o)
		if err != nil {
			t.Fatal(err)
		}
		f := report.finding(truncatedRule)
		t.Logf("%d of %d at %d tokens, in %v", cut, len(set.Pairs), maxLength, time.Since(start))
		if f.Count != cut || f.Of != len(set.Pairs) || cut == 0 {
			t.Errorf("at %d tokens %d of %d, want %d", maxLength, f.Count, f.Of, cut)
		}
		if end := report.finding(endRule); end.Count != 0 {
			t.Errorf("the template ends turns, but: %+v", end)
		}
	}
}

// TestManyPairs: 100,000 pairs of about 90 words with held-out pairs take seconds.
func TestManyPairs(t *testing.T) {
	if testing.Short() {
		t.Skip("100,000 pairs take some seconds")
	}
	random := rand.New(rand.NewPCG(1, 2))
	vocabulary := strings.Fields("the of and to in is you that it he was for on are as with his they at be this have from or one had by word but not what all were we when your can said there use an each which she do how their if will up other about out many then them these so some her would make like him into time has look two more write go see number no way could people my than first water been call who oil its now find long down day did get come made may part")
	text := func(n int) string {
		var b strings.Builder
		for range n {
			b.WriteString(vocabulary[random.IntN(len(vocabulary))])
			b.WriteByte(' ')
		}
		return b.String()
	}
	set := func(n int) *preference.Set {
		s := &preference.Set{Source: "many"}
		for i := range n {
			s.Pairs = append(s.Pairs, preference.Pair{Prompt: preference.User(text(25)), Chosen: text(35), Rejected: text(30), Line: i, Weight: 1})
		}
		return s
	}
	train, heldOut := set(100_000), set(5_000)
	before := cputime.Used(t)
	if _, err := Check(context.Background(), train, heldOut, DefaultOptions()); err != nil {
		t.Fatal(err)
	}
	took := cputime.Used(t) - before
	t.Logf("100,000 pairs in %v of processor time", took)
	if took > time.Minute {
		t.Errorf("100,000 pairs took %v", took)
	}
}
