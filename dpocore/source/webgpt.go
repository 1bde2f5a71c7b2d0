package source

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"strings"
	"unicode/utf8"

	"example.com/gonb-dpo/dpocore/preference"
)

// readWebGPT reads the comparisons of WebGPT (Nakano et al. 2021,
// https://arxiv.org/abs/2112.09332, appendix K): of two answers the one with
// a positive score is preferred, and scores of 0 are ties. The marks of quotes
// in the answers, such as [1], stay. The hub has a row a comparison, and the
// authors' own comparisons.jsonl a line with a list of two records.
func readWebGPT(into *preference.Set, path string, _ Options) error {
	if file, err := os.Open(path); err == nil {
		in := bufio.NewReader(file)
		defer file.Close()
		if first, _ := in.Peek(1); string(first) == "[" {
			return readComparisons(into, path, in)
		}
	}
	needed := []string{"question", "answer_0", "score_0", "answer_1", "score_1"}
	return preference.ReadRecords(path, needed, func(r preference.Record) error {
		question, err := r.Object("question")
		if err != nil {
			return err
		}
		prompt, err := question.Text("question.full_text")
		if err != nil {
			return err
		}
		var answers [2]preference.Scored
		for i := range answers {
			if answers[i].Answer, err = r.Text(fmt.Sprintf("answer_%d", i)); err != nil {
				return err
			}
			if answers[i].Score, err = r.Number(fmt.Sprintf("score_%d", i)); err != nil {
				return err
			}
		}
		return addComparison(into, r.Pair(preference.User(prompt), "", ""), answers)
	})
}

// readComparisons reads the authors' file.
func readComparisons(into *preference.Set, path string, in *bufio.Reader) error {
	for number := 0; ; number++ {
		line, err := in.ReadBytes('\n')
		if err != nil && err != io.EOF {
			return fmt.Errorf("%s, line %d: %w", path, number+1, err)
		}
		if line = bytes.TrimSpace(line); len(line) > 0 {
			at := preference.Pair{Source: path, Line: number, Unit: "line", Weight: 1}
			if fault := readComparison(into, at, line); fault != nil {
				return fmt.Errorf("%s, line %d: %w", path, number+1, fault)
			}
		}
		if err == io.EOF {
			return nil
		}
	}
}

// readComparison reads one line; pair has its place.
func readComparison(into *preference.Set, pair preference.Pair, line []byte) error {
	var records []struct {
		Question *struct {
			Text string `json:"full_text"`
		} `json:"question"`
		Answer *string  `json:"answer"`
		Score  *float64 `json:"score"`
	}
	if !utf8.Valid(line) {
		return errors.New("the line is not UTF-8; save the file as UTF-8")
	}
	if err := json.Unmarshal(line, &records); err != nil {
		return fmt.Errorf("not a list of two records (%w); in this source each line is one", err)
	}
	if len(records) != 2 {
		return fmt.Errorf("the list has %d records; in this source it has two", len(records))
	}
	var answers [2]preference.Scored
	for i, record := range records {
		if record.Question == nil || record.Answer == nil || record.Score == nil {
			return fmt.Errorf("record %d has no question, answer or score", i+1)
		}
		if strings.ContainsRune(*record.Answer+record.Question.Text, 0) {
			return fmt.Errorf("record %d holds a NUL character; remove it", i+1)
		}
		answers[i] = preference.Scored{Answer: *record.Answer, Score: *record.Score}
	}
	pair.Prompt = preference.User(records[0].Question.Text)
	return addComparison(into, pair, answers)
}

// addComparison adds the pair of two answers, which is a place and a prompt
// so far.
func addComparison(into *preference.Set, pair preference.Pair, answers [2]preference.Scored) error {
	const rounding = 1e-3
	better, worse, reason := answers[0], answers[1], ""
	switch {
	case math.Abs(better.Score+worse.Score) > rounding:
		return fmt.Errorf("the scores are %g and %g; in this source they sum to 0", better.Score, worse.Score)
	case better.Score == worse.Score:
		reason = preference.Tie
	case better.Score < worse.Score:
		better, worse = worse, better
	}
	pair.Chosen, pair.Rejected = better.Answer, worse.Answer
	into.Add(pair, reason)
	return nil
}
