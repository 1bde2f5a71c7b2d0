package ballot

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"

	"example.com/gonb-dpo/dpocore/ranking"
	"example.com/gonb-dpo/internal/place"
)

// Check returns an error if rankings can't be added to a file, before the answers for it are sampled. The name "" is for no file.
func Check(file string) error {
	if _, err := os.Stat(file); file == "" || errors.Is(err, fs.ErrNotExist) {
		return place.File(file)
	}
	session, err := ranking.OpenSession(file, "", nil)
	if err != nil {
		return err
	}
	return session.Close()
}

// Vote lets the user rank answers without knowing which model wrote them, saves the rankings in a file, and reveals the models
// once all are ranked.
func Vote(ctx context.Context, in io.Reader, out io.Writer, file, rater string, ballots []ranking.Candidates) error {
	if len(ballots) == 0 {
		return errors.New("nothing to rank: the models give the same answers to all prompts; choose others with --prompt")
	}
	session, err := ranking.OpenSession(file, rater, nil)
	if err != nil {
		return err
	}
	defer session.Close()
	for _, note := range session.Log().Notes {
		fmt.Fprintln(out, note)
	}
	if err := newRanker(in, out, session).run(ctx, ranking.TasksOf(ballots)); err != nil {
		return err
	}
	if judgements, complete := session.Judgements(ballots); complete {
		reveal(out, session.Log(), judgements)
	}
	return nil
}

// reveal prints which model wrote which answer, and how the models compare.
func reveal(w io.Writer, log *ranking.Log, judgements []ranking.Judgement) {
	for _, j := range judgements {
		fmt.Fprintf(w, "\n── %s\n   %s, where\n", j.Prompt, j.Order())
		for i, answer := range j.Answers {
			fmt.Fprintf(w, "   %d is by %s\n", i+1, strings.Join(answer.By, " and "))
		}
	}
	fmt.Fprintln(w, "\npairwise comparisons in "+log.Source+":")
	for _, s := range log.Tally() {
		fmt.Fprintf(w, "   %s: %d better, %d equal, %d worse; first in %d of %d\n", s.By, s.Better, s.Equal, s.Worse, s.First, s.Judged)
	}
}
