package device

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
)

// CUDAPlugin returns the path where set-up installs XLA's plugin for NVIDIA GPUs and go-xla looks for it.
func CUDAPlugin() string {
	return filepath.Join(os.Getenv("HOME"), ".local/lib/go-xla/nvidia/pjrt_c_api_cuda_plugin.so")
}

// withoutTF32 makes float32 products on a GPU float32 from Ampere on too, where go-xla would round their factors to TF32.
func withoutTF32(config string) string {
	if !isCUDA(config) || strings.Contains(config, "tf32") {
		return config
	}
	return config + ",notf32"
}

func isCUDA(config string) bool {
	plugin, isXLA := strings.CutPrefix(config, "xla:")
	return isXLA && strings.Contains(filepath.Base(plugin), "cuda")
}

// setFlags sets flags of XLA for GPUs before the plugin is loaded. Flags that the user has set stay, and an unknown flag would
// abort the process, so only those that the plugin's file names are set.
func setFlags(config string) {
	if !isCUDA(config) {
		return
	}
	path := pluginName(config)
	if !filepath.IsAbs(path) {
		path = CUDAPlugin()
	}
	text := os.Getenv("XLA_FLAGS")
	for _, flag := range cudaFlags() {
		name, _, _ := strings.Cut(strings.TrimPrefix(flag, "--"), "=")
		if !strings.Contains(text, name) && contains(path, name) {
			text += " " + flag
		}
	}
	os.Setenv("XLA_FLAGS", strings.TrimSpace(text))
}

// cudaFlags are the flags for GPUs.
//
// A command buffer is recorded again whenever the address of a tensor changes, which is at every call of a layer's graph. What
// autotuning finds is kept on disk, for each kind of GPU: it is most of the time that compiling takes.
func cudaFlags() []string {
	flags := []string{"--xla_gpu_enable_command_buffer="}
	cache, err := os.UserCacheDir()
	gpu := GPU()
	if err != nil || gpu == "" {
		return flags
	}
	folder := filepath.Join(cache, "gonb-dpo", "autotune", strings.Trim(notInNames.ReplaceAllString(gpu, "-"), "-"))
	if os.MkdirAll(folder, 0o755) != nil || strings.Contains(folder, " ") {
		return flags
	}
	return append(flags, "--xla_gpu_per_fusion_autotune_cache_dir="+folder)
}

var notInNames = regexp.MustCompile(`[^A-Za-z0-9.]+`)

// contains reports whether a text is in a file.
func contains(path, text string) bool {
	file, err := os.Open(path)
	if err != nil {
		return false
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil || info.Size() == 0 {
		return false
	}
	content, err := syscall.Mmap(int(file.Fd()), 0, int(info.Size()), syscall.PROT_READ, syscall.MAP_PRIVATE)
	if err != nil {
		return false
	}
	defer syscall.Munmap(content)
	return bytes.Contains(content, []byte(text))
}
