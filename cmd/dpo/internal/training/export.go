package training

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	"example.com/gonb-dpo/cmd/dpo/internal/exit"
	"example.com/gonb-dpo/cmd/dpo/internal/open"
	"example.com/gonb-dpo/cmd/dpo/internal/terminal"
	"example.com/gonb-dpo/dpocore/config"
	"example.com/gonb-dpo/dpocore/export"
	"example.com/gonb-dpo/dpocore/model"
	"example.com/gonb-dpo/internal/wording"
)

// ExportOptions are the flags of dpo export.
type ExportOptions struct {
	Model, Adapter string
	AnyBase        bool
	GGUF, Type     string // the file, and its type
	LoRA           bool   // the adapter alone
	Data           string // pairs to measure
	Ollama         string // name of the model that Ollama creates from the file
	Overwrite      bool
}

// Export writes a model as a GGUF file, and a Modelfile beside it.
func Export(ctx context.Context, o ExportOptions) error {
	if err := o.complete(); err != nil {
		return exit.WrongUse(err)
	}
	m, err := open.Base(ctx, o.Model, o.AnyBase, config.Prompts{}, o.Adapter)
	if err != nil {
		return err
	}
	defer m.Close()
	if o.LoRA {
		err = o.writeLoRA(ctx, m)
	} else {
		err = o.writeModel(ctx, m)
	}
	if errors.Is(err, context.Canceled) {
		return exit.Interrupted(errors.New("stopped before the file was complete; the same command starts again"))
	}
	if err != nil {
		return err
	}
	known, err := export.WriteModelfile(m, o.GGUF, o.LoRA)
	if err != nil {
		return err
	}
	fmt.Printf("%s: for Ollama, with %s\n", export.ModelfileOf(o.GGUF), cmp.Or(known, "no template, because the model's is not a common one: Ollama uses that in the file"))
	return o.create(ctx)
}

// complete checks the flags and fills in the adapter.
func (o *ExportOptions) complete() error {
	if o.Model == "" && o.Adapter == "" {
		o.Adapter = "dpo_finetuned_smollm2"
	}
	types := export.GGUF.DTypes()
	if o.LoRA {
		types = export.AdapterTypes
		o.Type = cmp.Or(o.Type, "f16")
	}
	o.Type = cmp.Or(o.Type, "q8_0")
	switch {
	case o.GGUF == "":
		return errors.New("name the file to write, as in --gguf smollm2_dpo.gguf")
	case !slices.Contains(types, o.Type):
		return fmt.Errorf("unknown type %q; choose %s", o.Type, wording.Or(types))
	case o.LoRA && o.Adapter == "":
		return errors.New("--lora writes an adapter; name it, as in --adapter dpo_finetuned_smollm2")
	}
	if _, err := exec.LookPath("ollama"); o.Ollama != "" && err != nil {
		return errors.New("the program ollama is not installed (https://ollama.com/download); without --ollama, the file and its Modelfile are written")
	}
	return nil
}

func (o *ExportOptions) writeModel(ctx context.Context, m *model.Model) error {
	pairs, err := open.HeldOut(ctx, o.Data)
	if err != nil {
		return err
	}
	bar := terminal.NewBar(os.Stderr)
	defer bar.End()
	done, err := export.WriteGGUF(ctx, m, export.FileOptions{Adapter: o.Adapter, Out: o.GGUF, Type: o.Type, Overwrite: o.Overwrite, Pairs: pairs,
		Progress: func(stage string, done, total int) { bar.Show("%s  %s", stage, wording.PercentOf(done, total)) }})
	if err != nil {
		return err
	}
	bar.End()
	fmt.Printf("%s: %s, %s, compared with the model\n", o.GGUF, o.Type, wording.Bytes(done.Bytes))
	fmt.Printf("log-probability of a token in the answers of %s: %.4f in the file, %.4f under the model; an answer differs by %.4f a token on average\n",
		wording.Count(done.Pairs, "held-out pair"), done.File, done.Model, done.Apart)
	fmt.Printf("to talk to it: llama-cli -m %s -cnv\n", o.GGUF)
	return nil
}

func (o *ExportOptions) writeLoRA(ctx context.Context, m *model.Model) error {
	if err := export.WriteLoRA(ctx, m, export.FileOptions{Adapter: o.Adapter, Out: o.GGUF, Type: o.Type, Overwrite: o.Overwrite}); err != nil {
		return err
	}
	fmt.Printf("%s: the adapter, %s, compared with %s\n", o.GGUF, o.Type, o.Adapter)
	fmt.Printf("to talk to it: llama-cli -m MODEL.gguf --lora %s -cnv\n", o.GGUF)
	return nil
}

// create has Ollama make a model of the file.
func (o *ExportOptions) create(ctx context.Context) error {
	modelfile := export.ModelfileOf(o.GGUF)
	if o.Ollama == "" {
		name := strings.TrimSuffix(filepath.Base(o.GGUF), ".gguf")
		fmt.Printf("with Ollama: ollama create %s -f %s\n", name, modelfile)
		return nil
	}
	command := exec.CommandContext(ctx, "ollama", "create", o.Ollama, "-f", modelfile)
	command.Stdout, command.Stderr = os.Stderr, os.Stderr
	if err := command.Run(); err != nil {
		return fmt.Errorf("ollama create failed (%w); its message is above, and %s is written", err, o.GGUF)
	}
	fmt.Printf("ollama run %s talks to it\n", o.Ollama)
	return nil
}
