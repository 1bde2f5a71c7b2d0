package ranking

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// allBad stands for an order in which no answer is worth learning from.
const allBad = "all bad"

// An OrderError is the error of a text that is not an order of the answers.
type OrderError struct {
	Text    string
	Answers int
}

func (e *OrderError) Error() string {
	example := make([]string, e.Answers)
	for i := range example {
		example[i] = strconv.Itoa(i + 1)
	}
	return fmt.Sprintf("the order is %q; it must name each of the %d answers once, the best first, as in %q, with = between equally good ones, or be %q",
		e.Text, e.Answers, strings.Join(example, " > "), allBad)
}

// ParseOrder parses an order of answers, the best first: in "3 > 2 = 4 > 1" answers 2 and 4 are a tie. Commas or spaces
// may replace ">". "all bad" means that no answer is worth learning from. It returns one rank per answer, 1 for the best:
// here 4, 2, 1, 2.
func ParseOrder(text string, answers int) (ranks []int, bad bool, err error) {
	if strings.EqualFold(strings.Join(strings.Fields(text), " "), allBad) {
		return slices.Repeat([]int{1}, answers), true, nil
	}
	ranks = make([]int, answers)
	rank, named := 1, 0
	plain := strings.Join(strings.Fields(strings.NewReplacer(">", " ", ",", " ", "=", " = ").Replace(text)), " ")
	for _, group := range strings.Fields(strings.ReplaceAll(plain, " = ", "=")) {
		numbers := strings.Split(group, "=")
		for _, number := range numbers {
			n, err := strconv.Atoi(number)
			if err != nil || n < 1 || n > answers || ranks[n-1] != 0 {
				return nil, false, &OrderError{text, answers}
			}
			ranks[n-1] = rank
			named++
		}
		rank += len(numbers)
	}
	if named != answers {
		return nil, false, &OrderError{text, answers}
	}
	return ranks, false, nil
}

// FormatOrder writes ranks as [ParseOrder] reads them.
func FormatOrder(ranks []int) string {
	order := make([]int, len(ranks))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return ranks[a] - ranks[b] })
	var b strings.Builder
	for place, i := range order {
		switch {
		case place == 0:
		case ranks[i] == ranks[order[place-1]]:
			b.WriteString(" = ")
		default:
			b.WriteString(" > ")
		}
		b.WriteString(strconv.Itoa(i + 1))
	}
	return b.String()
}

// Order writes a verdict as [ParseOrder] reads it.
func (v Verdict) Order() string {
	if v.AllBad {
		return allBad
	}
	return FormatOrder(v.Ranks)
}
