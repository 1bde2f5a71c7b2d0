package model

import (
	"context"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"

	"example.com/gonb-dpo/dpocore/config"
	"example.com/gonb-dpo/dpocore/hub"
	"example.com/gonb-dpo/dpocore/weights"
	"example.com/gonb-dpo/dpocore/weights/configfile"
)

// Files of a model folder besides the weights. Of the tokenizer's files only tokenizer.json is used.
var (
	requiredFiles = []string{"config.json", "tokenizer.json"}
	optionalFiles = []string{"generation_config.json", "tokenizer_config.json", "special_tokens_map.json", "added_tokens.json", "chat_template.jinja"}
)

// The weights are one file, or shards listed in an index.
const (
	weightsFile  = "model.safetensors"
	weightsIndex = "model.safetensors.index.json"
)

// openFromHub downloads a model. The weights come last, so that a model that can't be trained is rejected before its
// weights are downloaded.
func openFromHub(ctx context.Context, repo hub.Repo, prompts config.Prompts, progress hub.Progress) (*Model, error) {
	snapshot, err := hub.Open(ctx, repo)
	if err != nil {
		return nil, err
	}
	available, err := snapshot.Files()
	if err != nil {
		return nil, err
	}
	files := slices.Clone(requiredFiles)
	for _, name := range optionalFiles {
		if slices.Contains(available, name) {
			files = append(files, name)
		}
	}
	folder, err := snapshot.Fetch(ctx, files, progress)
	if err != nil {
		return nil, err
	}
	if _, err := configfile.Read(folder); err != nil {
		return nil, err
	}
	model, err := openPath(folder, prompts)
	if err != nil {
		return nil, err
	}
	if err := downloadWeights(ctx, snapshot, available, folder, progress); err != nil {
		model.Tokenizer.Close()
		return nil, err
	}
	model.HubID = repo.String()
	return model, nil
}

// downloadWeights downloads the weights into a snapshot's folder: the single file, or the shards that the index names.
func downloadWeights(ctx context.Context, snapshot *hub.Snapshot, available []string, folder string, progress hub.Progress) error {
	switch {
	case slices.Contains(available, weightsFile):
		_, err := snapshot.Fetch(ctx, []string{weightsFile}, progress)
		return err
	case !slices.Contains(available, weightsIndex):
		_, err := snapshot.Fetch(ctx, []string{weightsFile}, progress) // fails and names the missing file
		return fmt.Errorf("the model has no safetensors weights: %w", err)
	}
	if _, err := snapshot.Fetch(ctx, []string{weightsIndex}, progress); err != nil {
		return err
	}
	raw, err := os.ReadFile(filepath.Join(folder, weightsIndex))
	if err != nil {
		return err
	}
	shardOf, err := weights.ParseIndex(raw)
	if err != nil {
		return fmt.Errorf("read %s of %s: %w", weightsIndex, snapshot.Repo, err)
	}
	_, err = snapshot.Fetch(ctx, slices.Compact(slices.Sorted(maps.Values(shardOf))), progress)
	return err
}
