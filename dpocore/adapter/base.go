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

// notAnAdapter explains why dir, which has no adapter_config.json, is not an adapter folder, and what to name instead.
func notAnAdapter(dir string) error {
	has := func(name string) bool { _, err := os.Stat(filepath.Join(dir, name)); return err == nil }
	stat, err := os.Stat(dir)
	switch latest := latestCheckpoint(dir); {
	case err != nil:
		return fmt.Errorf("there is no adapter folder %s; check the path", dir)
	case !stat.IsDir():
		return fmt.Errorf("%s is a file, not an adapter folder; name the folder with %s", dir, configFile)
	case has("run.json") && latest != "":
		return fmt.Errorf("the run in %s is not finished, so it has no adapter yet; resume it, or use the adapter of its checkpoint %s", dir, latest)
	case has("run.json"):
		return fmt.Errorf("the run in %s is not finished, so it has no adapter yet; resume it", dir)
	case latest != "":
		return fmt.Errorf("%s is not an adapter folder; use the adapter of its checkpoint %s", dir, latest)
	case has(MergeFile):
		return fmt.Errorf("%s is a merged model, not an adapter; name it as the model (--model), without an adapter", dir)
	case has("config.json"):
		return fmt.Errorf("%s is a model, not an adapter; name it as the model (--model)", dir)
	case has(weightsFile) || has(binFile):
		return fmt.Errorf("the adapter %s has no %s; copy that file too", dir, configFile)
	}
	return fmt.Errorf("%s is not an adapter folder: it has no %s", dir, configFile)
}

// latestCheckpoint is the folder with the highest step among dir's checkpoint-STEP that have an adapter, or "".
func latestCheckpoint(dir string) (latest string) {
	folders, _ := filepath.Glob(filepath.Join(dir, "checkpoint-*", configFile))
	highest := -1
	for _, file := range folders {
		step := -1
		fmt.Sscanf(filepath.Base(filepath.Dir(file)), "checkpoint-%d", &step)
		if step > highest {
			latest, highest = filepath.Dir(file), step
		}
	}
	return latest
}
