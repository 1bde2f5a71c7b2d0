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
	"example.com/gonb-dpo/internal/wording"
)

// A Log is the content of one or several rankings files.
type Log struct {
	Source     string
	Candidates []Candidates // without duplicates; the ones added last are last
	Judgements []Judgement  // in file order; only the last one per rater and set of candidates
	Notes      []string     // one sentence per skipped line

	places []place              // of each judgement
	known  map[string]bool      // IDs in Candidates
	judged map[judgementKey]int // index into Judgements
}

// place is a line of a file, counted from 1.
type place struct {
	source string
	line   int
}

func (p place) String() string { return fmt.Sprintf("%s, line %d", p.source, p.line) }

type judgementKey struct{ id, rater string }

// Read reads rankings files as one: the prompts and raters of all, in the files' order. A last line that was cut off when its process was
// killed is skipped with a note; any other invalid line is an error with its line number.
func Read(paths ...string) (*Log, error) {
	log := &Log{Source: nameOf(paths), known: map[string]bool{}, judged: map[judgementKey]int{}}
	for _, path := range paths {
		if err := log.add(path); err != nil {
			return nil, err
		}
	}
	return log, nil
}

// nameOf names the files, of many only the first.
func nameOf(paths []string) string {
	const named = 4
	if len(paths) <= named {
		return wording.And(paths)
	}
	return fmt.Sprintf("%s and %d other files", paths[0], len(paths)-1)
}

// add adds the content of a file.
func (l *Log) add(path string) error {
	file, err := os.Open(path)
	if err != nil {
		return fmt.Errorf("read the rankings: %w", err)
	}
	defer file.Close()
	held, err := lock.Shared(path)
	if err != nil {
		return fmt.Errorf("read %s: %w", path, err)
	}
	defer held.Release()
	in := bufio.NewReader(file)
	for at := (place{path, 1}); ; at.line++ {
		text, err := in.ReadBytes('\n')
		if err != nil && err != io.EOF {
			return fmt.Errorf("%s: %w", at, err)
		}
		complete := err == nil
		if err := l.addLine(text, at); err != nil {
			if complete {
				return fmt.Errorf("%s: %w", at, err)
			}
			l.Notes = append(l.Notes, at.String()+": skipped, because it is incomplete: the process that wrote it was stopped")
		}
		if !complete {
			return nil
		}
	}
}

// addLine parses a line and adds its content. Empty lines are ignored.
func (l *Log) addLine(text []byte, at place) error {
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
		l.addJudgement(Judgement{read.Candidates, *read.Verdict}, at)
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
func (l *Log) addJudgement(j Judgement, at place) {
	key := judgementKey{j.ID, j.Rater}
	i, replaces := l.judged[key]
	if !replaces {
		i = len(l.Judgements)
		l.judged[key] = i
		l.Judgements, l.places = append(l.Judgements, j), append(l.places, at)
	}
	l.Judgements[i], l.places[i] = j, at
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
