package device

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestGPUComputesFloat32(t *testing.T) {
	for config, want := range map[string]string{
		"xla:cuda":                               "xla:cuda,notf32",
		"xla:cuda,preallocate":                   "xla:cuda,preallocate,notf32",
		"xla:cuda,tf32":                          "xla:cuda,tf32",
		"xla:cuda,notf32":                        "xla:cuda,notf32",
		"xla:/opt/pjrt_c_api_cuda_plugin.so":     "xla:/opt/pjrt_c_api_cuda_plugin.so,notf32",
		"xla:/opt/cuda/pjrt_c_api_cpu_plugin.so": "xla:/opt/cuda/pjrt_c_api_cpu_plugin.so",
		"go:parallelism=2":                       "go:parallelism=2",
	} {
		t.Setenv(Env, config)
		if got := Choice(); got != want {
			t.Errorf("%s=%s selects %q, want %q", Env, config, got, want)
		}
	}
}

func TestFlagsOfGPUs(t *testing.T) {
	const buffers, autotune = "xla_gpu_enable_command_buffer", "xla_gpu_per_fusion_autotune_cache_dir"
	cache := t.TempDir()
	place := func(name, content string, mode os.FileMode) string {
		path := filepath.Join(t.TempDir(), name)
		if err := os.WriteFile(path, []byte(content), mode); err != nil {
			t.Fatal(err)
		}
		return path
	}
	program := place("nvidia-smi", "#!/bin/sh\necho 'Tesla T4, 7.5'\n", 0o755)
	folder := cache + "/gonb-dpo/autotune/Tesla-T4-compute-capability-7.5"
	plugin := place("pjrt_c_api_cuda_plugin.so", "\x00"+buffers+"\x00"+autotune+"\x00", 0o644)
	older := place("pjrt_c_api_cuda_plugin.so", "\x00"+buffers+"\x00", 0o644)
	longer := place("pjrt_c_api_cuda_plugin.so", "\x00"+buffers+"s_during_profiling\x00", 0o644)
	for _, test := range []struct{ name, config, path, flags, want string }{
		{"a GPU", "xla:" + plugin, filepath.Dir(program), "", "--" + buffers + "= --" + autotune + "=" + folder},
		{"options", "xla:" + plugin + ",notf32", filepath.Dir(program), "", "--" + buffers + "= --" + autotune + "=" + folder},
		{"a user's flags", "xla:" + plugin, filepath.Dir(program), "--" + buffers + "=FUSION --xla_y", "--" + buffers + "=FUSION --xla_y --" + autotune + "=" + folder},
		{"a plugin with a longer flag", "xla:" + longer, filepath.Dir(program), "", ""},
		{"a plugin without a flag", "xla:" + older, filepath.Dir(program), "", "--" + buffers + "="},
		{"an unknown GPU", "xla:" + plugin, t.TempDir(), "", "--" + buffers + "="},
		{"no plugin", "xla:" + filepath.Join(t.TempDir(), "pjrt_c_api_cuda_plugin.so"), filepath.Dir(program), "", ""},
		{"the CPU", "xla:/opt/pjrt_c_api_cpu_plugin.so", filepath.Dir(program), "", ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Setenv("PATH", test.path+":/bin:/usr/bin")
			t.Setenv("XDG_CACHE_HOME", cache)
			t.Setenv("XLA_FLAGS", test.flags)
			setFlags(test.config, nameGPU)
			if got := os.Getenv("XLA_FLAGS"); got != test.want {
				t.Errorf("XLA_FLAGS is %q, want %q", got, test.want)
			}
			if strings.Contains(test.want, folder) {
				if _, err := os.Stat(folder); err != nil {
					t.Error(err)
				}
			}
		})
	}
}
