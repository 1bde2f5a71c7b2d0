package gpureport

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"example.com/gonb-dpo/dpocore/device"
	"example.com/gonb-dpo/internal/cachetest"
	"example.com/gonb-dpo/internal/tinymodel"
)

// asChild makes the test binary a child process of a report, which does the task in its last argument.
const asChild = "GPUREPORT_TEST_CHILD"

func TestMain(m *testing.M) {
	if os.Getenv(asChild) == "" {
		os.Exit(m.Run())
	}
	if err := Child(context.Background(), os.Args[len(os.Args)-1], os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "dpo:", err)
		os.Exit(1)
	}
	os.Exit(0)
}

// options are those of a report on the CPU with the tiny model.
func options(t *testing.T) Options {
	t.Helper()
	return Options{
		Model: tinymodel.WriteBytes(t, 1),
		File:  filepath.Join(t.TempDir(), "report.md"),
		Command: func(ctx context.Context, task string) *exec.Cmd {
			cmd := exec.CommandContext(ctx, os.Args[0], task)
			cmd.Env = append(os.Environ(), asChild+"=1")
			return cmd
		},
	}
}

// script is a command that runs a shell script in place of each child process.
func script(text string) func(context.Context, string) *exec.Cmd {
	return func(ctx context.Context, task string) *exec.Cmd {
		return exec.CommandContext(ctx, "sh", "-c", text, "sh", task)
	}
}

func read(t *testing.T, path string) string {
	t.Helper()
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}

// wants checks that a text has some parts.
func wants(t *testing.T, text string, parts ...string) {
	t.Helper()
	for _, part := range parts {
		if !strings.Contains(text, part) {
			t.Errorf("%q is missing in:\n%s", part, text)
		}
	}
}

// allParts makes TestOnTheCPU compile the graphs of all parts, which takes a minute more.
const allParts = "DPO_TEST_GPU_REPORT"

// TestOnTheCPU makes a report: the parts run and pass, as on a GPU. Of those that train only in another way than a part before
// them, it leaves out the two whose graphs are not the same.
func TestOnTheCPU(t *testing.T) {
	all := parts
	if os.Getenv(allParts) == "" {
		all = slices.DeleteFunc(slices.Clone(parts), func(p part) bool { return strings.HasPrefix(p.title, "training ") })
	}
	cachetest.Own(t)
	home, temporary := t.TempDir(), t.TempDir()
	t.Setenv("HOME", home)
	o := options(t)
	t.Setenv("TMPDIR", temporary)
	if err := write(t.Context(), o, all); err != nil {
		t.Fatalf("%v\n%s", err, read(t, o.File))
	}
	report := read(t, o.File)
	wants(t, report, "# Report on a CPU", "Everything that can be right or wrong is right.", "| self-test | passed |", "| 50 recorded steps in float32 | passed | 50 steps",
		"| gradients in float16 | passed | The lowest cosine", "with the same bytes of the adapter", "tokens per second",
		"| the adapter's bytes |  | the same |", "| graphs compiled | ", "| memory of the GPU | unknown without nvidia-smi |")
	if strings.Contains(report, home) || strings.Contains(report, "What to do") || strings.Contains(report, "| 0 | 0 |") {
		t.Errorf("the report has something that it should not:\n%s", report)
	}
	if left, _ := filepath.Glob(filepath.Join(temporary, "*")); len(left) > 0 {
		t.Errorf("%v are left", left)
	}
}

// TestCrashes: a part that fails, crashes, writes nonsense or can't open the device is in the report, and the others run.
func TestCrashes(t *testing.T) {
	task := func(ctx context.Context, r *reporter) finding {
		var d struct{ Steps int }
		if err := r.child(ctx, task{Name: "record"}, &d); err != nil {
			return fault(err, "Do this.")
		}
		return verdict(d.Steps == 50, "Do that.", "%d steps.", d.Steps)
	}
	t.Setenv("HOME", "/home/somebody")
	for name, c := range map[string]struct {
		script string
		want   []string
	}{
		"passes":      {`echo '{"Steps": 50}'`, []string{"passed | 50 steps.", "Everything that can be"}},
		"wrong":       {`echo '{"Steps": 49}'`, []string{"failed | 49 steps.", "What to do: Do that.", "1 of 1 parts failed."}},
		"an error":    {`echo "noise" >&2; echo "dpo: the model is /home/somebody/a|b.gguf" >&2; exit 1`, []string{`failed | The model is ~/a\|b.gguf.`, "What to do: Do this.", "```\nnoise\ndpo:"}},
		"a crash":     {`echo "F1129 06:23:12.022211 3783 cuda.cc:57] Check failed: status" >&2; kill -ABRT $$`, []string{"The process crashed (signal: aborted): XLA says: Check failed: status."}},
		"a library":   {`[ "$TF_CPP_MIN_LOG_LEVEL" = 0 ] && echo "Could not load dynamic library 'libcudnn.so.9'; dlerror" >&2; exit 2`, []string{"the library libcudnn.so.9 is missing."}},
		"other words": {`echo hello`, []string{"The process crashed (invalid character"}},
	} {
		t.Run(name, func(t *testing.T) {
			o := Options{File: filepath.Join(t.TempDir(), "report.md"), Command: script(c.script)}
			err := write(t.Context(), o, []part{{"the part", 1, true, task}})
			if (err == nil) != (name == "passes") {
				t.Errorf("the error is %v", err)
			}
			wants(t, read(t, o.File), c.want...)
		})
	}
}

// TestDeviceThatCannotBeOpened: nothing that needs the device is tried.
func TestDeviceThatCannotBeOpened(t *testing.T) {
	home := fakeGPU(t, "echo 'Tesla T4, 580.82, 7.5, 15360 MiB'")
	o := Options{Backend: "xla:cuda", File: filepath.Join(t.TempDir(), "report.md"),
		Command: script(`[ "$GOMLX_BACKEND" = xla:cuda ] || exit 3; [ "$1" = self-test ] || exit 4
			echo "Could not find cuda drivers on your machine" >&2; echo '{"problem": "open the backend: No visible GPU devices."}'`)}
	err := Write(t.Context(), o)
	if err == nil || !strings.Contains(err.Error(), "1 part failed: self-test") {
		t.Errorf("the error is %v", err)
	}
	report := read(t, o.File)
	wants(t, report, "# Report on a GPU", "1 of 10 parts failed, and 8 were not run.", "| device and libraries | passed | Tesla T4, driver 580.82.", "| plugin | ~/", "libcublas.so.12, libcudnn.so.9",
		"Open the backend: No visible GPU devices. (the library libcuda.so.1, a part of NVIDIA's driver, is missing).", "| answers | not run | The device can't be used, see the self-test. |")
	if strings.Contains(report, home) {
		t.Errorf("the report names the home folder:\n%s", report)
	}
}

// TestWrongDevice: results that the checks and comparisons must refuse.
func TestWrongDevice(t *testing.T) {
	run := func(losses, hash string, loaded int) string {
		return fmt.Sprintf(`{"seconds": [9, 0.4, 0.5, 0.6, 0.5, 0.5, 0.5, 0.5], "executions": [96, 96, 96, 96, 96, 96, 96, 96], "losses": [%s], "loaded": %d, "compiled": 20, "peak": 1000, "adapter": "%s"}`, losses, loaded, hash)
	}
	const falls, rises = "0.7, 0.6, 0.5, 0.4, 0.3, 0.2, 0.1, 0.1", "0.7, 0.6, 0.5, 0.4, 0.3, 0.2, 0.1, 0.8"
	o := Options{File: filepath.Join(t.TempDir(), "report.md"), Command: script(`case "$1" in
		self-test) echo '{"backend": "XLA on the GPU (CUDA)", "results": [{"name": "products in float32", "summary": "x", "fault": "off by 1"}]}' ;;
		*record*) echo "dpo: training on this device differs" >&2; exit 1 ;;
		*gradients*) echo '{"Cosine": 0.9, "Tensor": "q_proj", "Length": 1.2}' ;;
		*buffers*) kill -SEGV $$ ;;
		*float16*) echo '` + run(falls, "b", 20) + `' ;;
		*resumed*steps*) echo '{"seconds": [1, 1, 1, 1], "executions": [1, 1, 1, 1], "losses": [0.7, 0.6, 0.5, 0.4]}' ;;
		*resumed*) echo '{"seconds": [1, 1, 1, 1], "executions": [1, 1, 1, 1], "losses": [0.3, 0.2, 0.1, 0.11], "adapter": "c"}' ;;
		*empty*) echo '` + run(falls, "a", 0) + `' ;;
		*warm*) echo '` + run(rises, "b", 0) + `' ;;
		*answers*) echo '{"first": 2, "speed": [100, 300], "text": "Blue."}' ;;
		esac`)}
	err := Write(t.Context(), o)
	if err == nil || !strings.Contains(err.Error(), "7 parts failed") {
		t.Errorf("the error is %v", err)
	}
	wants(t, read(t, o.File), "| self-test | failed | Products in float32: off by 1. |", "| products in float32 | failed: off by 1 |", "| 50 recorded steps in float32 | failed | Training on this device differs. |",
		"| gradients in bfloat16 | failed | The lowest cosine of a tensor's gradient with that in float32 is 0.90000, where 0.98 is allowed. |",
		"| training, with an empty and a warm cache | failed | A step of 8 pairs takes 500 ms; the first one is done 9.0 s after", "| the adapter's bytes |  | others |",
		"| training with command buffers | failed | The process crashed (signal: segmentation fault). |", "That is 1.00 times as long as in float32.",
		"| stopping and resuming | failed | Stopped after step 4 and resumed, the run ends with other bytes of the adapter. |", "| 8 | 0.800000 | 0.110000 | 6.9e-01 |", "100 tokens per second for one answer, 300 for four")
}

// TestStopped: the report of a stopped command has the parts before.
func TestStopped(t *testing.T) {
	ctx, stop := context.WithCancel(t.Context())
	o := Options{File: filepath.Join(t.TempDir(), "report.md"), Command: script("sleep 60")}
	slow := func(ctx context.Context, r *reporter) finding {
		stop()
		return fault(r.child(ctx, task{Name: "record"}, nil), "")
	}
	err := write(ctx, o, []part{{"first", 1, false, func(context.Context, *reporter) finding { return verdict(true, "", "Well.") }}, {"second", 1, false, slow}, {"third", 1, false, slow}})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("the error is %v", err)
	}
	wants(t, read(t, o.File), "Nothing failed, but 2 of 3 parts were not run.", "| first | passed | Well. |", "| second | not run |", "| third | not run | The report was stopped before. |")
}

func TestBackend(t *testing.T) {
	t.Setenv("HOME", t.TempDir())
	for _, c := range []struct{ choice, set, want string }{
		{"cpu", "xla:cuda", ""}, {"", "go", "go"}, {"", "xla:/x/pjrt_c_api_cuda_plugin.so", "xla:/x/pjrt_c_api_cuda_plugin.so"},
		{"gpu", "xla:/x/pjrt_c_api_cuda_plugin.so", "xla:/x/pjrt_c_api_cuda_plugin.so"},
	} {
		t.Setenv(device.Env, c.set)
		if got, err := Backend(c.choice); err != nil || got != c.want {
			t.Errorf("%q with %q: got %q, %v", c.choice, c.set, got, err)
		}
	}
	t.Setenv(device.Env, "go")
	for choice, want := range map[string]string{"gpu": "bash colab_setup.sh", "tpu": "gpu or cpu"} {
		if _, err := Backend(choice); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v", choice, err)
		}
	}
	fakeGPU(t, "")
	t.Setenv(device.Env, "")
	if got, err := Backend(""); err != nil || got != "xla:cuda" {
		t.Errorf("with a plugin: %q, %v", got, err)
	}
}

// fakeGPU makes a home folder with a CUDA plugin and libraries, and an nvidia-smi that runs a script. It returns the folder.
func fakeGPU(t *testing.T, smi string) (home string) {
	t.Helper()
	home = t.TempDir()
	t.Setenv("HOME", home)
	t.Setenv("PATH", filepath.Join(home, "bin")+":/usr/bin:/bin")
	folder := filepath.Dir(device.CUDAPlugin())
	for path, content := range map[string]string{filepath.Join(home, "bin/nvidia-smi"): "#!/bin/sh\n" + smi + "\n", device.CUDAPlugin(): "plugin",
		filepath.Join(folder, "cublas/lib/libcublas.so.12"): "", filepath.Join(folder, "cudnn/lib/libcudnn.so.9"): ""} {
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(content), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	return home
}

// TestMemory: the peak of the GPU's memory is what nvidia-smi says at most.
func TestMemory(t *testing.T) {
	home := fakeGPU(t, "")
	values := filepath.Join(home, "values")
	fakeSMI := fmt.Sprintf("#!/bin/sh\nhead -n 1 %[1]s\n[ $(wc -l <%[1]s) -lt 2 ] || sed -i 1d %[1]s\n", values)
	for path, content := range map[string]string{filepath.Join(home, "bin/nvidia-smi"): fakeSMI, values: "100 MiB\n900 MiB\n"} {
		if err := os.WriteFile(path, []byte(content), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	peak := watchMemory(t.Context(), 1)
	for read(t, values) != "900 MiB\n" {
	}
	for range 3 {
		if _, ok := usedMemory(); !ok {
			t.Fatal("no memory")
		}
	}
	if got := peak(); got != "at most 900 MiB used, 100 MiB before" {
		t.Errorf("got %q", got)
	}
}

// TestAdvice: another setting is suggested only where it is faster.
func TestAdvice(t *testing.T) {
	run := func(step float64) trained { return trained{Seconds: []float64{9, step, step}, Losses: []float64{1, 1}} }
	warm := run(1)
	r := &reporter{warm: &warm}
	for step, want := range map[float64]string{0.5: "That is 0.50 times as long as without. Do.", 0.97: "That is 0.97 times as long as without.", 2: "That is 2.00 times as long as without."} {
		if f := r.compared(run(step), "with", "without", "Do."); !strings.HasSuffix(f.summary, want) {
			t.Errorf("%g: %s", step, f.summary)
		}
	}
}

func TestTimeLeft(t *testing.T) {
	r := &reporter{}
	all := []part{{seconds: 10}, {seconds: 30}, {seconds: 60}}
	if got := r.left(all, 0); got != "" {
		t.Errorf("before the first part: %q", got)
	}
	r.done = []result{{part: all[0], took: 20e9}, {part: part{seconds: 100}, finding: finding{state: notRun}}}
	if got := r.left(all[1:], 40e9); got != ", about 2m20s left" { // 60 s − 40 s and 120 s
		t.Errorf("got %q", got)
	}
}
