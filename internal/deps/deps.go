// Package deps finds what setup has installed in the .deps folder of the checkout:
// the XLA plugin, the tokenizer library and the model.
package deps

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// Paths of the two forms of the model, relative to .deps.
const (
	modelFolder = "models/SmolLM2-135M-Instruct"
	modelGGUF   = "models/SmolLM2-135M-Instruct.Q4_1.gguf"
)

// xlaPlugin is the path of XLA's CPU plugin, relative to .deps.
const xlaPlugin = "xla/pjrt_c_api_cpu_plugin.so"

// Find returns the path of .deps/rel. It looks beside the folder of the
// running program (bin/dpo finds .deps next to bin), then in the working
// directory and every folder above it, then in GONB_DIR (the folder of the
// notebook that runs the program) and every folder above that, and last in
// GONB_DPO_CHECKOUT, which set-up writes into the notebooks' kernel.
func Find(rel string) (string, error) {
	rel = filepath.Join(".deps", filepath.FromSlash(rel))
	for _, dir := range candidates() {
		path := filepath.Join(dir, rel)
		if _, err := os.Stat(path); err == nil {
			return path, nil
		}
	}
	return "", fmt.Errorf("find %s: it is neither beside the program nor above the working directory; run `make setup` in the checkout: %w",
		filepath.ToSlash(rel), os.ErrNotExist)
}

// Model returns the default model: the full-precision folder if setup could
// download it, otherwise the 4-bit GGUF file.
func Model() (string, error) {
	path, err := Find(modelFolder)
	if errors.Is(err, os.ErrNotExist) {
		return GGUF()
	}
	return path, err
}

// GGUF returns the path of the 4-bit model file.
func GGUF() (string, error) {
	return Find(modelGGUF)
}

// XLAPlugin returns the path of XLA's plugin for the CPU.
func XLAPlugin() (string, error) {
	return Find(xlaPlugin)
}

// candidates lists the folders that may contain .deps, best first.
func candidates() []string {
	var dirs []string
	if exe, err := os.Executable(); err == nil {
		if real, err := filepath.EvalSymlinks(exe); err == nil {
			exe = real
		}
		dirs = append(dirs, filepath.Dir(filepath.Dir(exe)))
	}
	if wd, err := os.Getwd(); err == nil {
		dirs = append(dirs, upward(wd)...)
	}
	if dir := os.Getenv("GONB_DIR"); dir != "" {
		dirs = append(dirs, upward(dir)...)
	}
	if dir := os.Getenv("GONB_DPO_CHECKOUT"); dir != "" {
		dirs = append(dirs, dir)
	}
	return dirs
}

// upward lists dir and every folder above it.
func upward(dir string) []string {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return nil
	}
	dirs := []string{dir}
	for filepath.Dir(dir) != dir {
		dir = filepath.Dir(dir)
		dirs = append(dirs, dir)
	}
	return dirs
}
