package evaluation

import (
	"os"
	"path/filepath"
	"testing"
)

// A new report keeps what only the earlier one measured; a damaged one adds nothing.
func TestKeepEarlier(t *testing.T) {
	dir := t.TempDir()
	earlier := Report{Run: "run", PlainText: &PlainText{}, Answers: &AnswerReport{}, WinRate: &WinRate{}}
	if err := earlier.Write(dir); err != nil {
		t.Fatal(err)
	}
	var fresh Report
	if fresh.KeepEarlier(dir); fresh.PlainText == nil || fresh.Answers == nil || fresh.WinRate == nil {
		t.Errorf("lost: plain text %v, answers %v, win rate %v", fresh.PlainText, fresh.Answers, fresh.WinRate)
	}
	measured := Report{Answers: &AnswerReport{}}
	if measured.KeepEarlier(dir); measured.WinRate != nil {
		t.Error("new answers have the win rate of other answers")
	}
	if err := os.WriteFile(filepath.Join(dir, ReportFile), []byte("{"), 0o644); err != nil {
		t.Fatal(err)
	}
	var none Report
	if none.KeepEarlier(dir); none.PlainText != nil || none.Answers != nil {
		t.Error("a damaged report was used")
	}
}
