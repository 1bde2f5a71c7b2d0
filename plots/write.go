package plots

import (
	"fmt"
	"io"
	"os"
	"path/filepath"

	"example.com/gonb-dpo/dpocore/metrics"
	"example.com/gonb-dpo/internal/atomicfile"
)

// WriteRun writes all figures of a run into dir/plots as PNG and SVG: loss, rewards, margin, accuracy, logprobs,
// overview, heldout if there was an evaluation, and objectives if the run mixes several; of fine-tuning, loss, token_accuracy
// and overview. Files are replaced atomically.
func WriteRun(dir string, h metrics.History) error {
	if h.FineTuned() {
		return WriteFigures(filepath.Join(dir, "plots"), Overview(h), Loss(h), TokenAccuracy(h))
	}
	figures := []Figure{Overview(h), Loss(h), Rewards(h), Margin(h), Accuracy(h), LogProbs(h)}
	if len(h.Evaluations) > 0 {
		figures = append(figures, Heldout(h))
	}
	if len(h.Objectives()) > 0 {
		figures = append(figures, Objectives(h))
	}
	return WriteFigures(filepath.Join(dir, "plots"), figures...)
}

// WriteFigures writes figures into a folder as NAME.png and NAME.svg, and creates the folder if needed. Files are
// replaced atomically.
func WriteFigures(folder string, figures ...Figure) error {
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return fmt.Errorf("write figures: %w", err)
	}
	for _, f := range figures {
		if f.Name == "" || f.Name != filepath.Base(f.Name) {
			return fmt.Errorf("write figures into %s: %q is not a valid file name", folder, f.Name)
		}
		for extension, render := range map[string]func(io.Writer) error{".png": f.PNG, ".svg": f.SVG} {
			if err := atomicfile.Write(filepath.Join(folder, f.Name+extension), render); err != nil {
				return err
			}
		}
	}
	return nil
}
