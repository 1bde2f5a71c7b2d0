package device

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"

	"example.com/gonb-dpo/internal/cachefolder"
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
func setFlags(config string, gpu func() string) {
	if !isCUDA(config) {
		return
	}
	path := pluginName(config)
	if !filepath.IsAbs(path) {
		path = CUDAPlugin()
	}
	known, text := flagsNamedIn(path), os.Getenv("XLA_FLAGS")
	for _, flag := range cudaFlags(gpu()) {
		name, _, _ := strings.Cut(strings.TrimPrefix(flag, "--"), "=")
		if known[name] && !strings.Contains(text, name) {
			text += " " + flag
		}
	}
	os.Setenv("XLA_FLAGS", strings.TrimSpace(text))
}

// cudaFlags are the flags for GPUs.
//
// A command buffer is recorded again whenever the address of a tensor changes, which is at every call of a layer's graph. What
// autotuning finds is kept on disk, for each kind of GPU: it is most of the time that compiling takes.
func cudaFlags(gpu string) []string {
	flags := []string{"--xla_gpu_enable_command_buffer="}
	if gpu == "" {
		return flags
	}
	folder, err := cachefolder.Path(cachefolder.Autotune, strings.Trim(notInNames.ReplaceAllString(gpu, "-"), "-"))
	if err == nil && strings.Contains(folder, " ") {
		err = cachefolder.Problem{Text: "the path " + folder + " has a space, which XLA's flags can't have", Fix: "set XDG_CACHE_HOME to another"}
	}
	if err == nil {
		err = os.MkdirAll(folder, 0o755)
	}
	if err != nil {
		cachefolder.Failed("what XLA has measured on the GPU", err)
		return flags
	}
	return append(flags, "--xla_gpu_per_fusion_autotune_cache_dir="+folder)
}

var notInNames = regexp.MustCompile(`[^A-Za-z0-9.]+`)

// flagsNamedIn returns the names of XLA's flags for GPUs in a plugin's file, of some hundred MB, which is read once for all.
func flagsNamedIn(path string) map[string]bool {
	file, err := os.Open(path)
	if err != nil {
		return nil
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil || info.Size() == 0 {
		return nil
	}
	content, err := syscall.Mmap(int(file.Fd()), 0, int(info.Size()), syscall.PROT_READ, syscall.MAP_PRIVATE)
	if err != nil {
		return nil
	}
	defer syscall.Munmap(content)
	names := map[string]bool{}
	for rest := content; ; {
		start := bytes.Index(rest, []byte("xla_gpu_"))
		if start < 0 {
			return names
		}
		rest = rest[start:]
		end := bytes.IndexFunc(rest, func(r rune) bool { return r != '_' && (r < 'a' || r > 'z') && (r < '0' || r > '9') })
		if end < 0 {
			end = len(rest)
		}
		names[string(rest[:end])] = true
		rest = rest[end:]
	}
}
