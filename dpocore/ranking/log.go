package ranking

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"

	"example.com/gonb-dpo/internal/lock"
)

// A Log is the content of a rankings file.
type Log struct {
	Source     string
	Candidates []Candidates // without duplicates; the ones added last are last
	Judgements []Judgement  // in file order; only the last one per rater and set of candidates
	Notes      []string     // one sentence per skipped line

	lines  []int                // 1-based line of each judgement
	known  map[string]bool      // IDs in Candidates
	judged map[judgementKey]int // index into Judgements
}

type judgementKey struct{ id, rater string }

// Read reads a rankings file. A last line that was cut off when its process was killed is skipped with a note; any other
// invalid line is an error with its line number.
func Read(path string) (*Log, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("read the rankings: %w", err)
	}
	defer file.Close()
	held, err := lock.Shared(path)
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", path, err)
	}
	defer held.Release()
	log := &Log{Source: path, known: map[string]bool{}, judged: map[judgementKey]int{}}
	in := bufio.NewReader(file)
	for number := 1; ; number++ {
		text, err := in.ReadBytes('\n')
		if err != nil && err != io.EOF {
			return nil, fmt.Errorf("%s, line %d: %w", path, number, err)
		}
		complete := err == nil
		if err := log.addLine(text, number); err != nil {
			if complete {
				return nil, fmt.Errorf("%s, line %d: %w", path, number, err)
			}
			log.Notes = append(log.Notes, fmt.Sprintf("%s, line %d: skipped, because it is incomplete: the process that wrote it was stopped", path, number))
		}
		if !complete {
			return log, nil
		}
	}
}

// addLine parses a line and adds its content. Empty lines are ignored.
func (l *Log) addLine(text []byte, number int) error {
	if len(bytes.TrimSpace(text)) == 0 {
		return nil
	}
	read, err := parse(text)
	switch {
	case err != nil:
		return err
	case read.Kind == kindCandidates:
		l.moveToEnd(read.Candidates)
	default:
		l.addCandidates(read.Candidates)
		l.addJudgement(Judgement{read.Candidates, *read.Verdict}, number)
	}
	return nil
}

// parse parses and checks a line.
func parse(text []byte) (read line, err error) {
	if err := json.Unmarshal(text, &read); err != nil {
		return read, fmt.Errorf("not a ranking: %w", err)
	}
	if err := read.Candidates.check(); err != nil {
		return read, err
	}
	switch {
	case read.Kind == kindCandidates:
		return read, nil
	case read.Kind != kindJudgement || read.Verdict == nil:
		return read, fmt.Errorf("the line is of the kind %q; it must be %q or %q", read.Kind, kindCandidates, kindJudgement)
	}
	return read, read.Verdict.check(len(read.Answers))
}

func (l *Log) addCandidates(c Candidates) {
	if !l.known[c.ID] {
		l.known[c.ID] = true
		l.Candidates = append(l.Candidates, c)
	}
}

// moveToEnd adds candidates as the last ones, even if they are known already.
func (l *Log) moveToEnd(c Candidates) {
	if l.known[c.ID] {
		l.Candidates = slices.DeleteFunc(l.Candidates, func(known Candidates) bool { return known.ID == c.ID })
		l.known[c.ID] = false
	}
	l.addCandidates(c)
}

// addJudgement adds a judgement, replacing an earlier one by the same rater.
func (l *Log) addJudgement(j Judgement, number int) {
	key := judgementKey{j.ID, j.Rater}
	at, replaces := l.judged[key]
	if !replaces {
		at = len(l.Judgements)
		l.judged[key] = at
		l.Judgements, l.lines = append(l.Judgements, j), append(l.lines, number)
	}
	l.Judgements[at], l.lines[at] = j, number
}

// Pending returns the candidates that a rater has not ranked.
func (l *Log) Pending(rater string) (list []Candidates) {
	for _, c := range l.Candidates {
		if _, ranked := l.Verdict(c, rater); !ranked {
			list = append(list, c)
		}
	}
	return list
}

// Verdict returns a rater's verdict on candidates; ok is false if there is none.
func (l *Log) Verdict(c Candidates, rater string) (v Verdict, ok bool) {
	at, ok := l.judged[judgementKey{c.ID, rater}]
	if ok {
		v = l.Judgements[at].Verdict
	}
	return v, ok
}

// Raters returns the names of all raters in alphabetical order.
func (l *Log) Raters() (names []string) {
	for _, j := range l.Judgements {
		names = append(names, j.Rater)
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// Is reports whether a file is a rankings file, by its first line.
func Is(path string) bool {
	if info, err := os.Stat(path); err != nil || !info.Mode().IsRegular() { // a pipe can be opened and read only once
		return false
	}
	file, err := os.Open(path)
	if err != nil {
		return false
	}
	defer file.Close()
	const maxLine = 1 << 20
	first, err := bufio.NewReader(io.LimitReader(file, maxLine)).ReadBytes('\n')
	if err != nil && !errors.Is(err, io.EOF) {
		return false
	}
	var l struct{ Kind string }
	return json.Unmarshal(first, &l) == nil && (l.Kind == kindCandidates || l.Kind == kindJudgement)
}
