package adapter

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"

	"example.com/gonb-dpo/internal/checkpoints"
)

// openError explains why the weights in dir can't be opened.
func openError(dir string, err error) error {
	if _, configErr := os.Stat(filepath.Join(dir, configFile)); configErr != nil {
		return notAnAdapter(dir)
	}
	if errors.Is(err, os.ErrNotExist) {
		return noWeights(dir)
	}
	return fmt.Errorf("read the adapter: %w", err)
}

// noWeights explains what an adapter's folder has in place of its weights, and what to do.
func noWeights(dir string) error {
	saveAgain := "load it with PEFT and save it again, as " + weightsFile + ", which is its default"
	if target, err := os.Readlink(filepath.Join(dir, weightsFile)); err == nil {
		return fmt.Errorf("%s is a link to %s, which is missing; download the adapter again", filepath.Join(dir, weightsFile), target)
	}
	for _, kind := range []struct{ pattern, says string }{
		{"adapter_model-*-of-*", "the adapter %s has its weights in several files, such as %s; join them in one " + weightsFile},
		{weightsFile + ".index.json", "the adapter %s has only %s, which names files that are missing; copy them too, and join them in one " + weightsFile},
		{binFile, "the adapter %s has only %s; " + saveAgain},
		{"../../blobs/*.incomplete", "the download of the adapter %s is not complete (%s); download it again"},
		{".cache/huggingface/download/*.incomplete", "the download of the adapter %s is not complete (%s); download it again"},
		{"*.safetensors", "the adapter %s has no " + weightsFile + ", only %s; " + saveAgain},
		{"*.pt", "the adapter %s has no " + weightsFile + ", only %s; " + saveAgain},
	} {
		if found, _ := filepath.Glob(filepath.Join(dir, kind.pattern)); len(found) > 0 {
			return fmt.Errorf(kind.says, dir, filepath.Base(found[0]))
		}
	}
	return fmt.Errorf("the adapter %s has no %s; copy that file too", dir, weightsFile)
}

// hubName is a name on the hub, and no path that anybody would write.
var hubName = regexp.MustCompile(`^[A-Za-z0-9][\w.-]*/[A-Za-z0-9][\w.-]*$`)

// notAnAdapter explains why dir, which has no adapter_config.json, is not an adapter folder, and what to name instead.
func notAnAdapter(dir string) error {
	has := func(name string) bool { _, err := os.Stat(filepath.Join(dir, name)); return err == nil }
	stat, err := os.Stat(dir)
	inside, latest, latestModel := adaptersIn(dir), latestWith(dir, configFile), latestWith(dir, "model.safetensors")
	switch {
	case err != nil && hubName.MatchString(dir):
		return fmt.Errorf("there is no adapter folder %s; check the path, or download an adapter from the hub (`hf download %s --local-dir FOLDER`) and name the folder", dir, dir)
	case err != nil:
		return fmt.Errorf("there is no adapter folder %s; check the path, or name the folder that training created", dir)
	case !stat.IsDir():
		return fmt.Errorf("%s is a file, not an adapter folder; name the folder with %s", dir, configFile)
	case has("run.json") && has("config.json") && !has("model.safetensors"):
		return fmt.Errorf("all weights were trained in %s, and its model.safetensors is missing; resume the run, which writes it from the last checkpoint", dir)
	case has("run.json") && has("config.json"):
		return fmt.Errorf("all weights were trained in %s, so it is a model and has no adapter; name it as the model (--model)", dir)
	case has("run.json") && latestModel != "":
		return fmt.Errorf("the run in %s is not finished, so it has no model yet; resume it, or use its checkpoint %s", dir, latestModel)
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
	case len(inside) > 0:
		return fmt.Errorf("%s is not an adapter folder: it has no %s; name one of the adapters in it, such as %s", dir, configFile, inside[0])
	}
	return fmt.Errorf("%s is not an adapter folder: it has no %s; name the folder that training created", dir, configFile)
}

// adaptersIn lists the folders in dir that are adapters, such as those of PEFT's named adapters or of the hub's snapshots.
func adaptersIn(dir string) (inside []string) {
	for _, pattern := range []string{"*", "snapshots/*"} {
		files, _ := filepath.Glob(filepath.Join(dir, pattern, configFile))
		for _, file := range files {
			inside = append(inside, filepath.Dir(file))
		}
	}
	return inside
}

// latestWith is the folder of the latest checkpoint in dir that has a file, or "".
func latestWith(dir, file string) (latest string) {
	steps, _ := checkpoints.Steps(dir)
	for _, step := range steps {
		folder := checkpoints.Folder(dir, step)
		if _, err := os.Stat(filepath.Join(folder, file)); err == nil {
			latest = folder
		}
	}
	return latest
}
