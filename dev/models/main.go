// Command models prints docs/models.md: which published models can be trained on which machines, computed from their shapes. With
// the name of one and a path it writes a GGUF file of these shapes with made-up weights:
//
//	go run ./dev/models Llama-3.1-8B /tmp/model.gguf
package main

import (
	"fmt"
	"io"
	"os"
)

func main() {
	var err error
	if len(os.Args) == 3 {
		err = writeMadeUp(os.Args[1], os.Args[2])
	} else {
		err = write(os.Stdout)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "models:", err)
		os.Exit(1)
	}
}

const introduction = `# Which models on which machines

Written by ` + "`make models`" + ` from the sizes in the models' config.json. Everything in the tables is **computed** from shapes by the
formulas that the program itself refuses rows and weights by; nothing in them was measured on these machines. What was measured is in
[performance.md](performance.md), and what was compiled for a T4 in [t4.md](t4.md).

The job is DPO with LoRA of rank 16 on all projections: 50 steps of 8 pairs, each a prompt of 256 tokens and two answers of 256, one pair
in a row.

## Memory

GB (10⁹ bytes) on the device, without the program itself (about half a GB on a CPU). *float32* and *half* (float16 or bfloat16) are the
weights of a folder, or of a GGUF file with ` + "`--base-weights float`" + `. *Q8_0* and *Q4_0* are quantized files with ` + "`--base-weights quantized`" + `, whose
embedding and vocabulary matrix stay quantized too; in files of the type Q4_0 that matrix is in Q6_K. In each cell layers are saved /
computed again, which takes a third more work.

`

const where = `
## Where it runs

The first of float32 (on laptops only), half, Q8_0 and Q4_0 that fits, and the minutes of the job. ↺: layers are computed again. –: none
fits. Usable memory is 75 % of a GPU's (11.2 GiB of a T4), which is what XLA takes, and on a laptop all but 3.5 GB.

Minutes are the counted operations of matrix products, 2 for each weight and token, over a **rate that is assumed**: 20 TFLOP/s on a T4, 40 on
a card with 24 GB, 0.2 on a laptop (the two cores of a CI machine were measured at 0.17 in products of 1024³). Small products, compiling, and waiting
between kernels are not in them, so small models take longer on a GPU. Half precision on a CPU without instructions for it takes longer than float32.

`

// write writes the document.
func write(out io.Writer) error {
	fmt.Fprint(out, introduction)
	fmt.Fprintln(out, "| model | weights, 10⁶ | float32 | half | Q8_0 | Q4_0 |")
	fmt.Fprintln(out, "|---|---|---|---|---|---|")
	for _, m := range models {
		if err := m.memoryRow(out); err != nil {
			return fmt.Errorf("%s: %w", m.name, err)
		}
	}
	fmt.Fprint(out, where)
	header, line := "| model |", "|---|"
	for _, p := range places {
		header, line = header+" "+p.name+" |", line+"---|"
	}
	fmt.Fprintf(out, "%s\n%s\n", header, line)
	for _, m := range models {
		if err := m.placeRow(out); err != nil {
			return fmt.Errorf("%s: %w", m.name, err)
		}
	}
	fmt.Fprint(out, "\nA model whose weights do not fit into the free memory is refused before they are loaded, with what would fit; a row that does not fit, before the first step.\n")
	return nil
}

func (m model) memoryRow(out io.Writer) error {
	c, err := m.config()
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "| %s | %.0f |", m.name, float64(c.Parameters())/1e6)
	for _, f := range []form{float32s, halves, q8, q4} {
		saved, err := f.memory(c, false)
		if err != nil {
			return err
		}
		again, err := f.memory(c, true)
		if err != nil {
			return err
		}
		fmt.Fprintf(out, " %.1f / %.1f |", saved/1e9, again/1e9)
	}
	fmt.Fprintln(out)
	return nil
}

func (m model) placeRow(out io.Writer) error {
	c, err := m.config()
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "| %s |", m.name)
	for _, p := range places {
		f, again, ok, err := p.best(c)
		switch {
		case err != nil:
			return err
		case !ok:
			fmt.Fprint(out, " – |")
			continue
		}
		mark := ""
		if again {
			mark = " ↺"
		}
		fmt.Fprintf(out, " %s%s, %s |", f.name, mark, duration(work(c, again)/p.rate))
	}
	fmt.Fprintln(out)
	return nil
}

// duration is a time in minutes or hours.
func duration(seconds float64) string {
	switch minutes := seconds / 60; {
	case minutes < 1:
		return "1 min"
	case minutes < 120:
		return fmt.Sprintf("%.0f min", minutes)
	default:
		return fmt.Sprintf("%.0f h", minutes/60)
	}
}
