// Package sharing sends adapters and models to the Hugging Face hub and downloads adapters, on the command line.
package sharing

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"strings"

	"example.com/gonb-dpo/cmd/dpo/internal/exit"
	"example.com/gonb-dpo/cmd/dpo/internal/terminal"
	"example.com/gonb-dpo/dpocore/hub"
	"example.com/gonb-dpo/dpocore/hub/upload"
	"example.com/gonb-dpo/dpocore/share"
	"example.com/gonb-dpo/internal/wording"
)

// PushOptions are the arguments and flags of dpo push.
type PushOptions struct {
	Source, Repo    string
	Private, DryRun bool
}

// Push sends a run's adapter, a merged model or a GGUF file to the hub.
func Push(ctx context.Context, w io.Writer, o PushOptions) error {
	choice, err := share.Choose(o.Source)
	if err != nil {
		return err
	}
	bar := terminal.NewBar(os.Stderr)
	defer bar.End()
	for _, note := range choice.Notes {
		bar.Note(note)
	}
	done, err := share.Push(ctx, choice, share.Options{Repo: o.Repo, Private: o.Private, DryRun: o.DryRun, Progress: bar.Transfer()})
	if o.DryRun && errors.Is(err, upload.ErrSignedOut) {
		bar.Note(fmt.Sprintf("Nobody is signed in to the hub, so which of these files %s has already is not known.", o.Repo))
		done, err = allOf(choice), nil
	}
	bar.End()
	switch {
	case errors.Is(err, context.Canceled):
		return exit.Interrupted(errors.New("stopped before the commit, so the repository has what it had; the same command resumes"))
	case err != nil:
		return err
	case o.DryRun:
		return preview(w, choice, done, o)
	case len(done.Changed) == 0:
		_, err = fmt.Fprintf(w, "%s has these %s already; nothing to do\n", done.Page, wording.Count(len(choice.Files), "file"))
		return err
	}
	_, err = fmt.Fprintf(w, "%s: the %s, %s in commit %.7s, %s sent\n", done.Page, choice.Kind, wording.Count(len(done.Changed), "file"), done.Commit, wording.Bytes(done.Sent))
	if flag := map[string]string{"adapter": "adapter", "model": "model"}[choice.Kind]; err == nil && flag != "" {
		_, err = fmt.Fprintf(w, "to use it elsewhere: dpo generate --%s %s --prompt \"…\"\n", flag, o.Repo)
	}
	return err
}

// allOf is what would be sent to an empty repository.
func allOf(choice share.Choice) (all upload.Pushed) {
	for _, file := range choice.Files {
		all.Changed, all.Sent = append(all.Changed, file), all.Sent+file.Size
	}
	return all
}

// preview lists what would be sent.
func preview(w io.Writer, choice share.Choice, seen upload.Pushed, o PushOptions) error {
	var text strings.Builder
	if seen.Created {
		fmt.Fprintf(&text, "%s would be created%s\n", o.Repo, map[bool]string{true: " as a private repository"}[o.Private])
	}
	for _, file := range seen.Changed {
		fmt.Fprintf(&text, "%10s  %s\n", wording.Bytes(file.Size), file.Name)
	}
	fmt.Fprintf(&text, "%s, %s, would be sent to %s", wording.Count(len(seen.Changed), "file"), wording.Bytes(seen.Sent), o.Repo)
	if same := len(choice.Files) - len(seen.Changed); same > 0 {
		fmt.Fprintf(&text, ", which has %d others already", same)
	}
	text.WriteString("\n")
	if len(choice.Left) > 0 {
		fmt.Fprintf(&text, "not sent: %s\n", strings.Join(choice.Left, ", "))
	}
	_, err := io.WriteString(w, text.String())
	return err
}

// Pull downloads an adapter into a folder.
func Pull(ctx context.Context, w io.Writer, name, out string) error {
	repo, ok := hub.Parse(hub.Model, name)
	if !ok {
		return exit.WrongUse(fmt.Errorf("%q is not a name on the hub; write owner/name or owner/name@revision", name))
	}
	if out == "" {
		out = path.Base(repo.ID)
	}
	bar := terminal.NewBar(os.Stderr)
	defer bar.End()
	done, err := share.Pull(ctx, repo, out, bar.Download)
	bar.End()
	switch {
	case errors.Is(err, context.Canceled):
		return exit.Interrupted(errors.New("stopped before the download was complete; the same command resumes"))
	case err != nil:
		return err
	case len(done.Files) == 0:
		_, err = fmt.Fprintf(w, "%s has the adapter %s already; nothing to do\n", out, repo)
	default:
		_, err = fmt.Fprintf(w, "%s: the adapter %s at commit %.7s; use it as --adapter %[1]s\n", out, repo, done.Commit)
	}
	return err
}
