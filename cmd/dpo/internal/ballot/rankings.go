package ballot

import (
	"fmt"
	"io"

	"example.com/gonb-dpo/cmd/dpo/internal/exit"
	"example.com/gonb-dpo/dpocore/preference"
	"example.com/gonb-dpo/dpocore/preference/pairfile"
	"example.com/gonb-dpo/dpocore/ranking"
	"example.com/gonb-dpo/internal/place"
	"example.com/gonb-dpo/internal/wording"
)

// Summarize prints what files of rankings contain together, and writes pairs made from them to a file unless its name is "". The choice
// of pairs is a value of --pairs.
func Summarize(out io.Writer, rankings []string, choice, pairs string, o preference.ListOptions) error {
	var ok bool
	if o.Choice, ok = preference.ParseChoice(choice); !ok {
		return exit.WrongUse(fmt.Errorf("--pairs is %q; it must be all, best-worst or adjacent", choice))
	}
	if err := o.Validate(); err != nil {
		return exit.WrongUse(err)
	}
	if err := place.New(pairs); err != nil {
		return exit.WrongUse(err)
	}
	log, err := ranking.Read(rankings...)
	if err != nil {
		return err
	}
	writeRankings(out, log)
	if pairs == "" {
		return nil
	}
	set, err := log.Pairs(o)
	if err != nil {
		return err
	}
	if err := pairfile.WriteFile(pairs, set.Pairs); err != nil {
		return err
	}
	fmt.Fprintf(out, "%s: %s\n", pairs, wording.Count(len(set.Pairs), "pair"))
	return nil
}

func writeRankings(out io.Writer, log *ranking.Log) {
	fmt.Fprintf(out, "%s: answers to %s\n", log.Source, wording.Count(len(log.Candidates), "prompt"))
	raters := log.Raters()
	for i, rater := range raters {
		all := len(log.Candidates)
		fmt.Fprintf(out, "  %s has ranked %d of %s\n", rater, all-len(log.Pending(rater)), wording.Count(all, "prompt"))
		for _, other := range raters[:i] {
			if agreement, err := log.Agreement(other, rater); err == nil { // otherwise they have ranked nothing in common
				fmt.Fprintf(out, "  %s\n", agreement)
			}
		}
	}
	for _, note := range log.Notes {
		fmt.Fprintln(out, note)
	}
}
