package adapter

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
)

// Base names the model that an adapter was trained on, as PEFT records it.
type Base struct {
	Name     string `json:"base_model_name_or_path"` // a path or a name on the hub; "" if it isn't recorded
	Revision string `json:"revision"`                // on the hub; "" if it isn't recorded
}

// ReadBase reads the name of the model that the adapter in dir was trained on.
func ReadBase(dir string) (base Base, err error) {
	raw, err := readConfigFile(dir)
	if err != nil {
		return base, err
	}
	if err := json.Unmarshal(raw, &base); err != nil {
		return base, fmt.Errorf("read %s: %w", filepath.Join(dir, configFile), err)
	}
	return base, nil
}

// IsFolder reports whether dir is an adapter's folder and no model's.
func IsFolder(dir string) bool {
	_, configErr := os.Stat(filepath.Join(dir, configFile))
	_, modelErr := os.Stat(filepath.Join(dir, "config.json"))
	return configErr == nil && modelErr != nil
}
