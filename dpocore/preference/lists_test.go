package preference

import (
	"math"
	"strings"
	"testing"
)

// letters writes pairs of one-letter answers as "cb ca", the chosen first.
func letters(pairs []Pair) string {
	var all []string
	for _, pair := range pairs {
		all = append(all, pair.Chosen+pair.Rejected)
	}
	return strings.Join(all, " ")
}

func TestFromRanking(t *testing.T) {
	four := []string{"a", "b", "c", "d"}
	for _, test := range []struct {
		name  string
		ranks []int
		o     ListOptions
		want  string
	}{
		{"all", []int{4, 2, 1, 3}, ListOptions{}, "cb cd ca bd ba da"},
		{"best against worst", []int{4, 2, 1, 3}, ListOptions{Choice: BestWorst}, "ca"},
		{"adjacent", []int{4, 2, 1, 3}, ListOptions{Choice: Adjacent}, "cb bd da"},
		{"two ranks apart", []int{4, 2, 1, 3}, ListOptions{MinGap: 2}, "cd ca ba"},
		{"adjacent, two apart", []int{4, 2, 1, 3}, ListOptions{Choice: Adjacent, MinGap: 2}, ""},
		{"a tie in the middle", []int{1, 2, 2, 4}, ListOptions{}, "ab ac ad bd cd"},
		{"adjacent with a tie", []int{1, 2, 2, 4}, ListOptions{Choice: Adjacent}, "ab ac bd cd"},
		{"ties at both ends", []int{3, 1, 1, 3}, ListOptions{Choice: BestWorst}, "ba"},
		{"all equal", []int{1, 1, 1, 1}, ListOptions{}, ""},
		{"all equal, ends", []int{1, 1, 1, 1}, ListOptions{Choice: BestWorst}, ""},
	} {
		pairs, err := FromRanking(User("Which?"), four, test.ranks, test.o)
		if err != nil || letters(pairs) != test.want {
			t.Errorf("%s: %q (%v), want %q", test.name, letters(pairs), err, test.want)
		}
		for _, pair := range pairs {
			if pair.Weight != 1 || pair.Prompt[0].Content != "Which?" {
				t.Errorf("%s: %+v", test.name, pair)
			}
		}
	}
}

// The same numbers mean the opposite as scores.
func TestFromScores(t *testing.T) {
	scored := func(scores ...float64) (list []Scored) {
		for i, score := range scores {
			list = append(list, Scored{string(rune('a' + i)), score})
		}
		return list
	}
	for _, test := range []struct {
		name    string
		answers []Scored
		o       ListOptions
		want    string
	}{
		{"all", scored(4, 2, 1, 3), ListOptions{}, "ad ab ac db dc bc"},
		{"a gap", scored(8.5, 8, 4), ListOptions{MinGap: 0.5}, "ab ac bc"},
		{"a wider gap", scored(8.5, 8, 4), ListOptions{MinGap: 1}, "ac bc"},
		{"two answers", scored(-1, 1), ListOptions{}, "ba"},
		{"equal texts", []Scored{{"a", 2}, {"a", 1}, {"b", 0}}, ListOptions{}, "ab ab"},
		{"many", scored(1, 2, 3, 4, 5, 6), ListOptions{Choice: BestWorst}, "fa"},
	} {
		pairs, err := FromScores(User("Which?"), test.answers, test.o)
		if err != nil || letters(pairs) != test.want {
			t.Errorf("%s: %q (%v), want %q", test.name, letters(pairs), err, test.want)
		}
	}
}

func TestListMistakes(t *testing.T) {
	ranking := func(answers []string, ranks ...int) error {
		_, err := FromRanking(User("Which?"), answers, ranks, ListOptions{})
		return err
	}
	scores := func(o ListOptions, answers ...Scored) error {
		_, err := FromScores(User("Which?"), answers, o)
		return err
	}
	for _, test := range []struct {
		err  error
		says string
	}{
		{ranking([]string{"a", "b"}, 1), "1 ranks for 2 answers"},
		{ranking([]string{"a", "b"}, 0, 1), "rank of answer 1 is 0"},
		{ranking([]string{"a", "b"}, 1, 5), "rank of answer 2 is 5"},
		{ranking([]string{"a"}, 1), "1 answers make no pair"},
		{ranking([]string{"a", " "}, 1, 2), "answer 2 is empty"},
		{scores(ListOptions{}, Scored{"a", math.NaN()}, Scored{"b", 1}), "score of answer 1 is NaN"},
		{scores(ListOptions{MinGap: -1}, Scored{"a", 2}, Scored{"b", 1}), "gap is -1"},
		{scores(ListOptions{Choice: 7}, Scored{"a", 2}, Scored{"b", 1}), "choice of pairs is 7"},
	} {
		if test.err == nil || !strings.Contains(test.err.Error(), test.says) {
			t.Errorf("%v does not say %q", test.err, test.says)
		}
	}
}
