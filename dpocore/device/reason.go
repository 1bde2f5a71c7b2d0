package device

import (
	"bytes"
	"os"
	"os/exec"
	"regexp"
	"strings"
)

// LogLevel is the variable that go-xla sets so that XLA's messages are not shown, and with them why a GPU can't be used.
const LogLevel = "TF_CPP_MIN_LOG_LEVEL"

// Reason runs a command that failed because of the device once more with XLA's messages, and returns what they give as the
// reason: a missing library, or the driver's answer. It is "" if they give none. The command must not have been started.
func Reason(cmd *exec.Cmd) string {
	if cmd.Env == nil {
		cmd.Env = os.Environ()
	}
	cmd.Env = append(cmd.Env, LogLevel+"=0")
	var messages bytes.Buffer
	cmd.Stderr = &messages
	_ = cmd.Run() // it fails, as before
	return ReasonIn(messages.String())
}

// causes are XLA's messages that name a cause, best first: the text to look for, and the sentence for the user, where $1 is what
// the text's group matched.
var causes = []struct {
	message  *regexp.Regexp
	sentence string
}{
	{regexp.MustCompile(`Could not load dynamic library '([^']+)'`), "the library $1 is missing"},
	{regexp.MustCompile(`(\S+\.so[.0-9]*): cannot open shared object file`), "the library $1 is missing"},
	{regexp.MustCompile(`version .([A-Z]+_[0-9.]+)' not found`), "this system's libraries are older than the plugin: $1 is missing"},
	{regexp.MustCompile(`CUDA driver version is insufficient`), "NVIDIA's driver is older than this CUDA plugin needs"},
	{regexp.MustCompile(`Can't find libdevice`), "nvvm/libdevice of NVIDIA's compiler is missing"},
	{regexp.MustCompile(`((?:Couldn't|Could not|Can't)[^\n]*ptxas[^\n]*)`), "NVIDIA's assembler: $1"},
	{regexp.MustCompile(`Loaded runtime CuDNN library: ([^\n]*)`), "cuDNN has another version than XLA needs: $1"},
	{regexp.MustCompile(`Could not find cuda drivers`), "the library libcuda.so.1, a part of NVIDIA's driver, is missing"},
	{regexp.MustCompile(`no kernel image is available`), "the plugin has no code for this GPU, which is older than it supports"},
	{regexp.MustCompile(`(?m)^[EF]\d{4} \S+ +\d+ \S+\] ([^\n]+)`), "XLA says: $1"},
	{regexp.MustCompile(`(?m)^(SIG[A-Z]+): `), "XLA ended with $1"},
}

// ReasonIn picks the cause out of XLA's messages.
func ReasonIn(messages string) string {
	for _, cause := range causes {
		if at := cause.message.FindStringSubmatchIndex(messages); at != nil {
			return strings.TrimSpace(string(cause.message.ExpandString(nil, cause.sentence, messages, at)))
		}
	}
	return ""
}
