package configfile

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"syscall"

	"example.com/gonb-dpo/dpocore/decoder"
)

// GenerationFile has the settings with which transformers and vLLM generate.
const GenerationFile = "generation_config.json"

// Generation returns the content of generation_config.json: that of the folder from (or a file, which has none), such as settings of
// sampling, with the ids of the tokens that begin and end a text, and of the padding. The end of a turn should be among ends: a model
// that was trained on conversations ends its answers with it.
func Generation(from string, c decoder.Config, ends []int32, pad int32) (map[string]any, error) {
	settings := map[string]any{}
	raw, err := os.ReadFile(filepath.Join(from, GenerationFile))
	if err == nil {
		err = json.Unmarshal(raw, &settings)
	} else if errors.Is(err, os.ErrNotExist) || errors.Is(err, syscall.ENOTDIR) {
		err = nil
	}
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", filepath.Join(from, GenerationFile), err)
	}
	settings["eos_token_id"] = oneOrMany(ends)
	if settings["pad_token_id"] == nil {
		settings["pad_token_id"] = pad
	}
	if c.BOS != decoder.NoToken {
		settings["bos_token_id"] = c.BOS
	}
	return settings, nil
}
