package main

import (
	"bufio"
	"bytes"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"example.com/gonb-dpo/dpocore/adapter"
	"example.com/gonb-dpo/dpocore/decoder"
	"example.com/gonb-dpo/internal/tinymodel"
)

// tinyAdapter writes an adapter that changes the tiny model's answers.
func tinyAdapter(t *testing.T) (folder string) {
	t.Helper()
	layout, err := decoder.NewLayout(tinymodel.Config(), decoder.LoRA{Rank: 4, Alpha: 8, Modules: decoder.AllModules})
	if err != nil {
		t.Fatal(err)
	}
	random := rand.New(rand.NewPCG(4, 0))
	values := layout.Init(3)
	for i := range values {
		values[i] += float32(0.1 * random.NormFloat64())
	}
	folder = t.TempDir()
	if err := adapter.Write(folder, layout, values, adapter.Options{BaseModel: "tiny"}); err != nil {
		t.Fatal(err)
	}
	return folder
}

// chat runs dpo chat with lines as input and returns its output.
func chat(t *testing.T, lines string, args ...string) (answers, notes string) {
	t.Helper()
	cmd := dpo(t, append([]string{"chat"}, args...)...)
	cmd.Stdin = strings.NewReader(lines)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("dpo chat %v: %v: %s", args, err, stderr.String())
	}
	return string(out), stderr.String()
}

// TestChat: the answers equal those of dpo generate, also after switching the adapter off and on, and depend on the
// conversation until it is reset.
func TestChat(t *testing.T) {
	model, adapter := tinymodel.WriteChat(t, 1), tinyAdapter(t)
	flags := []string{"--model", model, "--max-new-tokens", "12", "--temperature", "0.9", "--top-k", "50", "--top-p", "0.95",
		"--repetition-penalty", "1.2", "--seed", "7", "--system", "Be brief."}
	generated := func(prompt string, more ...string) string {
		return output(t, append(append([]string{"generate", "--prompt", prompt}, flags...), more...)...)
	}
	with, without := generated("Name a colour.", "--adapter", adapter), generated("Name a colour.")
	if with == without {
		t.Fatalf("the adapter changes nothing: %q", with)
	}
	answers, notes := chat(t, "Name a colour.\n/reset\n/a\n\nName a colour.\r\n/reset\n/a\nName a colour.\n/reset\n/b\nName a colour.",
		append(flags, "--adapter", adapter)...)
	if want := strings.Join([]string{with, without, with, with, ""}, "\n"); answers != want {
		t.Errorf("the answers are\n%q, want\n%q", answers, want)
	}
	for _, want := range []string{"adapter " + adapter, "/a switches the adapter", "adapter off\n", "adapter on\n", "new conversation", "unknown command /b"} {
		if !strings.Contains(notes, want) {
			t.Errorf("the notes lack %q: %s", want, notes)
		}
	}
	again, notes := chat(t, "Name a colour.\n/a\nName a colour.\n/quit\nName a colour.\n", flags...)
	if !strings.HasPrefix(again, without+"\n") || again == without+"\n"+without+"\n" {
		t.Errorf("the same question a second time: %q, with the first answer %q", again, without)
	}
	if got := strings.Count(notes, "no adapter to switch on"); got != 1 {
		t.Errorf("/a without an adapter: %s", notes)
	}
}

// TestChatRoom: 940 of the tiny model's 1,024 positions are reserved for the answer. The oldest messages are dropped, a
// message that is too long by itself is rejected, and the conversation continues.
func TestChatRoom(t *testing.T) {
	flags := []string{"--model", tinymodel.WriteChat(t, 1), "--max-new-tokens", "940", "--stop", "e", "--stop", "a", "--system", "Hi"}
	lines := strings.Repeat("one two three four five six seven\n", 4) + strings.Repeat("long ", 90) + "\nshort\n"
	answers, notes := chat(t, lines, flags...)
	if !strings.Contains(notes, "exceeds the model's context; its 2 oldest messages") {
		t.Errorf("no note of the dropped messages: %s", notes)
	}
	if !strings.Contains(notes, "too long for the model") || !strings.Contains(notes, "room for 84") {
		t.Errorf("no note of a message without room: %s", notes)
	}
	if strings.ContainsAny(answers, "ae") {
		t.Errorf("a stop text is in the answers: %q", answers)
	}
	if strings.Count(answers, "\n\n") < 5 {
		t.Errorf("too few lines for five answers: %q", answers)
	}
}

// TestGenerateStops: the answer ends before the stop text and is otherwise unchanged.
func TestGenerateStops(t *testing.T) {
	model := tinymodel.WriteChat(t, 1)
	whole := output(t, "generate", "--model", model, "--prompt", "Hi", "--max-new-tokens", "20")
	runes := []rune(whole)
	stop := string(runes[len(runes)/2-2 : len(runes)/2+3])
	want := whole[:strings.Index(whole, stop)] + "\n"
	if got := output(t, "generate", "--model", model, "--prompt", "Hi", "--max-new-tokens", "20", "--stop", "never said", "--stop", stop); got != want {
		t.Errorf("stopped at %q: %q, want %q", stop, got, want)
	}
}

// TestChatMistakes: invalid settings are reported before the model is read.
func TestChatMistakes(t *testing.T) {
	for args, says := range map[string]string{
		"chat --temperature 1 --top-k -1":                 "top-k is -1; it must be 0",
		"chat --repetition-penalty -2":                    "repetition penalty is -2; it must be 1 (none)",
		"chat --temperature 1 --top-p 0":                  "top-p is 0",
		"chat --stop=":                                    "a stop text is empty",
		"chat --adapter nowhere":                          "nowhere",
		"generate --prompt hi --temperature 1 --top-k -3": "top-k is -3",
		"generate --prompt hi --stop=":                    "a stop text is empty",
		"generate --prompt hi --max-new-tokens 99999":     "positions",
	} {
		text, err := dpo(t, strings.Fields(args)...).CombinedOutput()
		if err == nil || !strings.Contains(string(text), says) || strings.Count(string(text), "\n") != 1 {
			t.Errorf("dpo %s: %v, %s; want %q", args, err, text, says)
		}
	}
}

// TestChatInterrupted sends Ctrl-C during an answer, which stops only the answer, and then at the prompt.
func TestChatInterrupted(t *testing.T) {
	cmd := dpo(t, "chat", "--model", tinymodel.WriteChat(t, 1), "--max-new-tokens", "900", "--temperature", "1")
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	// A pipe smaller than the answer: the command cannot finish the answer before it is read on.
	if err := setPipeSize(out, 4096); err != nil {
		t.Fatal(err)
	}
	notes, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	defer time.AfterFunc(10*time.Minute, func() { cmd.Process.Kill() }).Stop()
	say := func(line string) {
		if _, err := io.WriteString(in, line+"\n"); err != nil {
			t.Error(err)
		}
	}
	said := make([]byte, 1)
	say("Count to a million.")
	if _, err := out.Read(said); err != nil {
		t.Fatal(err)
	}
	interrupt(t, cmd)
	go io.Copy(io.Discard, out)
	lines := bufio.NewScanner(notes)
	waitFor(t, lines, "the answer was stopped")
	say("/reset")
	waitFor(t, lines, "new conversation")
	interrupt(t, cmd)
	if err := cmd.Wait(); err != nil {
		t.Errorf("ended at the prompt: %v", err)
	}
}

// setPipeSize sets the capacity of a pipe, in bytes.
func setPipeSize(pipe io.Reader, bytes uintptr) error {
	const fSetPipeSize = 1031 // F_SETPIPE_SZ of Linux
	_, _, errno := syscall.Syscall(syscall.SYS_FCNTL, pipe.(*os.File).Fd(), fSetPipeSize, bytes)
	if errno != 0 {
		return errno
	}
	return nil
}

func interrupt(t *testing.T, cmd *exec.Cmd) {
	t.Helper()
	if err := cmd.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
}

func waitFor(t *testing.T, lines *bufio.Scanner, text string) {
	t.Helper()
	for lines.Scan() {
		if strings.Contains(lines.Text(), text) {
			return
		}
	}
	t.Fatalf("the output lacks %q", text)
}
