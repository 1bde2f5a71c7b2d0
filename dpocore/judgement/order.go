package judgement

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// allBad is what is written in place of an order.
const allBad = "all bad"

// ParseOrder reads the order of answers as people write it, the best first:
// "3 > 2 = 4 > 1", where 2 and 4 are a tie. Commas or spaces do for ">".
// "all bad" says that none is worth learning from. It returns a rank for each
// answer, 1 for the best: here 4, 2, 1, 2.
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
				return nil, false, notOrder(text, answers)
			}
			ranks[n-1] = rank
			named++
		}
		rank += len(numbers)
	}
	if named != answers {
		return nil, false, notOrder(text, answers)
	}
	return ranks, false, nil
}

func notOrder(text string, answers int) error {
	example := make([]string, answers)
	for i := range example {
		example[i] = strconv.Itoa(i + 1)
	}
	return fmt.Errorf("the order is %q; it must name each of the %d answers once, the best first, as in %q, with = between equally good ones, or be %q",
		text, answers, strings.Join(example, " > "), allBad)
}

// Order writes ranks as ParseOrder reads them.
func Order(ranks []int) string {
	order := make([]int, len(ranks))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return ranks[a] - ranks[b] })
	var b strings.Builder
	for at, i := range order {
		switch {
		case at == 0:
		case ranks[i] == ranks[order[at-1]]:
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
	return Order(v.Ranks)
}
