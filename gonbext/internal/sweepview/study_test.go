package sweepview

import (
	"strings"
	"testing"
)

// A folder without a finished sweep can't be drawn over the study.
func TestStudyOverNothing(t *testing.T) {
	if err := Study(t.TempDir()); err == nil || !strings.Contains(err.Error(), "has no finished sweep; run the cell of the sweep first") {
		t.Errorf("error %v", err)
	}
}
