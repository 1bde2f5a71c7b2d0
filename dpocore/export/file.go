package export

import (
	"context"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"

	"example.com/gonb-dpo/dpocore/config"
	"example.com/gonb-dpo/dpocore/device"
	"example.com/gonb-dpo/dpocore/evaluation"
	"example.com/gonb-dpo/dpocore/measure"
	"example.com/gonb-dpo/dpocore/model"
	"example.com/gonb-dpo/dpocore/preference"
	"example.com/gonb-dpo/dpocore/weights/ggml"
	"example.com/gonb-dpo/internal/atomicfile"
	"example.com/gonb-dpo/internal/disk"
	"example.com/gonb-dpo/internal/gguffile"
	"example.com/gonb-dpo/internal/place"
	"example.com/gonb-dpo/internal/wording"
)

// FileOptions says what [WriteGGUF] and [WriteLoRA] write.
type FileOptions struct {
	Adapter   string // PEFT folder; "" for none
	Out       string
	Type      string // one of GGUF.DTypes()
	Overwrite bool   // an earlier file may be replaced

	// Of WriteGGUF only: pairs of which the first [measuredPairs] are measured, and what receives the number of steps that a stage
	// has done.
	Pairs    *preference.Set
	Progress func(stage string, done, total int)
}

// measuredPairs are enough for the mean over their tokens, and take few seconds.
const measuredPairs = 20

// Exported tells how close a written file is to the model that it was made from.
type Exported struct {
	Bytes int64
	Pairs int

	// Means over the tokens of the pairs' answers, in nats: the log-probability of a token under the model and in the file, and
	// over answers, how far the two are apart.
	Model, File, Apart float64
}

// WriteGGUF writes a GGUF file of a model with an adapter. It reads the file back, compares it byte by byte, and measures the
// log-probabilities of the answers of the pairs in it beside those of the model. On any error, including the end of the
// context, nothing is at o.Out that was not there before.
func WriteGGUF(ctx context.Context, m *model.Model, o FileOptions) (done Exported, err error) {
	err = publish(m, o, GGUF.DTypes(), func(dir string) error {
		if err := writeFile(ctx, m, o, dir); err != nil {
			return err
		}
		done, err = compareFile(ctx, m, o, filepath.Join(dir, ggufName))
		return err
	})
	return done, err
}

// WriteLoRA writes a GGUF file of an adapter alone, for llama.cpp's --lora, and compares it byte by byte. o.Type is one of [AdapterTypes].
func WriteLoRA(ctx context.Context, m *model.Model, o FileOptions) error {
	return publish(m, o, AdapterTypes, func(dir string) error {
		model, err := modelOf(m, o.Adapter)
		if err != nil {
			return err
		}
		metadata, err := adapterMetadata(model, o.Type)
		if err != nil {
			return err
		}
		tensors, err := adapterTensors(model, o.Type)
		if err != nil {
			return err
		}
		path := filepath.Join(dir, ggufName)
		if err := gguffile.Write(path, metadata, tensors); err != nil {
			return err
		}
		return errors.Join(ctx.Err(), checkBytes(path, tensors))
	})
}

// publish calls write with an empty folder, in which it writes a GGUF file, and moves that to o.Out.
func publish(m *model.Model, o FileOptions, types []string, write func(dir string) error) (err error) {
	defer func() {
		if err != nil {
			err = fmt.Errorf("export: %w", err)
		}
	}()
	if err := checkFile(m, o, types); err != nil {
		return err
	}
	final, err := filepath.Abs(o.Out)
	if err != nil {
		return err
	}
	if err := errors.Join(ClearMerge(o.Out), disk.MkdirAll(filepath.Dir(final))); err != nil {
		return err
	}
	work, err := newWorkDir(final)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, work.close()) }()
	if err := write(work.dir); err != nil {
		return err
	}
	return errors.Join(disk.Rename(filepath.Join(work.dir, ggufName), final), atomicfile.SyncDir(filepath.Dir(final)))
}

// checkFile returns an error for what can be seen before the work.
func checkFile(m *model.Model, o FileOptions, types []string) error {
	kind, ok := findFileType(o.Type)
	if !ok || !slices.Contains(types, o.Type) {
		return fmt.Errorf("the type %q is not one of %s", o.Type, wording.Or(types))
	}
	if err := atomicfile.Check(o.Out); err != nil {
		return err
	}
	if info, err := os.Stat(o.Out); err == nil && !info.Mode().IsRegular() {
		return fmt.Errorf("%s is not a file; name another place", o.Out)
	} else if err == nil && !o.Overwrite {
		return fmt.Errorf("%s is there already; name another file, or add --overwrite", o.Out)
	}
	if path := ModelfileOf(o.Out); !o.Overwrite {
		if err := place.New(path); err != nil {
			return err
		}
	}
	if place.Holds(o.Out, m.Path) {
		return fmt.Errorf("%s is the model that is read; name another file", o.Out)
	}
	most := ggml.Named(kind.most)
	return checkRoom(m, filepath.Dir(o.Out), float64(most.Bytes)/float64(most.Block))
}

// writeFile writes the file to dir and checks it.
func writeFile(ctx context.Context, m *model.Model, o FileOptions, dir string) error {
	o.Progress("writing "+o.Type, 0, 1)
	merged, err := modelOf(m, o.Adapter)
	if err != nil {
		return err
	}
	_, err = device.Await(ctx, &m.Work, func() (struct{}, error) {
		if err := GGUF.WriteFiles(ctx, dir, merged, o.Type); err != nil {
			return struct{}{}, err
		}
		o.Progress("checking the file", 0, 1)
		return struct{}{}, GGUF.CheckFiles(ctx, dir, merged, o.Type)
	})
	return err
}

// modelOf is a model with an adapter to export.
func modelOf(m *model.Model, adapterDir string) (merged Model, err error) {
	if err := m.LoadForMerge(adapterDir); err != nil {
		return merged, err
	}
	end, err := m.EndOfTurn()
	if err != nil {
		return merged, err
	}
	merged = Model{Weights: m.Weights(), Tokenizer: m.Tokenizer, EndOfTurn: end, Name: filepath.Base(m.BaseName())}
	if adapterDir != "" {
		merged.Name += " with DPO"
		merged.Layout, merged.Adapter, err = m.ReadAdapter(adapterDir)
	}
	return merged, err
}

// compareFile measures the pairs under the model and in the file.
func compareFile(ctx context.Context, m *model.Model, o FileOptions, path string) (done Exported, err error) {
	info, err := os.Stat(path)
	if err != nil {
		return done, err
	}
	few := *o.Pairs
	few.Pairs = few.Pairs[:min(len(few.Pairs), measuredPairs)]
	done = Exported{Bytes: info.Size(), Pairs: len(few.Pairs)}
	measured := func(stage string, of *model.Model, adapterDir string) ([]evaluation.Pair, error) {
		progress := func(row, rows int) { o.Progress(stage, row, rows) }
		pairs, _, err := measure.Evaluate(ctx, of, adapterDir, &few, config.Default().MaxLength, progress)
		return pairs, err
	}
	want, err := measured("measuring the model", m, o.Adapter)
	if err != nil {
		return done, err
	}
	file, err := model.Open(path)
	if err != nil {
		return done, err
	}
	defer file.Close()
	got, err := measured("measuring the file", file, "")
	if err != nil {
		return done, err
	}
	if len(got) != len(want) || len(got) == 0 {
		return done, fmt.Errorf("%d of the pairs can be measured in the file, and %d under the model", len(got), len(want))
	}
	done.compare(want, got)
	return done, nil
}

// compare computes the means.
func (e *Exported) compare(model, file []evaluation.Pair) {
	tokens, answers := 0, 0
	for i, m := range model {
		for _, answer := range [][3]float64{
			{m.LogpsChosen, file[i].LogpsChosen, float64(m.TokensChosen)},
			{m.LogpsRejected, file[i].LogpsRejected, float64(m.TokensRejected)},
		} {
			if answer[2] == 0 {
				continue
			}
			e.Model, e.File = e.Model+answer[0], e.File+answer[1]
			e.Apart += math.Abs(answer[1]-answer[0]) / answer[2]
			tokens, answers = tokens+int(answer[2]), answers+1
		}
	}
	e.Model, e.File, e.Apart = e.Model/float64(tokens), e.File/float64(tokens), e.Apart/float64(answers)
}
