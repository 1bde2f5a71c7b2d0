package loss_test

import (
	"slices"
	"testing"

	. "github.com/gomlx/gomlx/core/graph"

	"example.com/gonb-dpo/dpocore/loss"
)

// TestDummyLoss: a function and its row are all that a loss needs to be found, described, computed and tested. The dummy is
// (1 − margin)².
func TestDummyLoss(t *testing.T) {
	dummy := func(terms loss.Terms) *Node { return Square(OneMinus(terms.Margins())) }
	defer loss.AddKind("dummy", dummy, "A test's loss.")()
	if !slices.Contains(loss.Types(), "dummy") || loss.Check("dummy") != nil || loss.About("dummy") != "A test's loss." {
		t.Errorf("the dummy is not one of %v", loss.Types())
	}
	if loss.CheckSmoothing("dummy", 0) != nil || loss.CheckSmoothing("dummy", 0.1) == nil {
		t.Error("the dummy allows label smoothing")
	}
	compareWithFormula(t, "dummy")
	extremesAreFinite(t, "dummy")
}
