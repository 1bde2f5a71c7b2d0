package ballot

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"example.com/gonb-dpo/cmd/dpo/internal/terminal"
	"example.com/gonb-dpo/dpocore/ranking"
	"example.com/gonb-dpo/internal/wording"
)

// ranker runs a ranking session at a terminal.
type ranker struct {
	session     *ranking.Session
	lines       <-chan string // the user's input; closed at its end
	inputErr    <-chan error  // why the input ended
	out         io.Writer
	interactive bool // the terminal echoes the input
}

func newRanker(in io.Reader, out io.Writer, session *ranking.Session) *ranker {
	r := &ranker{session: session, out: out, interactive: terminal.IsTerminal(in)}
	r.lines, r.inputErr = terminal.ReadLines(in)
	return r
}

// run shows each task that the rater has not ranked and asks for an order.
func (r *ranker) run(ctx context.Context, tasks []ranking.Task) error {
	skipped := 0
	for i, task := range tasks {
		candidates, err := r.session.Candidates(ctx, task)
		if err != nil {
			return err
		}
		if _, ranked := r.session.Verdict(candidates); ranked {
			continue
		}
		r.show(candidates, i+1, len(tasks))
		ranked, err := r.ask(ctx, candidates)
		if errors.Is(err, io.EOF) {
			fmt.Fprintf(r.out, "\nleft: %s; run the same command to continue\n", wording.Count(skipped+len(tasks)-i, "prompt"))
			return nil
		}
		if err != nil {
			return err
		}
		if !ranked {
			skipped++
		}
	}
	fmt.Fprintf(r.out, "\n%d of %d prompts are ranked by %s in %s\n", len(tasks)-skipped, len(tasks), r.session.Rater(), r.session.Log().Source)
	return nil
}

func (r *ranker) show(candidates ranking.Candidates, number, total int) {
	fmt.Fprintf(r.out, "\n%d of %d: %s\n", number, total, candidates.Prompt)
	for i, answer := range candidates.Answers {
		fmt.Fprintf(r.out, "\n%d  %s\n", i+1, strings.ReplaceAll(terminal.Printable(answer.Text), "\n", "\n   "))
	}
}

// ask reads orders until one is valid, and saves it. An empty line skips the prompt; io.EOF ends the session.
func (r *ranker) ask(ctx context.Context, candidates ranking.Candidates) (ranked bool, err error) {
	for {
		line, err := r.readLine(ctx)
		if err != nil || strings.TrimSpace(line) == "" {
			return false, err
		}
		verdict, err := r.session.Rank(candidates, line)
		var invalid *ranking.OrderError
		if errors.As(err, &invalid) {
			fmt.Fprintln(r.out, err)
			continue
		}
		if err != nil {
			return false, err
		}
		fmt.Fprintf(r.out, "saved: %s\n", verdict.Order())
		return true, nil
	}
}

func (r *ranker) readLine(ctx context.Context) (string, error) {
	fmt.Fprint(r.out, "\nbest first: ")
	select {
	case <-ctx.Done():
		return "", fmt.Errorf("rank the answers: %w", ctx.Err())
	case line, ok := <-r.lines:
		if !ok {
			return "", cmp.Or(<-r.inputErr, io.EOF)
		}
		if !r.interactive {
			fmt.Fprintln(r.out)
		}
		return line, nil
	}
}
