package main

import (
	"bytes"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"example.com/gonb-dpo/cmd/dpo/internal/exit"
	"example.com/gonb-dpo/internal/cachetest"
	"example.com/gonb-dpo/internal/tinymodel"
)

// trainFor returns a command that trains for some steps, with a checkpoint after each.
func trainFor(t *testing.T, steps int, model, data, out string, more ...string) *exec.Cmd {
	t.Helper()
	return dpo(t, append(strings.Fields(fmt.Sprintf("train --model %s --data %s --eval-data %s --out %s --max-steps %d --batch-size 2"+
		" --lora-r 4 --eval-steps 2 --save-steps 1", model, data, data, out, steps)), more...)...)
}

// TestOneRunTwoProcesses: while one process trains, a second one fails with a sentence that names the first, and changes
// nothing. When the first one has been killed, the run can be resumed.
func TestOneRunTwoProcesses(t *testing.T) {
	cachetest.Own(t)
	model, data, dir := tinymodel.WriteChat(t, 1), pairsFile(t), filepath.Join(t.TempDir(), "run")
	first := trainFor(t, 3, model, data, dir)
	startStopped(t, first, "/.checkpoint-1/")
	before := contents(t, dir, nil)
	for _, flag := range []string{"--resume", "--overwrite", "--seed=42"} {
		var said bytes.Buffer
		second := trainFor(t, 3, model, data, dir, flag)
		second.Stderr = &said
		status := exitStatus(t, second.Run())
		want := fmt.Sprintf("%s is in use by another process (PID %d); wait for it, or choose another folder\n", dir, first.Process.Pid)
		if status != exit.StatusFailed || !strings.HasSuffix(said.String(), want) {
			t.Errorf("%s: the second process has exit status %d and the message %s, want %s", flag, status, said.String(), want)
		}
		if name := other(contents(t, dir, nil), before); name != "" {
			t.Errorf("%s: the second process changed %s", flag, name)
		}
	}
	killStopped(t, first)
	if out, err := trainFor(t, 3, model, data, dir, "--resume").CombinedOutput(); err != nil {
		t.Errorf("after the first process was killed: %v: %s", err, out)
	}
}

// passing matches everything in which two identical runs may differ: times and the path of their folder.
var passing = regexp.MustCompile(`"(seconds|eval_runtime|train_runtime|train_samples_per_second|train_steps_per_second|eval_samples_per_second)": ?[0-9.eE+-]+`)

// TestTwoProcessesSameBytes: two processes that train the same run concurrently, with a shared cache, write the same bytes
// except for times and the checksums of files that contain them.
func TestTwoProcessesSameBytes(t *testing.T) {
	cachetest.Own(t)
	model, data := tinymodel.WriteChat(t, 1), pairsFile(t)
	dirs := []string{filepath.Join(t.TempDir(), "run"), filepath.Join(t.TempDir(), "run")} // the model card has the folder's name
	var processes []*exec.Cmd
	var said [2]bytes.Buffer
	for i, dir := range dirs {
		cmd := trainFor(t, 3, model, data, dir)
		cmd.Stderr = &said[i]
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		processes = append(processes, cmd)
	}
	var all []map[string]string
	for i, cmd := range processes {
		if err := cmd.Wait(); err != nil {
			t.Fatalf("%v: %s", err, &said[i])
		}
		all = append(all, contents(t, dirs[i], func(name, content string) string {
			if filepath.Base(name) == "SHA256SUMS" {
				return ""
			}
			return passing.ReplaceAllString(strings.ReplaceAll(content, dirs[i], ""), "")
		}))
	}
	if name := other(all[0], all[1]); name != "" {
		t.Errorf("%s is not the same:\n%.2000s\nand\n%.2000s", name, all[0][name], all[1][name])
	}
	if len(all[0]) < 20 {
		t.Errorf("the runs have only %d files", len(all[0]))
	}
}

// contents returns the files of a folder by name, with each content transformed by change.
func contents(t *testing.T, dir string, change func(name, content string) string) map[string]string {
	t.Helper()
	files := map[string]string{}
	err := filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || entry.Name() == ".lock" && change != nil {
			return err
		}
		content, err := os.ReadFile(path)
		name, _ := filepath.Rel(dir, path)
		files[name] = string(content)
		if change != nil {
			files[name] = change(name, files[name])
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// other returns the name of a file in which two folders differ, or "".
func other(a, b map[string]string) string {
	for name, content := range a {
		if its, ok := b[name]; !ok || its != content {
			return name
		}
	}
	for name := range b {
		if _, ok := a[name]; !ok {
			return name
		}
	}
	return ""
}
