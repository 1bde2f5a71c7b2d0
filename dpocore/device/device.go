// Package device opens the machine that computations run on: XLA through a PJRT plugin, or pure Go where there is none.
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

// Env names the environment variable that chooses the backend, in gomlx's own form: "xla:cuda", "xla:" and the path of a
// PJRT plugin, or "go".
const Env = "GOMLX_BACKEND"

// noInstall keeps go-xla from downloading a plugin in the middle of a run: set-up is the one place that fetches.
const noInstall = "GOMLX_NO_AUTO_INSTALL"

// opened are the backends of this process by their configuration: a second one of a GPU would find its memory taken.
var (
	opening sync.Mutex
	opened  = map[string]compute.Backend{}
)

// Open returns the backend that GOMLX_BACKEND names; where it names none, XLA on the CPU with the plugin that set-up
// installed, and pure Go where there is no plugin, which [Note] tells. It is opened once in a process.
func Open() (compute.Backend, error) {
	config := Choice()
	opening.Lock()
	defer opening.Unlock()
	if backend, ok := opened[config]; ok && !backend.IsFinalized() {
		return backend, nil
	}
	if err := os.Setenv(noInstall, "1"); err != nil {
		return nil, fmt.Errorf("open the backend: %w", err)
	}
	backend, err := start(config)
	if err != nil {
		return nil, fmt.Errorf("open the backend %q: %s; run `make setup` to install XLA's plugin, or change %s where it is set (\"go\" does without a plugin)",
			config, firstLine(err), Env)
	}
	opened[config] = backend
	return backend, nil
}

// Choice is the configuration that [Open] opens, in gomlx's form.
func Choice() string {
	switch config := os.Getenv(Env); config {
	case "":
	case goName:
		return goConfig
	default:
		return config
	}
	plugin, err := deps.XLAPlugin()
	if err != nil { // there is none
		return goConfig
	}
	return "xla:" + plugin
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

// onGPU describes a backend that computes on a GPU.
const onGPU = "XLA on the GPU (CUDA)"

// Describe names a backend in a few plain words, as for the first line of a run: "XLA on the CPU".
func Describe(backend compute.Backend) string {
	if isGo(backend) {
		return describeGo()
	}
	// "xla:cuda - …" or "xla:/home/…/pjrt_c_api_cpu_plugin.so - …": the folders may have any name.
	plugin, _, _ := strings.Cut(strings.ToLower(backend.Description()), " - ")
	switch name := filepath.Base(plugin); {
	case strings.Contains(name, "cuda"):
		return onGPU
	case strings.Contains(name, "cpu"):
		return "XLA on the CPU"
	default:
		return backend.Name()
	}
}

func firstLine(err error) string {
	line, _, _ := strings.Cut(err.Error(), "\n")
	return line
}
