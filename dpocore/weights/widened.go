package weights

import (
	"fmt"
	"regexp"
	"strings"

	"example.com/gonb-dpo/dpocore/weights/packing"
	"example.com/gonb-dpo/internal/wording"
)

// widenedNote names the matrices that a form would have quantized on the device, but which are not, and says why; "" if there are none.
func widenedNote(src coded, packings []*packing.Packing) string {
	var unaligned, mixed []string
	block, matrices := 0, 0
	for i, slot := range src.Config().Slots() {
		for _, part := range slot.Parts {
			kind := src.kind(part)
			if len(slot.Dims) != 2 || !kind.Quantized() {
				continue
			}
			matrices++
			_, width := packing.Sizes(slot)
			switch {
			case packings[i] != nil:
			case width%kind.Block != 0:
				unaligned, block = append(unaligned, part.Name), kind.Block
			default:
				mixed = append(mixed, part.Name)
			}
		}
	}
	var reasons []string
	if len(unaligned) > 0 {
		reasons = append(reasons, fmt.Sprintf("rows of %s are no multiple of %d values", places(unaligned), block))
	}
	if len(mixed) > 0 {
		reasons = append(reasons, fmt.Sprintf("%s would share a place in a layer with unquantized matrices, of this layer or of another one", places(mixed)))
	}
	if len(reasons) == 0 {
		return ""
	}
	return fmt.Sprintf("%d of %d matrices are not quantized in memory: %s.", len(unaligned)+len(mixed), matrices, strings.Join(reasons, "; "))
}

var layerName = regexp.MustCompile(`^model\.layers\.\d+\.(.*)\.weight$`)

// places lists matrices by their names in a layer: "mlp.down_proj (24 layers) and lm_head.weight".
func places(names []string) string {
	var list []string
	count := map[string]int{}
	for _, name := range names {
		if in := layerName.FindStringSubmatch(name); in != nil {
			name = in[1]
		}
		if count[name] == 0 {
			list = append(list, name)
		}
		count[name]++
	}
	for i, name := range list {
		if !strings.HasSuffix(name, ".weight") {
			list[i] = fmt.Sprintf("%s (%s)", name, wording.Count(count[name], "layer"))
		}
	}
	return wording.And(list)
}
