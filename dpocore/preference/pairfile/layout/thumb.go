package layout

import (
	"fmt"
	"slices"

	"example.com/gonb-dpo/dpocore/preference"
	"example.com/gonb-dpo/dpocore/preference/recordfile"
	"example.com/gonb-dpo/internal/wording"
)

// thumbNames are the names of columns that say whether a single answer is good, as PlainName returns them.
var thumbNames = []string{"label", "labels", "kto_tag", "thumbs", "feedback", "is_good", "desirable", "liked", "vote"}

// Values of such a column, as labelValue returns them.
var (
	thumbsUp   = []string{"true", "1", "yes", "good", "up", "thumbs up", "thumbs_up", "thumbup", "thumb up", "👍", "positive", "desirable", "like", "liked", "upvote"}
	thumbsDown = []string{"false", "0", "-1", "no", "bad", "down", "thumbs down", "thumbs_down", "thumbdown", "thumb down", "👎", "negative", "undesirable", "dislike", "disliked", "downvote"}
)

// A thumb is a column that reports whether the one answer of a record is good.
type thumb struct {
	column string
	down   string // -1 or 0, the one that means bad in this file; "" before either was seen
}

// findThumb finds a single answer and the column that reports whether it is good; nil if there are none.
func (r *Finder) findThumb() (answer string, found *thumb, err error) {
	answer = r.first(singleAnswers)
	var candidates []string
	for _, name := range r.Names {
		if slices.Contains(thumbNames, PlainName(name)) && name != answer && !slices.Contains(r.Mapping.Drop, name) {
			candidates = append(candidates, name)
		}
	}
	switch {
	case answer == "" || len(candidates) == 0 || len(r.Mapping.paths()) > 0:
		return "", nil, nil
	case len(candidates) > 1:
		return "", nil, fmt.Errorf("the %ss %s could each say whether an answer is good; remove all but one from the file", r.Part, wording.And(wording.Quote(candidates)))
	}
	return answer, &thumb{column: candidates[0]}, nil
}

// Thumb reports whether the answer of a record is a good one; single is false if records have two answers.
func (l *Layout) Thumb(record recordfile.Fields) (good, single bool, err error) {
	if l.thumb == nil {
		return false, false, nil
	}
	raw, ok := record[l.thumb.column]
	place := l.part.Of(l.thumb.column)
	if !ok || recordfile.KindOf(raw) == "null" {
		return false, true, fmt.Errorf("%s is missing; it reports whether the answer is good: true or false", place)
	}
	value := labelValue(raw)
	switch {
	case slices.Contains(thumbsUp, value):
		return true, true, nil
	case !slices.Contains(thumbsDown, value):
		return false, true, fmt.Errorf("%s is %.40q; write true for a good answer and false for a bad one", place, value)
	case value == "0" || value == "-1":
		if l.thumb.down != "" && l.thumb.down != value {
			return false, true, fmt.Errorf("%s is %s, and %s in a record before it: one of the two may mean neither good nor bad; leave such records out, and write false for a bad answer", place, value, l.thumb.down)
		}
		l.thumb.down = value
	}
	return false, true, nil
}

// setThumb makes a layout that of single answers.
func (l *Layout) setThumb(answer string, t *thumb) {
	l.Columns = preference.Columns{Chosen: answer, Rejected: answer, Label: t.column}
	l.thumb = t
}
