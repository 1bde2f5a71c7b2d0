package gonbext

import (
	"context"
	"os"

	"example.com/gonb-dpo/dpocore/dataset"
	"example.com/gonb-dpo/dpocore/export"
	"example.com/gonb-dpo/dpocore/report"
	"example.com/gonb-dpo/dpocore/share"
	"example.com/gonb-dpo/gonbext/internal/cell"
	"example.com/gonb-dpo/gonbext/internal/open"
	"example.com/gonb-dpo/gonbext/internal/output"
	"example.com/gonb-dpo/gonbext/internal/views"
	"example.com/gonb-dpo/internal/wording"
)

// mergeType is the number format of merged weights: the only lossless one.
const mergeType = "float32"

// Merge merges a run's adapter into the base model, and writes the result into the folder out, which other programs load
// like any model. It verifies the written weights against the base model with the adapter.
func Merge(dir, out string) {
	cell.Task(func(ctx context.Context, status cell.Status) (output.Content, error) {
		if _, err := open.FinishedRun(dir); err != nil {
			return nil, err
		}
		model, err := open.BaseModel(dir)
		if err != nil {
			return nil, err
		}
		status("Merging, and verifying the written weights: about half a minute")
		written, err := export.Merge(ctx, model, dir, out, mergeType)
		if err != nil {
			return nil, err
		}
		if !written {
			return output.Donef("%s already contains this merged model; nothing to do.", out), nil
		}
		return output.Donef("%s contains the merged model, verified against the base model with the adapter.", out), nil
	})
}

// ExportGGUF writes a run's model as a GGUF file, for llama.cpp, Ollama and LM Studio, with a Modelfile for Ollama beside it. The
// type is one of f32, f16, bf16, q8_0, q6_k, q5_k_m, q4_k_m and q4_0. It reads the file back, and measures the held-out built-in
// answers in it beside the model's.
func ExportGGUF(dir, file, kind string) {
	cell.Task(func(ctx context.Context, status cell.Status) (output.Content, error) {
		if _, err := open.FinishedRun(dir); err != nil {
			return nil, err
		}
		if _, err := os.Stat(file); err == nil { // as when a notebook is run again
			return output.Donef("%s is there already and is kept; remove it, or name another file, to write the model of this run.", file), nil
		}
		model, err := open.BaseModel(dir)
		if err != nil {
			return nil, err
		}
		pairs, err := dataset.Load(dataset.Builtin, "", 0, 0)
		if err != nil {
			return nil, err
		}
		done, err := export.WriteGGUF(ctx, model, export.FileOptions{Adapter: dir, Out: file, Type: kind, Pairs: pairs.HeldOut,
			Progress: func(stage string, done, total int) { status("%s, %s", stage, wording.PercentOf(done, total)) }})
		if err != nil {
			return nil, err
		}
		if _, err := export.WriteModelfile(model, file, false); err != nil {
			return nil, err
		}
		return output.Donef("%s (%s, %s) holds the model, compared with the adapter and its base. A token of an answer has a log-probability of %.3f in it and %.3f under the model. For Ollama: ollama create my-model -f %s",
			file, kind, wording.Bytes(done.Bytes), done.File, done.Model, export.ModelfileOf(file)), nil
	})
}

// Report writes a run as one HTML page to share, which needs no other file and no network: settings, curves, held-out figures, the
// diagnosis, the answers of the last [Compare], and the notable pairs of the last [Inspect], token by token.
func Report(dir, file string) {
	cell.Task(func(_ context.Context, _ cell.Status) (output.Content, error) {
		if _, err := open.FinishedRun(dir); err != nil {
			return nil, err
		}
		if err := report.Write(dir, file); err != nil {
			return nil, err
		}
		return output.Donef("%s is the page of this run. Download it, and open it in any browser.", file), nil
	})
}

// Push sends a run's adapter to a repository owner/name on the Hugging Face hub, as one commit; dir can also be a merged model or
// a GGUF file. It creates the repository if there is none, as a public one. Sign in first, with the command `hf auth login`.
func Push(dir, repo string) {
	cell.Task(func(ctx context.Context, status cell.Status) (output.Content, error) {
		choice, err := share.Choose(dir)
		if err != nil {
			return nil, err
		}
		done, err := share.Push(ctx, choice, share.Options{Repo: repo, Progress: func(stage string, done, total int64) {
			status("%s, %s of %s", stage, wording.PercentOf(int(done), int(total)), wording.Bytes(total))
		}})
		if err != nil {
			return nil, err
		}
		for _, note := range choice.Notes {
			cell.Show(output.Notef("%s", note))
		}
		if len(done.Changed) == 0 {
			return output.Donef("%s has these files already; nothing to do.", done.Page), nil
		}
		return output.Donef("%s has the %s: %s in one commit, %s sent.", done.Page, choice.Kind, wording.Count(len(done.Changed), "file"), wording.Bytes(done.Sent)), nil
	})
}

// PushFiles lists what [Push] would send of a folder or a file, and what stays on this machine. Nothing is sent, and the hub is not
// asked.
func PushFiles(dir string) {
	cell.Run(func(context.Context) error {
		choice, err := share.Choose(dir)
		if err == nil {
			cell.Show(views.ToSend(dir, choice))
		}
		return err
	})
}
