package cell

import (
	"context"
	"encoding/gob"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/janpfeifer/gonb/gonbui/protocol"

	"example.com/gonb-dpo/gonbext/internal/output"
)

// asCell makes the test's program a cell that shows one paragraph.
const asCell = "DPO_TEST_AS_CELL"

func TestMain(m *testing.M) {
	if os.Getenv(asCell) != "" {
		Run(func(context.Context) error {
			Show(output.Paragraph("shown"))
			return nil
		})
		return
	}
	os.Exit(m.Run())
}

// A kernel drops what it has not read when a cell's process ends, so a cell waits for one that is slow.
func TestLastOutputIsRead(t *testing.T) {
	folder := t.TempDir()
	there, back := filepath.Join(folder, "there"), filepath.Join(folder, "back")
	for _, pipe := range []string{there, back} {
		if err := syscall.Mkfifo(pipe, 0o600); err != nil {
			t.Skip("no named pipes here:", err)
		}
	}
	cell := exec.CommandContext(t.Context(), os.Args[0])
	cell.Env = append(os.Environ(), asCell+"=1", protocol.GONB_PIPE_ENV+"="+there, protocol.GONB_PIPE_BACK_ENV+"="+back)
	if err := cell.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- cell.Wait() }()

	from, err := os.Open(there)
	if err != nil {
		t.Fatal(err)
	}
	to, err := os.OpenFile(back, os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	select {
	case err := <-ended:
		t.Fatalf("the cell ended before its output was read (%v)", err)
	case <-time.After(300 * time.Millisecond): // the kernel is slow
	}
	messages := gob.NewDecoder(from)
	var shown, request protocol.DisplayData
	for _, message := range []*protocol.DisplayData{&shown, &request} {
		if err := messages.Decode(message); err != nil {
			t.Fatal(err)
		}
	}
	if html, _ := shown.Data[protocol.MIMETextHTML].(string); !strings.Contains(html, "shown") {
		t.Errorf("the cell showed %v", shown.Data)
	}
	id := request.Data[protocol.MIMECommValue].(protocol.CommValue).Value
	if err := gob.NewEncoder(to).Encode(&protocol.CommValue{Address: protocol.GonbuiSyncAckAddress, Value: id}); err != nil {
		t.Fatal(err)
	}
	if err := <-ended; err != nil {
		t.Error(err)
	}
}
