package safetensors_test

import (
	"fmt"
	"testing"
)

// TestTensorsCoverTheData: in the format a tensor begins where the one before it ends, and the last ends with the file.
// v takes bytes 0 to 4.
func TestTensorsCoverTheData(t *testing.T) {
	for name, c := range map[string]struct {
		begin, data int
		want        string // what the error says; empty where Open succeeds
	}{
		"side by side":         {4, 8, ""},
		"overlapping":          {2, 6, `"w" begins at byte 2 where the one before it ends at 4`},
		"the same bytes":       {0, 4, `begins at byte 0 where the one before it ends at 4`},
		"bytes between":        {5, 9, `"w" begins at byte 5 where the one before it ends at 4`},
		"bytes after the last": {4, 9, "end at byte 8 of 9"},
	} {
		header := fmt.Sprintf(`{"w":{"dtype":"F32","shape":[1],"data_offsets":[%d,%d]},"v":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}`,
			c.begin, c.begin+4)
		checkOpen(t, name, build(header, c.data), c.want)
	}
}
