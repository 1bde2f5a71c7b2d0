// Package share sends adapters, merged models and GGUF files to the Hugging Face hub and downloads adapters from it. [Choose] lists
// the files that go there, [Push] sends them, [Pull] downloads an adapter into a folder, and [Fetch] into the cache.
package share

import (
	"context"
	"fmt"

	"example.com/gonb-dpo/dpocore/hub"
	"example.com/gonb-dpo/dpocore/hub/upload"
)

// Options say where and how files are sent.
type Options struct {
	Repo     string // owner/name
	Private  bool
	DryRun   bool // only compare with what the repository has
	Progress func(stage string, done, total int64)
}

// Push sends what was chosen as one commit.
func Push(ctx context.Context, c Choice, o Options) (upload.Pushed, error) {
	repo, ok := hub.Parse(hub.Model, o.Repo)
	if !ok || repo.Revision != "" {
		return upload.Pushed{}, fmt.Errorf("%q is not the name of a repository; write owner/name, where owner is you or your organization on the hub", o.Repo)
	}
	push := upload.Push
	if o.DryRun {
		push = upload.Preview
	}
	return push(ctx, repo, upload.Upload{Files: c.Files, Message: "Upload " + c.Kind + " made with GoNB DPO", Private: o.Private, Progress: o.Progress})
}
