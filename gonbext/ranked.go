package gonbext

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"

	"example.com/gonb-dpo/dpocore/preference"
	"example.com/gonb-dpo/internal/atomicfile"
)

// rankedPair is a pair as a line of the file holds it.
type rankedPair struct {
	Prompt   string `json:"prompt"`
	Chosen   string `json:"chosen"`
	Rejected string `json:"rejected"`
}

// Ranked takes the ranking of the answers that [Rank] showed last for a file, by their numbers, the best first, and adds
// all pairs that follow from it to the file: six from four answers. To rank them anew, run it again: pairs of the
// earlier ranking go.
func Ranked(file string, order ...int) {
	cell(func(context.Context) error {
		result, err := ranked(file, order)
		if err != nil {
			return err
		}
		show(result)
		return nil
	})
}

func ranked(file string, order []int) (content, error) {
	kept, err := readDrawings(file)
	if err != nil {
		return nil, err
	}
	if len(kept) == 0 {
		return nil, fmt.Errorf("there are no answers to rank for %q; run gonbext.Rank first", file)
	}
	d := kept[len(kept)-1]
	if err := checkOrder(order, len(d.Answers)); err != nil {
		return nil, err
	}
	pairs, err := pairsOf(d, order)
	if err != nil {
		return nil, err
	}
	total, err := addPairs(file, d, pairs)
	if err != nil {
		return nil, err
	}
	return box{doneBox, fmt.Sprintf("Your ranking of the answers to %q makes %d pairs. %s now holds %d.", d.Prompt, len(pairs), file, total)}, nil
}

// checkOrder wants each answer's number once.
func checkOrder(order []int, answers int) error {
	sorted := slices.Sorted(slices.Values(order))
	for i := range max(answers, len(sorted)) {
		if len(sorted) != answers || sorted[i] != i+1 {
			example := strings.Trim(strings.Join(strings.Fields(fmt.Sprint(upTo(answers))), ", "), "[]")
			return fmt.Errorf("the ranking is %v; it must name each of the %d answers once, the best first, as in %s", order, answers, example)
		}
	}
	return nil
}

func upTo(n int) []int {
	list := make([]int, n)
	for i := range list {
		list[i] = i + 1
	}
	return list
}

// pairsOf are all pairs that follow from a ranking: each answer is better than every one after it.
func pairsOf(d drawing, order []int) (pairs []rankedPair, err error) {
	ranks := make([]int, len(d.Answers))
	for at, number := range order {
		ranks[number-1] = at + 1
	}
	all, err := preference.FromRanking(preference.User(d.Prompt), d.Answers, ranks, preference.ListOptions{})
	if err != nil {
		return nil, fmt.Errorf("make pairs of the ranking: %w", err)
	}
	for _, pair := range all {
		pairs = append(pairs, rankedPair{d.Prompt, pair.Chosen, pair.Rejected})
	}
	return pairs, nil
}

// addPairs writes the file with the pairs of a drawing in place of earlier ones, whole or not at all, and returns how
// many lines it then has. All other lines stay as they are.
func addPairs(file string, d drawing, pairs []rankedPair) (total int, err error) {
	raw, err := os.ReadFile(file)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return 0, fmt.Errorf("add the pairs: %w", err)
	}
	var out bytes.Buffer
	for line := range bytes.Lines(raw) {
		line = bytes.TrimSpace(line)
		if len(line) == 0 || fromDrawing(line, d) {
			continue
		}
		out.Write(line)
		out.WriteByte('\n')
		total++
	}
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	for _, pair := range pairs {
		if err := encoder.Encode(pair); err != nil {
			return 0, fmt.Errorf("add the pairs: %w", err)
		}
		total++
	}
	return total, atomicfile.WriteBytes(file, out.Bytes())
}

// fromDrawing says whether a line is a pair of these answers.
func fromDrawing(line []byte, d drawing) bool {
	var pair rankedPair
	if json.Unmarshal(line, &pair) != nil {
		return false
	}
	return pair.Prompt == d.Prompt && slices.Contains(d.Answers, pair.Chosen) && slices.Contains(d.Answers, pair.Rejected)
}
