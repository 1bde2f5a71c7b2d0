package gonbext

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"

	"example.com/gonb-dpo/dpocore/generate"
	"example.com/gonb-dpo/dpocore/judgement"
)

// raterEnv is the environment variable with the name of who ranks.
const raterEnv = "DPO_RATER"

// Rater is someone who ranks answers; "" is who runs the notebook: the name in DPO_RATER, or "me".
type Rater string

// Rank is [Rater.Rank] for who runs the notebook.
func Rank(file string, prompts ...string) { Rater("").Rank(file, prompts...) }

// Rank lets the model answer each prompt at four temperatures, as one batch, and shows the answers in a mixed order, without
// saying which is which. Where the page's buttons reach this program, pressing them saves the ranking, and the next prompt
// follows; elsewhere they write the line that [Rater.Ranked] takes. Answers and rankings are in the file as soon as they are
// there: the same cell goes on where a session was left, and shows another rater the same answers. Without prompts it
// shows those that others have ranked.
func (r Rater) Rank(file string, prompts ...string) {
	task(func(ctx context.Context, say func(string, ...any)) (content, error) {
		s, err := r.session(file)
		if err != nil {
			return nil, err
		}
		defer s.file.Close()
		return s.rank(ctx, prompts, say)
	})
}

// name is the rater's.
func (r Rater) name() string {
	return cmp.Or(string(r), os.Getenv(raterEnv), "me")
}

// session is one rater's part in a file of rankings.
type session struct {
	rater Rater
	path  string
	file  *judgement.File
	log   *judgement.Log
	ask   func(context.Context, ranking) (order string, ok bool) // the buttons
	draw  func(ctx context.Context, prompt string) (judgement.Drawing, error)
}

func (r Rater) session(path string) (*session, error) {
	file, err := judgement.Open(path)
	if err != nil {
		return nil, err
	}
	s := &session{rater: r, path: path, file: file, ask: askPage, draw: drawAnswers}
	if err := s.read(); err != nil {
		file.Close()
		return nil, err
	}
	return s, nil
}

func (s *session) read() (err error) {
	s.log, err = judgement.Read(s.path)
	return err
}

// rank goes through the prompts that the rater has not ranked yet.
func (s *session) rank(ctx context.Context, prompts []string, say func(string, ...any)) (content, error) {
	list := make([]question, len(prompts))
	for i, prompt := range prompts {
		list[i].prompt = prompt
	}
	if len(prompts) == 0 {
		list = ballots(s.log.Pending(s.rater.name()))
	}
	return s.put(ctx, list, say)
}

// question is what a rater is asked: to rank answers to a prompt, those of a drawing where there is one already.
type question struct {
	prompt string
	drawn  *judgement.Drawing
}

// ballots are the questions that drawings put.
func ballots(drawings []judgement.Drawing) (list []question) {
	for _, d := range drawings {
		list = append(list, question{d.Prompt, &d})
	}
	return list
}

// put asks what the rater has not answered yet.
func (s *session) put(ctx context.Context, list []question, say func(string, ...any)) (content, error) {
	for at, q := range list {
		d, err := s.drawing(ctx, q, say)
		if err != nil {
			return nil, err
		}
		before, ranked := s.log.Verdict(d, s.rater.name())
		if ranked && len(list) > 1 {
			continue
		}
		shown := newRanking(d, s.rater, s.path)
		shown.Left = fmt.Sprintf("prompt %d of %d", at+1, len(list))
		if ranked {
			shown.Before = before.Order()
		}
		say("Ranking %s", shown.Left)
		order, saved := s.ask(ctx, shown)
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		if !saved {
			return shown, nil
		}
		if err := s.judge(d, order); err != nil {
			return nil, err
		}
	}
	return several{box{doneBox, fmt.Sprintf("The answers to %s are ranked, by %s.", counted(len(list), "prompt"), s.rater.name())}, s.revealed(), rankings(s.log)}, nil
}

// drawing is the one that is asked about: the question's own, the one that the file has of the prompt, or a new one. It is
// the file's last one from now on.
func (s *session) drawing(ctx context.Context, q question, say func(string, ...any)) (d judgement.Drawing, err error) {
	at := slices.IndexFunc(s.log.Drawings, func(d judgement.Drawing) bool {
		return d.Prompt == q.prompt && (q.drawn == nil || d.ID == q.drawn.ID)
	})
	switch last := len(s.log.Drawings) - 1; {
	case at >= 0 && at == last:
		return s.log.Drawings[at], nil
	case at >= 0:
		d = s.log.Drawings[at]
	case q.drawn != nil:
		d = *q.drawn
	default:
		say("The model answers: %s", q.prompt)
		if d, err = s.draw(ctx, q.prompt); err != nil {
			return d, err
		}
	}
	if err := s.file.Draw(&d); err != nil {
		return d, err
	}
	return d, s.read()
}

// drawAnswers asks the model.
func drawAnswers(ctx context.Context, prompt string) (d judgement.Drawing, err error) {
	if strings.TrimSpace(prompt) == "" {
		return d, errors.New("the prompt is empty; write a question or a request")
	}
	model, err := baseModel()
	if err != nil {
		return d, err
	}
	o := generate.DefaultDrawOptions()
	if o.MaxNewTokens, err = newTokens(); err != nil {
		return d, err
	}
	return generate.Draw(ctx, model, "", prompt, o)
}

// judge keeps the rater's order of a drawing's answers.
func (s *session) judge(d judgement.Drawing, order string) error {
	ranks, bad, err := judgement.ParseOrder(order, len(d.Answers))
	if err != nil {
		return err
	}
	verdict := judgement.Verdict{Rater: s.rater.name(), Ranks: ranks, AllBad: bad, Judged: time.Now().UTC().Truncate(time.Second)}
	if err := s.file.Judge(d, verdict); err != nil {
		return err
	}
	return s.read()
}
