// Package adapter reads and writes LoRA adapters as PEFT stores them: a folder with the LoRA settings in
// adapter_config.json and the factors A and B of each projection in adapter_model.safetensors. [Load] reads a folder for
// a model, [Write] writes one.
package adapter

import (
	"crypto/sha256"
	"fmt"
	"math"
	"os"
	"path/filepath"

	"example.com/gonb-dpo/internal/sums"
)

// Files of an adapter folder.
const (
	configFile  = "adapter_config.json"
	weightsFile = "adapter_model.safetensors"
	binFile     = "adapter_model.bin"
)

// Hash returns the SHA-256 of the weights file in dir, in hexadecimal. It fails if the folder has checksums and the
// weights don't match theirs.
func Hash(dir string) (string, error) {
	if _, err := readConfigFile(dir); err != nil {
		return "", err
	}
	if err := sums.Check(dir, weightsFile); err != nil {
		return "", fmt.Errorf("read the adapter: %w", err)
	}
	content, err := os.ReadFile(filepath.Join(dir, weightsFile))
	if err != nil {
		return "", openError(dir, err)
	}
	return fmt.Sprintf("%x", sha256.Sum256(content)), nil
}

// maxFinite is the largest finite value of each safetensors type.
var maxFinite = map[string]float32{"F32": math.MaxFloat32, "F16": 65504, "BF16": 0x1.fep127}

// CheckRange returns an error if a value of the named tensor is infinite or NaN, or would become infinite when stored as
// dtype ("F32", "F16" or "BF16").
func CheckRange(name string, values []float32, dtype string) error {
	limit := maxFinite[dtype]
	for _, value := range values {
		switch {
		case value-value != 0: // infinite or NaN
			return fmt.Errorf("tensor %s contains %g because training diverged; train again with a lower learning rate", name, value)
		case value > limit || value < -limit:
			return fmt.Errorf("tensor %s contains %g, which overflows the type; use float32, or bfloat16 instead of float16", name, value)
		}
	}
	return nil
}
