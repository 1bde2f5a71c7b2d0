package judge

import "testing"

// FuzzScores: whatever a model writes in answer, it gives a score for each answer, or an error.
func FuzzScores(f *testing.F) {
	f.Add(`{"scores": [3, 7]}`)
	f.Add("Sure! ```json\n{\"scores\": [1, 2.5]}\n```")
	f.Fuzz(func(t *testing.T, text string) {
		scores, err := readScores(text, 2)
		if err == nil && (len(scores) != 2 || scores[0] != scores[0] || scores[1] != scores[1]) {
			t.Errorf("%q gives %v", text, scores)
		}
	})
}
