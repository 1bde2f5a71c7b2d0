package gonbext

import (
	"fmt"
	"strings"
)

const notCompared = "Run gonbext.Compare on this run first; then its answers can be looked at too."

// wording looks at the kept answers themselves.
func (r examined) wording() []finding {
	if len(r.answers) == 0 {
		return []finding{{noWord, "No answers were compared yet.", notCompared}}
	}
	repeating, empty := 0, 0
	for _, a := range r.answers {
		switch {
		case strings.TrimSpace(a.After) == "":
			empty++
		case repeats(a.After) && !repeats(a.Before):
			repeating++
		}
	}
	stronger := fmt.Sprintf("Raise beta (it is %g), lower the learning rate (it is %g), or train fewer steps.", r.config.Beta, r.config.LearningRate)
	switch {
	case empty > 0:
		return []finding{{wrong, fmt.Sprintf("%d of %d answers are empty.", empty, len(r.answers)), stronger}}
	case repeating > 0:
		return []finding{{wrong, fmt.Sprintf("%d of %d answers go round in circles, which they did not before training.", repeating, len(r.answers)), stronger}}
	default:
		return []finding{{good, "The answers do not go round in circles more than before; whether they sound natural is for you to read.", ""}}
	}
}

// repeats says whether a text says the same four words in a row over and over.
func repeats(text string) bool {
	const length, often = 4, 4
	words := strings.Fields(strings.ToLower(text))
	seen := map[string]int{}
	for i := range max(0, len(words)-length+1) {
		key := strings.Join(words[i:i+length], " ")
		if seen[key]++; seen[key] >= often {
			return true
		}
	}
	return false
}

// sameAnswers looks for answers that training has not changed.
func (r examined) sameAnswers() []finding {
	if len(r.answers) == 0 {
		return nil
	}
	same := 0
	for _, a := range r.answers {
		if a.Before == a.After {
			same++
		}
	}
	switch {
	case same == len(r.answers):
		return []finding{{look, "Every compared answer is word for word what the base model says.",
			fmt.Sprintf("Train longer, raise the learning rate (it is %g), or lower beta (it is %g).", r.config.LearningRate, r.config.Beta)}}
	default:
		return []finding{{good, fmt.Sprintf("%d of %d compared answers differ from the base model's; whether they are better is for you to read.", len(r.answers)-same, len(r.answers)), ""}}
	}
}
