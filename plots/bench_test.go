package plots

import (
	"fmt"
	"io"
	"testing"
)

// A live view draws the overview after every step: it must take well under 250 ms.
func BenchmarkOverview(b *testing.B) {
	for _, steps := range []int{50, 2000} {
		h := syntheticRun(steps, steps/5, 0.9)
		b.Run(fmt.Sprintf("%d steps", steps), func(b *testing.B) {
			for b.Loop() {
				if err := Overview(h).PNG(io.Discard); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
