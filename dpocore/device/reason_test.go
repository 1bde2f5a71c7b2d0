package device

import (
	"os/exec"
	"testing"
)

func TestReason(t *testing.T) {
	for messages, want := range map[string]string{
		// As XLA writes them without a driver.
		"I0000 00:00:1795933392.004147 3783 cudart_stub.cc:31] Could not find cuda drivers on your machine, GPU will not be used.\n" +
			"E1129 06:23:12.022211    3783 cuda_platform.cc:57] failed call to cuInit: INTERNAL: CUDA error: Failed call to cuInit: UNKNOWN ERROR (303)\n": "the library libcuda.so.1, a part of NVIDIA's driver, is missing",
		"E1129 06:23:12.022211    3783 cuda_platform.cc:57] failed call to cuInit: INTERNAL: CUDA error: no device\n":                        "XLA says: failed call to cuInit: INTERNAL: CUDA error: no device",
		"W0000 00:00:1 1 dso_loader.cc:60] Could not load dynamic library 'libcublas.so.12'; dlerror: libcublas.so.12: cannot open shared\n": "the library libcublas.so.12 is missing",
		"dpo: libcudnn.so.9: cannot open shared object file: No such file or directory\n":                                                    "the library libcudnn.so.9 is missing",
		"/lib/libc.so.6: version `GLIBC_2.38' not found (required by plugin.so)\n":                                                           "this system's libraries are older than the plugin: GLIBC_2.38 is missing",
		"W1 gpu.cc:1] Can't find libdevice directory ${CUDA_DIR}/nvvm/libdevice. This may result in failures\n":                              "nvvm/libdevice of NVIDIA's compiler is missing",
		"SIGSEGV: segmentation violation\nPC=0x0 m=7 sigcode=1 addr=0x0\n":                                                                   "XLA ended with SIGSEGV",
		"all is well\n": "",
	} {
		got := Reason(exec.Command("sh", "-c", `[ "$TF_CPP_MIN_LOG_LEVEL" = 0 ] && printf %s "$1" >&2; exit 1`, "sh", messages))
		if got != want {
			t.Errorf("%q: got %q, want %q", messages, got, want)
		}
	}
}
