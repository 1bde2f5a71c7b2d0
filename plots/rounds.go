package plots

// Scores draws what a judge thinks of the model's answers after each round of
// training, 0 for before the first.
func Scores(judge string, rounds, scores []float64) Figure {
	return single("scores", panel{
		title: "Score of the answers, by round", yLabel: "Mean score",
		x:         &xAxis{label: "Round", whole: true, leastSpan: 1},
		lines:     []line{{label: judge, points: points(rounds, scores), color: blue, width: lineWidth, marked: true}},
		leastSpan: 0.1, nothing: "No answers judged yet",
	})
}
