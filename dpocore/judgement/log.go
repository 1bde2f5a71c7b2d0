package judgement

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"syscall"

	"example.com/gonb-dpo/internal/lines"
)

// A Log is what a file holds.
type Log struct {
	Source     string
	Drawings   []Drawing   // each once, the one that was shown last is the last
	Judgements []Judgement // in their order; of a rater's on one drawing the last counts
	Notes      []string    // sentences on what was passed over

	lines  []int           // of the judgements, 1-based
	known  map[string]bool // IDs of drawings
	judged map[rating]int  // places in Judgements
}

// A rating is which drawing a rater has judged.
type rating struct{ id, rater string }

// Read reads a file. A last line that was being written when its session was
// killed is passed over, with a note; any other line that is not sound is an
// error with its number.
func Read(path string) (*Log, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("read the rankings: %w", err)
	}
	defer file.Close()
	unlock, err := lines.Lock(file, syscall.LOCK_SH)
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", path, err)
	}
	defer unlock()
	log := &Log{Source: path, known: map[string]bool{}, judged: map[rating]int{}}
	in := bufio.NewReader(file)
	for number := 1; ; number++ {
		text, err := in.ReadBytes('\n')
		if err != nil && err != io.EOF {
			return nil, fmt.Errorf("%s, line %d: %w", path, number, err)
		}
		whole := err == nil
		if fault := log.take(text, number); fault != nil {
			if whole {
				return nil, fmt.Errorf("%s, line %d: %w", path, number, fault)
			}
			log.Notes = append(log.Notes, fmt.Sprintf("%s, line %d: passed over, as it is incomplete: its session ended while it was being written", path, number))
		}
		if !whole {
			return log, nil
		}
	}
}

// take takes a line in, unless it is empty.
func (l *Log) take(text []byte, number int) error {
	if len(bytes.TrimSpace(text)) == 0 {
		return nil
	}
	read, err := parse(text)
	switch {
	case err != nil:
		return err
	case read.Kind == drawn:
		l.again(read.Drawing)
	default:
		l.draw(read.Drawing)
		l.judge(Judgement{read.Drawing, *read.Verdict}, number)
	}
	return nil
}

// parse reads a line, and says what is not sound about it.
func parse(text []byte) (read line, err error) {
	if err := json.Unmarshal(text, &read); err != nil {
		return read, fmt.Errorf("not a ranking: %w", err)
	}
	if err := read.Drawing.check(); err != nil {
		return read, err
	}
	switch {
	case read.Kind == drawn:
		return read, nil
	case read.Kind != judged || read.Verdict == nil:
		return read, fmt.Errorf("the line is of the kind %q; it must be %q or %q", read.Kind, drawn, judged)
	}
	return read, read.Verdict.check(len(read.Answers))
}

func (l *Log) draw(d Drawing) {
	if !l.known[d.ID] {
		l.known[d.ID] = true
		l.Drawings = append(l.Drawings, d)
	}
}

// again makes a drawing that has been shown once more the last one.
func (l *Log) again(d Drawing) {
	if l.known[d.ID] {
		l.Drawings = slices.DeleteFunc(l.Drawings, func(known Drawing) bool { return known.ID == d.ID })
		l.known[d.ID] = false
	}
	l.draw(d)
}

// judge takes a judgement in, in place of an earlier one.
func (l *Log) judge(j Judgement, number int) {
	key := rating{j.ID, j.Rater}
	at, again := l.judged[key]
	if !again {
		at = len(l.Judgements)
		l.judged[key] = at
		l.Judgements, l.lines = append(l.Judgements, j), append(l.lines, number)
	}
	l.Judgements[at], l.lines[at] = j, number
}

// Pending are the drawings that a rater has not judged.
func (l *Log) Pending(rater string) (list []Drawing) {
	for _, d := range l.Drawings {
		if _, judged := l.Verdict(d, rater); !judged {
			list = append(list, d)
		}
	}
	return list
}

// Verdict is a rater's on a drawing.
func (l *Log) Verdict(d Drawing, rater string) (v Verdict, ok bool) {
	at, ok := l.judged[rating{d.ID, rater}]
	if ok {
		v = l.Judgements[at].Verdict
	}
	return v, ok
}

// Raters are the names of those who have judged, in alphabetical order.
func (l *Log) Raters() (names []string) {
	for _, j := range l.Judgements {
		names = append(names, j.Rater)
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// Is reports whether a file is one of rankings, by its first line.
func Is(path string) bool {
	file, err := os.Open(path)
	if err != nil {
		return false
	}
	defer file.Close()
	const longest = 1 << 20
	first, err := bufio.NewReader(io.LimitReader(file, longest)).ReadBytes('\n')
	if err != nil && !errors.Is(err, io.EOF) {
		return false
	}
	var l struct{ Kind string }
	return json.Unmarshal(first, &l) == nil && (l.Kind == drawn || l.Kind == judged)
}
