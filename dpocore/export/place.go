package export

import (
	"cmp"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"syscall"

	"example.com/gonb-dpo/dpocore/adapter"
	"example.com/gonb-dpo/dpocore/card"
	"example.com/gonb-dpo/dpocore/model"
	"example.com/gonb-dpo/dpocore/weights"
	"example.com/gonb-dpo/internal/atomicfile"
	"example.com/gonb-dpo/internal/disk"
	"example.com/gonb-dpo/internal/place"
	"example.com/gonb-dpo/internal/sums"
	"example.com/gonb-dpo/internal/wording"
)

// bytesOf is the size of a weight of each type.
var bytesOf = map[string]int64{"float32": 4, "float16": 2, "bfloat16": 2}

// CheckPlace returns an error if a model can't be merged with an adapter into the folder out, by what can be seen before the work;
// the adapter may still have to be trained. What the merge reads, and the merge of another adapter, must not be there. A later
// adapter of the same folder replaces the merge of the earlier one.
func CheckPlace(m *model.Model, adapterDir, out, dtype string, inputs ...string) error {
	destination, err := target(out, MergedFolder)
	if err == nil {
		err = atomicfile.CheckFolder(filepath.Dir(destination))
	}
	if err == nil { // a name that is too long for the hidden folder beside it
		if _, long := os.Lstat(hidden(destination, "4294967295")); errors.Is(long, syscall.ENAMETOOLONG) {
			err = long
		}
	}
	for _, input := range append(inputs, m.Path, adapterDir) {
		if err == nil && place.Holds(destination, input) {
			err = fmt.Errorf("%s would be replaced, and the merge reads %s; choose another folder", out, input)
		}
	}
	if folder, ownErr := followed(adapterDir); err == nil && ownErr == nil && within(folder, destination) {
		err = fmt.Errorf("%s has the adapter in it (%s); choose another folder", out, adapterDir)
	}
	if err == nil {
		err = checkEarlier(m, adapterDir, out, destination)
	}
	if err == nil {
		err = checkSpace(m, filepath.Dir(destination), dtype)
	}
	if err != nil {
		return fmt.Errorf("write the merged model: %w", err)
	}
	return nil
}

// within reports whether a path, which need not exist yet, is a folder or in it.
func within(path, folder string) bool {
	inside, err := filepath.Rel(folder, path)
	return err == nil && filepath.IsLocal(inside)
}

// checkEarlier returns an error if the destination holds what was made from another adapter.
func checkEarlier(m *model.Model, adapterDir, out, destination string) error {
	earlier := adapter.ReadMerged(destination)
	if earlier == (adapter.Merged{}) {
		return nil
	}
	if folder, err := followed(adapterDir); err != nil || folder == earlier.Folder {
		return err
	}
	hash, err := adapter.Hash(adapterDir)
	if err == nil && hash == earlier.Adapter {
		if weights, err := m.WeightsHash(); err != nil || weights == earlier.Weights {
			return err
		}
	}
	return fmt.Errorf("%s holds the merge of another adapter (%s); remove it, or choose another folder", out, cmp.Or(earlier.Folder, "SHA-256 "+earlier.Adapter))
}

// checkSpace returns an error if the model's weights, which are the most of it, have no room in a folder.
func checkSpace(m *model.Model, dir, dtype string) error {
	return checkRoom(m, dir, float64(bytesOf[dtype]))
}

// checkRoom is checkSpace for weights of any number of bytes, such as half of one.
func checkRoom(m *model.Model, dir string, bytesEach float64) error {
	config, err := weights.ConfigOf(m.Path)
	if err != nil {
		return err
	}
	need := int64(float64(config.Parameters()) * bytesEach)
	if free, ok := disk.Free(dir); ok && free < need {
		return fmt.Errorf("it takes %s, and %s has %s left; free some space there, or choose another place", wording.Bytes(need), dir, wording.Bytes(free))
	}
	return nil
}

// target resolves the symbolic links in out. It fails if the folder is neither empty nor an earlier export, and if an
// earlier export also contains other files, since the folder is replaced as a whole.
func target(out string, format Format) (string, error) {
	place, err := followed(out)
	if err != nil {
		return "", err
	}
	entries, err := os.ReadDir(place)
	if errors.Is(err, os.ErrNotExist) || err == nil && len(entries) == 0 {
		return place, nil
	}
	if err != nil {
		return "", err
	}
	if adapter.ReadMerged(place) == (adapter.Merged{}) {
		return "", fmt.Errorf("%s is not empty (it contains %s) and was not made by merging; choose another folder", out, entries[0].Name())
	}
	expected := append(slices.Clone(format.Files()), adapter.MergeFile, sums.Name, card.File, card.MergedPicture)
	for _, entry := range entries {
		if !slices.Contains(expected, entry.Name()) {
			return "", fmt.Errorf("%s would be replaced, but it also contains %s; move that file or choose another folder", out, entry.Name())
		}
	}
	return place, nil
}
