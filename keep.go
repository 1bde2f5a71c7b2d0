//go:build keep

package keep

import (
	_ "github.com/daulet/tokenizers"
	_ "github.com/gomlx/go-huggingface/hub"
	_ "github.com/gomlx/go-huggingface/models/gguf"
	_ "github.com/gomlx/go-xla/compute/xla"
	_ "github.com/gomlx/gomlx/core/graph"
	_ "github.com/nikolalohinski/gonja/v2"
	_ "golang.org/x/term"
	_ "gonum.org/v1/plot"
	_ "gonum.org/v1/plot/cmpimg"
	_ "gonum.org/v1/plot/vg/vgimg"
	_ "gonum.org/v1/plot/vg/vgsvg"
)
