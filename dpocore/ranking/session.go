package ranking

import (
	"context"
	"slices"
	"time"
)

// SampleFunc samples answers to a prompt.
type SampleFunc func(ctx context.Context, prompt string) (Candidates, error)

// A Session is one rater's work on a rankings file. The command line and the notebook differ only in how they show
// candidates and read the rater's order. A Session is not safe for concurrent use; several processes may have sessions on
// the same file.
type Session struct {
	rater  string
	file   *File
	log    *Log
	sample SampleFunc
}

// OpenSession opens a rankings file, creating it if needed. sample may be nil if no prompt needs new answers.
func OpenSession(path, rater string, sample SampleFunc) (*Session, error) {
	file, err := Open(path)
	if err != nil {
		return nil, err
	}
	s := &Session{rater: rater, file: file, sample: sample}
	if err := s.reload(); err != nil {
		file.Close()
		return nil, err
	}
	return s, nil
}

// Close closes the file.
func (s *Session) Close() error { return s.file.Close() }

// Rater returns the rater's name.
func (s *Session) Rater() string { return s.rater }

// Log returns the file's content as of the last call that changed it.
func (s *Session) Log() *Log { return s.log }

func (s *Session) reload() (err error) {
	s.log, err = Read(s.file.path)
	return err
}

// A Task is a prompt to rank answers to.
type Task struct {
	Prompt     string
	Candidates *Candidates // the answers to rank; nil for those in the file, or new ones if it has none
}

// Tasks returns one task per prompt. Without prompts it returns everything in the file that the rater has not ranked.
func (s *Session) Tasks(prompts []string) []Task {
	if len(prompts) == 0 {
		return TasksOf(s.Pending())
	}
	tasks := make([]Task, len(prompts))
	for i, prompt := range prompts {
		tasks[i].Prompt = prompt
	}
	return tasks
}

// TasksOf returns one task per set of candidates, such as the ballots of a blind comparison.
func TasksOf(list []Candidates) (tasks []Task) {
	for _, c := range list {
		tasks = append(tasks, Task{c.Prompt, &c})
	}
	return tasks
}

// Candidates returns the answers to show for a task: those in the file if any, else the task's, else newly sampled ones.
// New ones are saved.
func (s *Session) Candidates(ctx context.Context, t Task) (c Candidates, err error) {
	at := slices.IndexFunc(s.log.Candidates, func(known Candidates) bool {
		return known.Prompt == t.Prompt && (t.Candidates == nil || known.ID == t.Candidates.ID)
	})
	switch {
	case at >= 0:
		return s.log.Candidates[at], nil
	case t.Candidates != nil:
		c = *t.Candidates
	default:
		if c, err = s.sample(ctx, t.Prompt); err != nil {
			return c, err
		}
	}
	return c, s.save(&c)
}

func (s *Session) save(c *Candidates) error {
	if err := s.file.AddCandidates(c); err != nil {
		return err
	}
	return s.reload()
}

// Add saves candidates that the file does not have yet, so that they stay pending until they are ranked.
func (s *Session) Add(list []Candidates) error {
	for _, c := range list {
		if slices.ContainsFunc(s.log.Candidates, func(known Candidates) bool { return known.ID == c.ID }) {
			continue
		}
		if err := s.file.AddCandidates(&c); err != nil {
			return err
		}
	}
	return s.reload()
}

// Show makes candidates the last ones in the file, which [Session.Last] returns.
func (s *Session) Show(c Candidates) error {
	if last, ok := s.Last(); ok && last.ID == c.ID {
		return nil
	}
	return s.save(&c)
}

// Last returns the candidates that were shown last; ok is false if the file has none.
func (s *Session) Last() (c Candidates, ok bool) {
	if len(s.log.Candidates) == 0 {
		return c, false
	}
	return s.log.Candidates[len(s.log.Candidates)-1], true
}

// Rank parses the rater's order as [ParseOrder] does and saves it. It replaces an earlier verdict of the rater. An invalid
// order is an [OrderError].
func (s *Session) Rank(c Candidates, order string) (Verdict, error) {
	ranks, allBad, err := ParseOrder(order, len(c.Answers))
	if err != nil {
		return Verdict{}, err
	}
	v := Verdict{Rater: s.rater, Ranks: ranks, AllBad: allBad, Judged: time.Now().UTC().Truncate(time.Second)}
	if err := s.file.AddVerdict(c, v); err != nil {
		return v, err
	}
	return v, s.reload()
}

// Verdict returns the rater's verdict on candidates; ok is false if there is none.
func (s *Session) Verdict(c Candidates) (v Verdict, ok bool) { return s.log.Verdict(c, s.rater) }

// Pending returns the candidates in the file that the rater has not ranked.
func (s *Session) Pending() []Candidates { return s.log.Pending(s.rater) }

// Judgements returns the rater's verdicts on a list of candidates; complete is false if some are missing.
func (s *Session) Judgements(list []Candidates) (judgements []Judgement, complete bool) {
	for _, c := range list {
		if v, ok := s.Verdict(c); ok {
			judgements = append(judgements, Judgement{c, v})
		}
	}
	return judgements, len(judgements) == len(list)
}

// Revealed returns the rater's verdicts on all blind candidates in the file. It returns none while one is still pending, so
// that authors stay hidden until the rater is done.
func (s *Session) Revealed() []Judgement {
	blind := slices.DeleteFunc(slices.Clone(s.log.Candidates), func(c Candidates) bool { return !c.Blind() })
	judgements, complete := s.Judgements(blind)
	if !complete {
		return nil
	}
	return judgements
}
