package eventfile_test

import (
	"bytes"
	"encoding/hex"
	"os"
	"path/filepath"
	"testing"

	"example.com/gonb-dpo/dpocore/metrics/eventfile"
	"example.com/gonb-dpo/internal/eventtest"
)

// settings and steps are a file of four events after its version.
var steps = []eventfile.Event{
	{Texts: []eventfile.Text{{Tag: "args/text_summary", Text: "    beta: 0.1"}}},
	{Step: 1, Scalars: []eventfile.Scalar{{Tag: "train/loss", Value: 0.6931}, {Tag: "train/epoch", Value: 0.5}}},
	{Step: 2, Scalars: []eventfile.Scalar{{Tag: "train/loss", Value: 0.5}, {Tag: "train/epoch", Value: 1}}},
	{Step: 300, Scalars: []eventfile.Scalar{{Tag: "eval/loss", Value: 0.25}}},
}

func write(t *testing.T, path string, events []eventfile.Event, more ...eventfile.Event) []byte {
	t.Helper()
	file, err := eventfile.Open(path, events)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range more {
		if err := file.Append(e); err != nil {
			t.Fatal(err)
		}
	}
	if err := file.Close(); err != nil {
		t.Fatal(err)
	}
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return content
}

// TestRecord: the first record is that of every event file, as TensorFlow writes it, apart from the time.
func TestRecord(t *testing.T) {
	content := write(t, filepath.Join(t.TempDir(), "events"), nil)
	// 24 bytes, with their checksum; then the time, 8 bytes, behind its key, and the version behind its own.
	const head, body = "1800000000000000a37f4b22", "1a0d627261696e2e4576656e743a32"
	if got := hex.EncodeToString(content); got[:24] != head || got[24:26] != "09" || got[42:72] != body || len(content) != 12+24+4 {
		t.Errorf("the file is %s", got)
	}
}

func TestEvents(t *testing.T) {
	path := filepath.Join(t.TempDir(), "events")
	write(t, path, steps[:2], steps[2:]...)
	got := eventtest.Read(t, path)
	if len(got) != 5 || got[0].Version != "brain.Event:2" || got[1].Texts["args/text_summary"] != "    beta: 0.1" || got[4].Step != 300 || got[4].Scalars["eval/loss"] != 0.25 {
		t.Errorf("the events are %+v", got)
	}
	if got[2].Step != 1 || got[2].Scalars["train/loss"] != float64(float32(0.6931)) || got[3].Scalars["train/epoch"] != 1 || got[3].Time < got[2].Time {
		t.Errorf("the steps are %+v", got[2:4])
	}
}

// TestReopened: a file is cut off where a run resumes, keeps the times before, and is the same file, which a reader has open.
func TestReopened(t *testing.T) {
	path := filepath.Join(t.TempDir(), "events")
	whole := write(t, path, steps)
	before, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	for cut := range len(steps) {
		if content := write(t, path, steps[:cut]); !bytes.HasPrefix(whole, content) || len(eventtest.Read(t, path)) != cut+1 {
			t.Errorf("cut to %d events, the file has %d bytes that are not the beginning of the whole", cut, len(content))
		}
		write(t, path, steps[:cut], steps[cut:]...)
		if n := len(eventtest.Read(t, path)); n != len(steps)+1 {
			t.Errorf("resumed after %d events, the file has %d", cut, n)
		}
		if err := os.WriteFile(path, whole, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if after, err := os.Stat(path); err != nil || !os.SameFile(before, after) {
		t.Errorf("the file was replaced (%v)", err)
	}
}

// TestTorn: wherever a process was killed in the middle of a write, the file is whole again, with the times that it had.
func TestTorn(t *testing.T) {
	path := filepath.Join(t.TempDir(), "events")
	whole := write(t, path, steps)
	for size := 0; size < len(whole); size += 9 {
		if err := os.WriteFile(path, whole[:size], 0o600); err != nil {
			t.Fatal(err)
		}
		write(t, path, steps)
		if n := len(eventtest.Read(t, path)); n != len(steps)+1 {
			t.Fatalf("torn after %d bytes, the file has %d events", size, n)
		}
	}
	damaged := bytes.Clone(whole)
	damaged[len(damaged)/2] ^= 1
	if err := os.WriteFile(path, damaged, 0o600); err != nil {
		t.Fatal(err)
	}
	write(t, path, steps)
	eventtest.Read(t, path)
}
