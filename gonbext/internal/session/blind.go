package session

import (
	"context"
	"slices"

	"example.com/gonb-dpo/dpocore/ranking"
	"example.com/gonb-dpo/gonbext/internal/cell"
	"example.com/gonb-dpo/gonbext/internal/measure"
	"example.com/gonb-dpo/gonbext/internal/output"
	"example.com/gonb-dpo/gonbext/internal/views"
)

// CompareBlind asks for rankings of the answers of the base model and of runs, without their authors.
func (s *Session) CompareBlind(ctx context.Context, runs string, prompts []string, status cell.Status) (output.Content, error) {
	c, err := measure.Compare(ctx, runs, prompts, status)
	if err != nil {
		return nil, err
	}
	drawings, notes, err := c.Blind()
	if err != nil {
		return nil, err
	}
	var result output.Stack
	for _, note := range notes {
		result = append(result, output.Box{Kind: output.Note, Message: note})
	}
	if len(drawings) == 0 {
		return result, nil
	}
	if err := s.add(drawings); err != nil {
		return nil, err
	}
	pending := slices.DeleteFunc(questions(drawings), func(q question) bool {
		_, judged := s.log.Verdict(*q.drawing, s.rater)
		return judged
	})
	if len(pending) == 0 {
		return append(result, views.Revealed(s.log, s.rater), views.Rankings(s.log)), nil
	}
	asked, err := s.askAll(ctx, pending, status)
	return append(result, asked), err
}

// add saves new drawings in the file, where they stay pending until they are ranked.
func (s *Session) add(drawings []ranking.Candidates) error {
	for _, d := range drawings {
		known := slices.ContainsFunc(s.log.Candidates, func(other ranking.Candidates) bool { return other.ID == d.ID })
		if known {
			continue
		}
		if err := s.file.AddCandidates(&d); err != nil {
			return err
		}
	}
	return s.read()
}
