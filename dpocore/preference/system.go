package preference

import (
	"fmt"

	"example.com/gonb-dpo/internal/wording"
)

// SystemNote says how many prompts have a system turn already, so that the one given is not put in front of them.
func (s *Set) SystemNote(system string) []string {
	n := 0
	for _, pair := range s.Pairs {
		if len(pair.Prompt) > 0 && pair.Prompt[0].Role == "system" {
			n++
		}
	}
	if system == "" || n == 0 {
		return nil
	}
	return []string{fmt.Sprintf("%d of %s have a system turn and keep it; the others get the system prompt that is given.", n, wording.Count(len(s.Pairs), "prompt"))}
}
