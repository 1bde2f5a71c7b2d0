// Package device opens the machine that computations run on: XLA through a PJRT plugin.
//
// gopjrt, which older texts name, was merged by its author into go-xla; go-xla is what runs here.
package device

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"github.com/gomlx/compute"
	_ "github.com/gomlx/go-xla/compute/xla" // registers the backend "xla"

	"example.com/gonb-dpo/internal/deps"
)

// Env names the environment variable that chooses the backend, in gomlx's own form: "xla:cuda", or
// "xla:" and the path of a PJRT plugin.
const Env = "GOMLX_BACKEND"

// noInstall keeps go-xla from downloading a plugin in the middle of a run: set-up is the one place that fetches.
const noInstall = "GOMLX_NO_AUTO_INSTALL"

// opened are the backends of this process by their configuration: a second one of a GPU would find its memory taken.
var (
	opening sync.Mutex
	opened  = map[string]compute.Backend{}
)

// Open returns the backend that GOMLX_BACKEND names, or XLA on the CPU with the plugin that set-up installed. It is
// opened once in a process.
func Open() (compute.Backend, error) {
	config, err := choice()
	if err != nil {
		return nil, err
	}
	opening.Lock()
	defer opening.Unlock()
	if backend, ok := opened[config]; ok && !backend.IsFinalized() {
		return backend, nil
	}
	if err := os.Setenv(noInstall, "1"); err != nil {
		return nil, fmt.Errorf("open the XLA backend: %w", err)
	}
	backend, err := start(config)
	if err != nil {
		return nil, fmt.Errorf("open the backend %q: %s; run `make setup` to install XLA's plugin, or change %s where it is set",
			config, firstLine(err), Env)
	}
	opened[config] = backend
	return backend, nil
}

// start opens a backend; gomlx panics where it does not know the name.
func start(config string) (backend compute.Backend, err error) {
	defer func() {
		if problem := recover(); problem != nil {
			err = fmt.Errorf("%v", problem)
		}
	}()
	return compute.NewWithConfig(config)
}

// Describe names a backend in a few plain words, as for the first line of a run: "XLA on the CPU".
func Describe(backend compute.Backend) string {
	// "xla:cuda - …" or "xla:/home/…/pjrt_c_api_cpu_plugin.so - …": the folders may have any name.
	plugin, _, _ := strings.Cut(strings.ToLower(backend.Description()), " - ")
	switch name := filepath.Base(plugin); {
	case strings.Contains(name, "cuda"):
		return "XLA on the GPU (CUDA)"
	case strings.Contains(name, "cpu"):
		return "XLA on the CPU"
	default:
		return backend.Name()
	}
}

func choice() (string, error) {
	if config := os.Getenv(Env); config != "" {
		return config, nil
	}
	plugin, err := deps.Find("xla/pjrt_c_api_cpu_plugin.so")
	if err != nil {
		return "", fmt.Errorf("find XLA's CPU plugin: %w", err)
	}
	return "xla:" + plugin, nil
}

func firstLine(err error) string {
	line, _, _ := strings.Cut(err.Error(), "\n")
	return line
}
