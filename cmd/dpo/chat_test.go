package main

import (
	"bufio"
	"bytes"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"example.com/gonb-dpo/dpocore/export"
	"example.com/gonb-dpo/dpocore/llama"
	"example.com/gonb-dpo/internal/tinymodel"
)

// tinyAdapter writes an adapter for the tiny model that changes what it says.
func tinyAdapter(t *testing.T) (folder string) {
	t.Helper()
	layout, err := llama.NewLayout(tinymodel.Config(), llama.LoRA{Rank: 4, Alpha: 8, Modules: llama.AllModules})
	if err != nil {
		t.Fatal(err)
	}
	random := rand.New(rand.NewPCG(4, 0))
	values := layout.Init(3)
	for i := range values {
		values[i] += float32(0.1 * random.NormFloat64())
	}
	folder = t.TempDir()
	if err := export.WriteAdapter(folder, layout, values, "tiny", false); err != nil {
		t.Fatal(err)
	}
	return folder
}

// chat runs dpo chat on lines and returns what it wrote.
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

// TestChat: the answers are those that dpo generate gives, the adapter goes off and on between them, and comes back to
// the same bytes; what was said before counts until it is forgotten.
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
	for _, want := range []string{"adapter " + adapter, "/a switches the adapter", "adapter off\n", "adapter on\n", "forgotten", "no command /b"} {
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

// TestChatRoom: of the tiny model's 1,024 positions 940 are for the answer. The oldest messages go, one that is too long
// by itself is refused, and the conversation goes on.
func TestChatRoom(t *testing.T) {
	flags := []string{"--model", tinymodel.WriteChat(t, 1), "--max-new-tokens", "940", "--stop", "e", "--stop", "a", "--system", "Hi"}
	lines := strings.Repeat("one two three four five six seven\n", 4) + strings.Repeat("long ", 90) + "\nshort\n"
	answers, notes := chat(t, lines, flags...)
	if !strings.Contains(notes, "outgrew the model's room; its 2 oldest messages") {
		t.Errorf("no note of what was left out: %s", notes)
	}
	if !strings.Contains(notes, "too long for the model") || !strings.Contains(notes, "room for 84") {
		t.Errorf("no note of a message without room: %s", notes)
	}
	if strings.ContainsAny(answers, "ae") {
		t.Errorf("a stop text is in the answers: %q", answers)
	}
	if strings.Count(answers, "\n\n") < 5 {
		t.Errorf("five answers are too few lines: %q", answers)
	}
}

// TestGenerateStops: the answer is cut before the stop text, and the whole is as before.
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

// TestChatMistakes: what is wrong with a setting comes before the model is read.
func TestChatMistakes(t *testing.T) {
	for args, says := range map[string]string{
		"chat --top-k -1":                             "top-k is -1; it must be 0",
		"chat --repetition-penalty -2":                "repetition penalty is -2; it must be 1 (none)",
		"chat --top-p 0":                              "top-p is 0",
		"chat --stop=":                                "a stop text is empty",
		"chat --adapter nowhere":                      "nowhere",
		"generate --prompt hi --top-k -3":             "top-k is -3",
		"generate --prompt hi --stop=":                "a stop text is empty",
		"generate --prompt hi --max-new-tokens 99999": "positions",
	} {
		text, err := dpo(t, strings.Fields(args)...).CombinedOutput()
		if err == nil || !strings.Contains(string(text), says) || strings.Count(string(text), "\n") != 1 {
			t.Errorf("dpo %s: %v, %s; want %q", args, err, text, says)
		}
	}
}

// TestChatInterrupted sends Ctrl-C while the model answers, which stops the answer alone, and then at the prompt.
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
	notes, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	defer time.AfterFunc(2*time.Minute, func() { cmd.Process.Kill() }).Stop()
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
	go io.Copy(io.Discard, out)
	interrupt(t, cmd)
	lines := bufio.NewScanner(notes)
	waitFor(t, lines, "the answer was stopped")
	say("/reset")
	waitFor(t, lines, "forgotten")
	interrupt(t, cmd)
	if err := cmd.Wait(); err != nil {
		t.Errorf("ended at the prompt: %v", err)
	}
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
	t.Fatalf("the command never said %q", text)
}
