package doctor

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"runtime/debug"
	"strings"
	"syscall"

	"example.com/gonb-dpo/dpocore/device"
	"example.com/gonb-dpo/internal/deps"
)

// Requirements of training SmolLM2-135M at 512 tokens, with a margin: memory, and disk for a run folder with checkpoints and
// a merged model.
const (
	minMemory = 3 << 30
	minDisk   = 1 << 30
)

func examineProgram() part {
	version := "unknown version"
	if info, built := debug.ReadBuildInfo(); built && info.Main.Version != "" {
		version = info.Main.Version
	}
	return part{name: "program"}.ok("dpo %s, built with %s for %s/%s", version, runtime.Version(), runtime.GOOS, runtime.GOARCH)
}

// examineGo finds the Go that builds this program and compiles notebook cells.
func examineGo() part {
	p := part{name: "Go"}
	path, err := exec.LookPath("go")
	if err != nil {
		if path, err = deps.Find("go/bin/go"); err != nil {
			return p.missing(setUp, "not found; it builds this program and compiles notebook cells")
		}
	}
	version, err := exec.Command(path, "env", "GOVERSION").Output()
	if err != nil {
		return p.broken(setUp, "%s does not run: %v", path, err)
	}
	return p.ok("%s, %s", strings.TrimSpace(string(version)), path)
}

func examineGPU() part {
	p := part{name: "GPU"}
	fields, err := device.QueryGPU("name", "driver_version", "compute_cap", "memory.total")
	switch {
	case errors.Is(err, exec.ErrNotFound):
		return p.ok("none: nvidia-smi is not installed")
	case err != nil:
		return p.broken("reinstall the driver, or unset CUDA_VISIBLE_DEVICES if it hides the GPU", "%v", err)
	}
	found := fmt.Sprintf("%s, driver %s, compute capability %s, %s", fields[0], fields[1], fields[2], fields[3])
	switch _, err := os.Stat(device.CUDAPlugin()); {
	case err != nil:
		return p.missing(setUp, "%s, but XLA's CUDA plugin is missing", found)
	case !strings.HasPrefix(os.Getenv(device.Env), "xla:cuda"):
		return p.ok("%s; to use it: export %s=xla:cuda", found, device.Env)
	default:
		return p.ok("%s", found)
	}
}

func examineMemory() part {
	p := part{name: "memory"}
	file, err := os.Open("/proc/meminfo")
	if err != nil {
		return p.ok("unknown: %v", err)
	}
	defer file.Close()
	bytes := map[string]uint64{}
	for lines := bufio.NewScanner(file); lines.Scan(); {
		var name string
		var kilobytes uint64
		if n, _ := fmt.Sscan(lines.Text(), &name, &kilobytes); n == 2 {
			bytes[name] = kilobytes << 10
		}
	}
	free, all := bytes["MemAvailable:"], bytes["MemTotal:"]
	if free < minMemory {
		return p.missing("close other programs, or train with a smaller --max-length", "%s of %s available; training SmolLM2-135M needs up to %s", size(free), size(all), size(minMemory))
	}
	return p.ok("%s of %s available", size(free), size(all))
}

func examineDisk() part {
	p := part{name: "disk"}
	folder, err := os.Getwd()
	if err != nil {
		return p.broken("change to a folder that exists", "the working folder is unknown: %v", err)
	}
	var disk syscall.Statfs_t
	if err := syscall.Statfs(folder, &disk); err != nil {
		return p.broken("choose another folder", "can't read the free disk space of %s: %v", folder, err)
	}
	free := disk.Bavail * uint64(disk.Bsize)
	if free < minDisk {
		return p.missing("free up space, or choose an --out on another disk", "%s free in %s; a run and its merged model need up to %s", size(free), folder, size(minDisk))
	}
	return p.ok("%s free in %s", size(free), folder)
}

// size formats a number of bytes.
func size(bytes uint64) string {
	if bytes < 1<<30 {
		return fmt.Sprintf("%d MB", bytes>>20)
	}
	return fmt.Sprintf("%.1f GB", float64(bytes)/(1<<30))
}
