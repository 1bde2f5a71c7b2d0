// Package device opens the backend that runs the computations: XLA through a PJRT plugin, or pure Go without a plugin.
//
// Older documents name gopjrt; its author merged it into go-xla, which this package uses.
package device

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"github.com/gomlx/compute"
	_ "github.com/gomlx/go-xla/compute/xla" // registers the backend "xla"
	"github.com/gomlx/go-xla/pjrt"

	"example.com/gonb-dpo/dpocore/device/compilecache"
	"example.com/gonb-dpo/dpocore/device/startlog"
	"example.com/gonb-dpo/internal/cachefolder"
	"example.com/gonb-dpo/internal/deps"
)

// Env is the environment variable that selects the backend, in gomlx's format: "xla:cuda", "xla:" followed by the path of a
// PJRT plugin, or "go".
const Env = "GOMLX_BACKEND"

// noInstall keeps go-xla from downloading a plugin during a run; only the setup downloads.
const noInstall = "GOMLX_NO_AUTO_INSTALL"

func init() { startlog.End() }

// opened holds this process's backends by configuration. A second one on the same GPU would find its memory in use.
var (
	opening sync.Mutex
	opened  = map[string]compute.Backend{}
)

// Open returns the backend that GOMLX_BACKEND selects. By default that is XLA on the CPU with the plugin that the setup
// installed, or pure Go without a plugin (see [Note]). Each backend is opened once per process.
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
		return nil, fmt.Errorf("open the backend %q: %s; run `make setup` to install the XLA plugin, or change %s (\"go\" needs no plugin)",
			config, firstLine(err), Env)
	}
	opened[config] = backend
	return backend, nil
}

// Choice returns the configuration that [Open] opens, in gomlx's format.
func Choice() string {
	switch config := os.Getenv(Env); config {
	case "":
	case goName:
		return goConfig
	default:
		return withoutTF32(config)
	}
	plugin, err := deps.XLAPlugin()
	if err != nil { // not installed
		return goConfig
	}
	return "xla:" + plugin
}

// start opens a backend. It returns an error where gomlx panics on an unknown name.
func start(config string) (backend compute.Backend, err error) {
	defer func() {
		if problem := recover(); problem != nil {
			err = fmt.Errorf("%v", problem)
		}
	}()
	setFlags(config, GPU)
	useCompileCache(config)
	return compute.NewWithConfig(config)
}

// useCompileCache lets go-xla find graphs on disk that an earlier process compiled. Where it can't, graphs are compiled.
func useCompileCache(config string) {
	name := pluginName(config)
	if name == "" {
		return
	}
	path := name
	if !filepath.IsAbs(name) {
		plugin, err := pjrt.GetPlugin(name) // which also looks for CUDA's libraries
		if err != nil {
			return
		}
		path = plugin.Path()
	}
	if err := compilecache.Use(name, path); err != nil {
		cachefolder.Failed(compilecache.What, err)
	}
}

// pluginName returns the name or the path of a configuration's plugin, or "" without one.
func pluginName(config string) string {
	options, isXLA := strings.CutPrefix(config, "xla:")
	if !isXLA {
		return ""
	}
	name, _, _ := strings.Cut(options, ",")
	return name
}

// onGPU describes a backend that computes on a GPU.
const onGPU = "XLA on the GPU (CUDA)"

// Describe names a backend in plain words, for the first line of a run: "XLA on the CPU".
func Describe(backend compute.Backend) string {
	if isGo(backend) {
		return describeGo()
	}
	// "xla:cuda - …" or "xla:/home/…/pjrt_c_api_cpu_plugin.so - …": the folder names can contain anything.
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
