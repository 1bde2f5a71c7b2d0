package model

import (
	"context"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"

	"example.com/gonb-dpo/dpocore/hub"
	"example.com/gonb-dpo/dpocore/weights"
)

// Files of a model folder beside the weights. Some models have others for the tokenizer too; this program takes
// tokenizer.json.
var (
	neededFiles   = []string{"config.json", "tokenizer.json"}
	optionalFiles = []string{"generation_config.json", "tokenizer_config.json", "special_tokens_map.json", "chat_template.jinja"}
)

// Files of weights: one file, or shards that an index names.
const (
	weightsFile  = "model.safetensors"
	weightsIndex = "model.safetensors.index.json"
)

// openFromHub fetches a model, the weights last: what this program can't train is refused before they come.
func openFromHub(ctx context.Context, repo hub.Repo, progress hub.Progress) (*Model, error) {
	snapshot, err := hub.Open(ctx, repo)
	if err != nil {
		return nil, err
	}
	there, err := snapshot.Files()
	if err != nil {
		return nil, err
	}
	files := slices.Clone(neededFiles)
	for _, name := range optionalFiles {
		if slices.Contains(there, name) {
			files = append(files, name)
		}
	}
	folder, err := snapshot.Fetch(ctx, files, progress)
	if err != nil {
		return nil, err
	}
	if _, err := weights.ReadConfig(folder); err != nil {
		return nil, err
	}
	model, err := openPath(folder)
	if err != nil {
		return nil, err
	}
	if err := fetchWeights(ctx, snapshot, there, folder, progress); err != nil {
		model.Tokenizer.Close()
		return nil, err
	}
	model.HubID = repo.String()
	return model, nil
}

func fetchWeights(ctx context.Context, snapshot *hub.Snapshot, there []string, folder string, progress hub.Progress) error {
	switch {
	case slices.Contains(there, weightsFile):
		_, err := snapshot.Fetch(ctx, []string{weightsFile}, progress)
		return err
	case !slices.Contains(there, weightsIndex):
		_, err := snapshot.Fetch(ctx, []string{weightsFile}, progress) // which says what is missing
		return fmt.Errorf("there are no weights as safetensors: %w", err)
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
