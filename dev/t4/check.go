//go:build t4check

package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	"example.com/gonb-dpo/dpocore/device"
	"example.com/gonb-dpo/internal/deps"
)

// check records every graph of the models on the CPU, compiles them for a T4 through the CUDA plugin, and prints what XLA made of
// them. It returns an error if one would not do on a T4. wanted are parts of the names of models with their precision, none for
// all of them.
func check(plugin string, wanted []string) error {
	plugin, err := filepath.Abs(plugin)
	if err != nil {
		return err
	}
	folder, err := os.MkdirTemp("", "dpo-t4-")
	if err != nil {
		return fmt.Errorf("make a folder for XLA's reports: %w", err)
	}
	defer os.RemoveAll(folder)
	if err := pretendT4(folder); err != nil {
		return err
	}
	cpu, err := deps.XLAPlugin()
	if err != nil {
		return err
	}
	if err := useRecording(plugin, cpu); err != nil {
		return err
	}
	// With dumps the compilation cache stays away, which would load the CUDA plugin. The CPU's plugin must not write them.
	os.Setenv("XLA_FLAGS", "--xla_dump_to=")
	os.Setenv(device.Env, "xla:"+plugin)
	backend, err := device.Open() // which sets the flags that users get
	if err != nil {
		return err
	}
	var faults []error
	found := false
	for _, m := range models() {
		for _, p := range m.precisions {
			name := m.name + " in " + p.name
			if !matches(wanted, name) {
				continue
			}
			found, record.Programs = true, nil
			if err := drive(backend, m, p); err != nil {
				return fmt.Errorf("%s: %w", name, err)
			}
			fmt.Printf("\n%s\n", name)
			if err := compileElsewhere(plugin, folder); err != nil {
				faults = append(faults, fmt.Errorf("%s: %w", name, err))
			}
		}
	}
	if !found {
		return fmt.Errorf("no model's name has %q; use a part of one, such as \"135M in float32\"", wanted)
	}
	return errors.Join(faults...)
}

// compileElsewhere compiles what was recorded in another process: XLA's two plugins do not compile in the same one.
func compileElsewhere(plugin, folder string) error {
	recorded, err := json.Marshal(record)
	if err != nil {
		return err
	}
	path := filepath.Join(folder, "recorded.json")
	if err := os.WriteFile(path, recorded, 0o600); err != nil {
		return err
	}
	program, err := os.Executable()
	if err != nil {
		return err
	}
	child := exec.Command(program, compileCommand, plugin, path)
	child.Stdout, child.Stderr = os.Stdout, os.Stderr
	return child.Run()
}

// pretendT4 puts an nvidia-smi in PATH that knows a T4, so that the flags are those of one.
func pretendT4(folder string) error {
	os.Setenv("PATH", folder+":"+os.Getenv("PATH"))
	return os.WriteFile(filepath.Join(folder, "nvidia-smi"), []byte("#!/bin/sh\necho 'Tesla T4, 7.5'\n"), 0o755)
}

func matches(wanted []string, name string) bool {
	return len(wanted) == 0 || slices.ContainsFunc(wanted, func(part string) bool { return strings.Contains(name, part) })
}
