package loss_test

import (
	"fmt"
	"math"
	"os"
	"testing"

	"github.com/gomlx/compute"

	"example.com/gonb-dpo/dpocore/device"
)

var backend compute.Backend

// TestMain opens one backend for all tests.
func TestMain(m *testing.M) {
	opened, err := device.Open()
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	backend = opened
	code := m.Run()
	backend.Finalize()
	os.Exit(code)
}

func near(t *testing.T, what string, got float32, want, tolerance float64) {
	t.Helper()
	if !(math.Abs(float64(got)-want) <= tolerance) {
		t.Errorf("%s is %.8g, want %.8g within %g", what, got, want, tolerance)
	}
}
