package gpureport

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"time"

	"example.com/gonb-dpo/dpocore/device"
	"example.com/gonb-dpo/internal/wording"
)

// examineMachine lists what the device needs. It opens nothing.
func examineMachine(_ context.Context, r *reporter) finding {
	f := finding{state: passed, summary: "The CPU was asked for."}
	f.table = [][]string{{"what", "found"}, {"system", runtime.GOOS + "/" + runtime.GOARCH + ", " + runtime.Version()}, {"processor", processor()},
		{device.Env, r.Backend}, {"XLA_FLAGS", os.Getenv("XLA_FLAGS")}}
	if r.onGPU() {
		r.examineGPU(&f)
	}
	return f
}

// examineGPU adds the GPU, its driver and the plugin's libraries.
func (r *reporter) examineGPU(f *finding) {
	fields, err := device.QueryGPU("name", "driver_version", "compute_cap", "memory.total")
	switch {
	case errors.Is(err, exec.ErrNotFound):
		f.state, f.summary = measured, "nvidia-smi is not installed, so neither GPU nor driver are known."
		f.table = append(f.table, []string{"GPU", "unknown"})
	case err != nil:
		f.state, f.summary = failed, sentence(err.Error())
		f.remedy = "Reinstall NVIDIA's driver, or unset CUDA_VISIBLE_DEVICES if it hides the GPU."
	default:
		f.summary = fmt.Sprintf("%s, driver %s.", fields[0], fields[1])
		f.table = append(f.table, []string{"GPU", fmt.Sprintf("%s, compute capability %s, %s", fields[0], fields[2], fields[3])}, []string{"driver", fields[1]})
	}
	folder := filepath.Dir(device.CUDAPlugin())
	f.table = append(f.table, []string{"plugin", file(device.CUDAPlugin())}, []string{"installed as", firstLine(filepath.Join(folder, "set-up"))},
		[]string{"ptxas", file(filepath.Join(folder, "bin/ptxas"))})
	var libraries []string
	entries, _ := filepath.Glob(filepath.Join(folder, "*/lib/lib*.so.*"))
	for _, path := range entries {
		libraries = append(libraries, filepath.Base(path))
	}
	f.table = append(f.table, []string{"NVIDIA's libraries", strings.Join(libraries, ", ")})
}

// file describes a file: where a link leads, and its size.
func file(path string) string {
	real, err := filepath.EvalSymlinks(path)
	if err != nil {
		return "missing: " + path
	}
	info, err := os.Stat(real)
	if err != nil {
		return "missing: " + path
	}
	return real + ", " + wording.Bytes(info.Size())
}

// firstLine is that of a file, or a dash.
func firstLine(path string) string {
	content, err := os.ReadFile(path)
	if err != nil {
		return "–"
	}
	line, _, _ := strings.Cut(string(content), "\n")
	return line
}

// processor is the name of the processor and the number of its cores that this process has.
func processor() string {
	text := fmt.Sprintf("%d cores", runtime.NumCPU())
	content, err := os.ReadFile("/proc/cpuinfo")
	if err != nil {
		return text
	}
	if _, after, ok := strings.Cut(string(content), "model name\t: "); ok {
		name, _, _ := strings.Cut(after, "\n")
		text = name + ", " + text
	}
	return text
}

// watchMemory looks at the GPU's memory once in a while, until the returned function is called, which says how much was used at
// most, and how much before.
func watchMemory(ctx context.Context, interval time.Duration) (peak func() string) {
	before, ok := usedMemory()
	if !ok {
		return func() string { return "unknown without nvidia-smi" }
	}
	ctx, stop := context.WithCancel(ctx)
	highest := before
	var watching sync.WaitGroup
	watching.Go(func() {
		for {
			select {
			case <-ctx.Done():
				return
			case <-time.After(interval):
				if used, ok := usedMemory(); ok {
					highest = max(highest, used)
				}
			}
		}
	})
	return func() string {
		stop()
		watching.Wait()
		return fmt.Sprintf("at most %d MiB used, %d MiB before", highest, before)
	}
}

// usedMemory is the used memory of the GPU in mebibytes.
func usedMemory() (mebibytes int, ok bool) {
	values, err := device.QueryGPU("memory.used")
	if err != nil {
		return 0, false
	}
	mebibytes, err = strconv.Atoi(strings.TrimSuffix(values[0], " MiB"))
	return mebibytes, err == nil
}
