package doctor

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"example.com/gonb-dpo/dpocore/device"
	"example.com/gonb-dpo/dpocore/selftest"
	"example.com/gonb-dpo/internal/tinymodel"
)

// bareHome creates a home folder in which nothing is installed and changes to it.
func bareHome(t *testing.T) string {
	t.Helper()
	home := t.TempDir()
	t.Setenv("HOME", home)
	for _, name := range []string{"XDG_CACHE_HOME", "JUPYTER_DATA_DIR", "GONB_DIR", "GONB_DPO_CHECKOUT", "HF_HOME", "HF_HUB_CACHE", "HF_TOKEN", "HF_TOKEN_PATH", device.Env} {
		t.Setenv(name, "")
	}
	t.Chdir(home)
	return home
}

func writeFile(t *testing.T, path, content string) string {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(content), 0o755); err != nil {
		t.Fatal(err)
	}
	return path
}

// wants checks a part's state and that its line contains the texts.
func wants(t *testing.T, p part, want state, texts ...string) {
	t.Helper()
	var line strings.Builder
	p.write(&line)
	if p.state != want || (want == stateOK) != (p.fix == "") {
		t.Errorf("%s is %s, want %s: %s", p.name, p.state, want, line.String())
	}
	for _, text := range texts {
		if !strings.Contains(line.String(), text) {
			t.Errorf("the line lacks %q: %s", text, line.String())
		}
	}
}

// TestBackend: the pure Go backend is ok if it was selected; an invalid plugin is broken.
func TestBackend(t *testing.T) {
	home := bareHome(t)
	t.Setenv(device.Env, "go")
	o := openDevice(t.Context(), child)
	wants(t, o.examineBackend(), stateOK, "pure Go", device.Env+"=go")
	wants(t, o.examineResults(), stateOK, "7 checks")
	t.Setenv(device.Env, "xla:"+writeFile(t, filepath.Join(home, "plugin.so"), "text"))
	o = openDevice(t.Context(), child)
	wants(t, o.examineBackend(), stateBroken, "plugin.so", setUp)
	wants(t, o.examineResults(), stateMissing, "not run")
}

// TestBackendCrashes: a plugin that ends the process, or a device that computes wrongly, is a line of the report.
func TestBackendCrashes(t *testing.T) {
	script := func(text string) opened {
		return openDevice(t.Context(), func(ctx context.Context) *exec.Cmd { return exec.CommandContext(ctx, "sh", "-c", text) })
	}
	o := script(`echo "SIGSEGV: segmentation violation" >&2; kill -SEGV $$`)
	wants(t, o.examineBackend(), stateBroken, "crashed", "SIGSEGV", setUp)
	o = script(`[ "$TF_CPP_MIN_LOG_LEVEL" = 0 ] && echo "Could not load dynamic library 'libcublas.so.12'; dlerror: none" >&2
		echo '{"backend": "XLA on the GPU (CUDA)", "results": [{"name": "exp", "summary": "x"}, {"name": "products in float32", "fault": "wrong"}]}'`)
	wants(t, o.examineBackend(), stateOK, "XLA on the GPU")
	wants(t, o.examineResults(), stateBroken, "products in float32: wrong (the library libcublas.so.12 is missing)", device.Env)
}

// asChild makes the test binary the child process that opens the device.
const asChild = "DOCTOR_TEST_CHILD"

func TestMain(m *testing.M) {
	if os.Getenv(asChild) != "" {
		if err := selftest.Write(os.Stdout); err != nil {
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

func child(ctx context.Context) *exec.Cmd {
	cmd := exec.CommandContext(ctx, os.Args[0])
	cmd.Env = append(os.Environ(), asChild+"=1")
	return cmd
}

func TestGPU(t *testing.T) {
	home := bareHome(t)
	t.Setenv("PATH", filepath.Join(home, "bin")+":/usr/bin:/bin")
	smi := filepath.Join(home, "bin/nvidia-smi")
	writeFile(t, smi, "#!/bin/sh\necho 'Tesla T4, 580.82.07, 7.5, 15360 MiB'\n")
	wants(t, examineGPU(), stateMissing, "Tesla T4, driver 580.82.07, compute capability 7.5", "CUDA plugin", setUp)
	writeFile(t, device.CUDAPlugin(), "")
	wants(t, examineGPU(), stateOK, "export GOMLX_BACKEND=xla:cuda")
	t.Setenv(device.Env, "xla:cuda")
	wants(t, examineGPU(), stateOK, "Tesla T4")
	writeFile(t, smi, "#!/bin/sh\necho 'No devices were found'\nexit 6\n")
	wants(t, examineGPU(), stateBroken, "No devices were found")
}

// TestCompiledGraphs: the line says how much is kept where, and how to remove it, or why nothing can be kept.
func TestCompiledGraphs(t *testing.T) {
	home := bareHome(t)
	folder := filepath.Join(home, ".cache/gonb-dpo/compiled")
	wants(t, examineCompiled(), stateOK, "0 MB of at most 512 MB in "+folder, "rm -r "+folder)
	if err := os.Chmod(folder, 0o777); err != nil {
		t.Fatal(err)
	}
	wants(t, examineCompiled(), stateBroken, "others can write to", "chmod go-w "+folder)
	t.Setenv("XDG_CACHE_HOME", writeFile(t, filepath.Join(home, "file"), ""))
	wants(t, examineCompiled(), stateBroken, "not a directory", "choose another place")
	t.Setenv("XDG_CACHE_HOME", "relative")
	wants(t, examineCompiled(), stateBroken, `XDG_CACHE_HOME is "relative"`, "begins with /")
	t.Setenv("XDG_CACHE_HOME", "")
	t.Setenv("HOME", "")
	wants(t, examineCompiled(), stateBroken, "neither HOME nor XDG_CACHE_HOME is set", "set one of them")
	wants(t, examineCache(), stateBroken, "neither HOME nor XDG_CACHE_HOME is set", "set one of them")
}

func TestModel(t *testing.T) {
	folder := tinymodel.WriteChat(t, 1)
	home := bareHome(t)
	model := filepath.Join(home, ".deps/models/SmolLM2-135M-Instruct")
	if err := os.MkdirAll(filepath.Dir(model), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(folder, model); err != nil {
		t.Fatal(err)
	}
	wants(t, examineModel(), stateOK, model, "MB")
	wants(t, examineTokenizer(), stateOK, "4096 tokens")
	writeFile(t, filepath.Join(folder, "tokenizer.json"), "{")
	wants(t, examineTokenizer(), stateBroken, "tokenizer.json", setUp)
	if err := os.Truncate(filepath.Join(folder, "model.safetensors"), 10000); err != nil {
		t.Fatal(err)
	}
	wants(t, examineModel(), stateBroken, "model.safetensors", setUp)
	writeFile(t, filepath.Join(folder, "config.json"), "{}")
	wants(t, examineModel(), stateBroken, "config.json", setUp)
	if err := os.RemoveAll(model); err != nil {
		t.Fatal(err)
	}
	wants(t, examineModel(), stateMissing, setUp)
}

func TestKernel(t *testing.T) {
	home := bareHome(t)
	wants(t, examineKernel(), stateMissing, setUp+" --notebooks")
	writeFile(t, filepath.Join(home, "checkout/go.mod"), "")
	writeFile(t, filepath.Join(home, "checkout/.deps/lib/libtokenizers.a"), "")
	writeFile(t, filepath.Join(home, "gonb"), "")
	goimports := writeFile(t, filepath.Join(home, "tools/goimports"), "")
	spec := filepath.Join(home, ".local/share/jupyter/kernels/gonb/kernel.json")
	writeFile(t, spec, strings.ReplaceAll(`{"argv": ["HOME/gonb", "--kernel"], "env": {"PATH": "HOME/tools:/bin",
		"CGO_LDFLAGS": "-LHOME/checkout/.deps/lib", "GONB_DPO_CHECKOUT": "HOME/checkout"}}`, "HOME", home))
	wants(t, examineKernel(), stateOK, spec, "checkout")
	if err := os.Remove(goimports); err != nil {
		t.Fatal(err)
	}
	wants(t, examineKernel(), stateBroken, goimports, "--notebooks")
	if err := os.RemoveAll(filepath.Join(home, "checkout")); err != nil {
		t.Fatal(err)
	}
	wants(t, examineKernel(), stateBroken, "checkout/go.mod")
	writeFile(t, spec, "{")
	wants(t, examineKernel(), stateBroken, spec)
}

// TestKeepsTheToken: the token is reported to exist but never printed.
func TestKeepsTheToken(t *testing.T) {
	home := bareHome(t)
	wants(t, examineHuggingFace(), stateOK, "no cache", "no token")
	writeFile(t, filepath.Join(home, ".cache/huggingface/token"), "hf_secret")
	writeFile(t, filepath.Join(home, ".cache/huggingface/hub/blob"), strings.Repeat("x", 3<<20))
	for _, inEnvironment := range []string{"", "hf_secret"} {
		t.Setenv("HF_TOKEN", inEnvironment)
		p := examineHuggingFace()
		wants(t, p, stateOK, "a token in ", "cache of 3 MB")
		if strings.Contains(p.summary, "hf_secret") {
			t.Errorf("the token is shown: %s", p.summary)
		}
	}
}
