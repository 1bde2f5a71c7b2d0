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
	"example.com/gonb-dpo/dpocore/preference/recordfile"
)

// webgptRevision is the hub's conversion of the data, since the main branch has only a script that downloads them from
// elsewhere. It is not pinned, because none of its commits could be verified.
const webgptRevision = "refs/convert/parquet"

// webGPT is WebGPT's comparisons.
var webGPT = []named{{"webgpt", set{dataset("openai/webgpt_comparisons", webgptRevision), []string{"default/train/0000.parquet"}, nil, readWebGPT,
	"questions with two answers that cite web pages, scored by people; ties are skipped"}}}

// readWebGPT reads the comparisons of WebGPT (Nakano et al. 2021,
// https://arxiv.org/abs/2112.09332, appendix K): the answer with a positive score is
// preferred, and scores of 0 are ties. Reference marks in the answers, such as [1], are
// not removed. The hub has one row per comparison; the authors' comparisons.jsonl has one
// line per comparison, with a list of two records.
func readWebGPT(into *preference.Set, path string, _ Options) error {
	if file, err := os.Open(path); err == nil {
		in := bufio.NewReader(file)
		defer file.Close()
		if first, _ := in.Peek(1); string(first) == "[" {
			return readComparisons(into, path, in)
		}
	}
	needed := []string{"question", "answer_0", "score_0", "answer_1", "score_1"}
	return recordfile.ReadFile(path, needed, func(r recordfile.Record) error {
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

// readComparisons reads the authors' comparisons.jsonl.
func readComparisons(into *preference.Set, path string, in *bufio.Reader) error {
	for number := 0; ; number++ {
		line, err := in.ReadBytes('\n')
		if err != nil && err != io.EOF {
			return fmt.Errorf("%s, line %d: %w", path, number+1, err)
		}
		if line = bytes.TrimSpace(line); len(line) > 0 {
			at := preference.Pair{Source: path, Line: number, Unit: "line", Weight: 1}
			if lineErr := readComparison(into, at, line); lineErr != nil {
				return fmt.Errorf("%s, line %d: %w", path, number+1, lineErr)
			}
		}
		if err == io.EOF {
			return nil
		}
	}
}

// readComparison reads one line; pair has its location.
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
		return fmt.Errorf("the line is not a list of two records (%w); choose a file in the format of WebGPT's comparisons.jsonl", err)
	}
	if len(records) != 2 {
		return fmt.Errorf("the list has %d records instead of two; choose a file in the format of WebGPT's comparisons.jsonl", len(records))
	}
	var answers [2]preference.Scored
	for i, record := range records {
		if record.Question == nil || record.Answer == nil || record.Score == nil {
			return fmt.Errorf("record %d has no question, answer or score; add it or remove the line", i+1)
		}
		if strings.ContainsRune(*record.Answer+record.Question.Text, 0) {
			return fmt.Errorf("record %d contains a NUL character; remove it", i+1)
		}
		answers[i] = preference.Scored{Answer: *record.Answer, Score: *record.Score}
	}
	pair.Prompt = preference.User(records[0].Question.Text)
	return addComparison(into, pair, answers)
}

// addComparison adds the pair of two scored answers; pair has its location and prompt.
func addComparison(into *preference.Set, pair preference.Pair, answers [2]preference.Scored) error {
	const rounding = 1e-3
	better, worse, reason := answers[0], answers[1], ""
	switch {
	case math.Abs(better.Score+worse.Score) > rounding:
		return fmt.Errorf("the scores are %g and %g, but must sum to 0; correct them or remove the record", better.Score, worse.Score)
	case better.Score == worse.Score:
		reason = preference.Tie
	case better.Score < worse.Score:
		better, worse = worse, better
	}
	pair.Chosen, pair.Rejected = better.Answer, worse.Answer
	into.Add(pair, reason)
	return nil
}
