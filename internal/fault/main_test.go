package fault

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"syscall"
	"testing"

	"example.com/gonb-dpo/dpocore/export"
	"example.com/gonb-dpo/dpocore/model"
	"example.com/gonb-dpo/dpocore/train"
	"example.com/gonb-dpo/internal/cachetest"
	"example.com/gonb-dpo/internal/disk"
)

var (
	full  = flag.Bool("full", false, "make all tries, which takes minutes; without it a part of each")
	table = flag.String("table", "", "write the table of what happened into this `document`")
)

// A child process trains or merges, and meets a fault at one of its changes to the disk.
const (
	childModel  = "FAULT_CHILD_MODEL"
	childRun    = "FAULT_CHILD_RUN"
	childMerged = "FAULT_CHILD_MERGED" // where it merges the run into
	childChange = "FAULT_CHILD_CHANGE" // the change's number
	childFault  = "FAULT_CHILD_FAULT"  // of childFaults
)

// childFaults are what may happen to a child.
var childFaults = map[string]func(disk.Change) error{
	"killed": func(disk.Change) error { return syscall.Kill(os.Getpid(), syscall.SIGKILL) },
	"half": func(c disk.Change) error {
		if c.Half != nil {
			if err := c.Half(); err != nil {
				return err
			}
		}
		return syscall.Kill(os.Getpid(), syscall.SIGKILL)
	},
	"memory": confine,
	"greed":  starve,
}

func TestMain(m *testing.M) {
	if os.Getenv(childModel) != "" {
		child()
		return
	}
	// A run in pure Go compiles nothing, so that a try takes a fraction of a second. What is written is the same.
	os.Setenv("GOMLX_BACKEND", "go")
	flag.Parse()
	status := m.Run()
	if *table != "" && status == 0 {
		if err := writeTable(*table); err != nil {
			fmt.Fprintln(os.Stderr, err)
			status = 1
		}
	}
	os.Exit(status)
}

// child does its work, and ends with 0 where it was not hindered.
func child() {
	number, err := strconv.Atoi(os.Getenv(childChange))
	if err == nil {
		disk.Before = at(number, childFaults[os.Getenv(childFault)])
		err = childWork(os.Getenv(childModel), os.Getenv(childRun), os.Getenv(childMerged))
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(0)
}

func childWork(folder, run, merged string) error {
	model, err := model.Open(folder)
	if err != nil {
		return err
	}
	if merged != "" {
		_, err = export.Merge(context.Background(), model, run, merged, "float32")
		return err
	}
	config, data := shortRun()
	return train.Run(context.Background(), train.Job{Model: model, Dir: run, Config: config, Data: data, Listener: &listener{}})
}

// startChild runs a child to its end.
func startChild(t *testing.T, fault string, change int, model, run, merged string) (out []byte, err error) {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(self)
	cmd.Env = append(os.Environ(), childModel+"="+model, childRun+"="+run, childMerged+"="+merged,
		childChange+"="+strconv.Itoa(change), childFault+"="+fault)
	return cmd.CombinedOutput()
}

// wantKilled checks that a child process was killed.
func wantKilled(t *testing.T, change int, out []byte, err error) {
	t.Helper()
	var exit *exec.ExitError
	if !errors.As(err, &exit) || exit.Sys().(syscall.WaitStatus).Signal() != syscall.SIGKILL {
		t.Fatalf("change %d: the process was not killed: %v: %s", change, err, out)
	}
}

// at calls do before the change of a number, counted from 0.
func at(number int, do func(disk.Change) error) func(disk.Change) error {
	made := 0
	return func(c disk.Change) error {
		made++
		if made-1 == number {
			return do(c)
		}
		return nil
	}
}

// laboratory is a model, and the result of an undisturbed run.
type laboratory struct {
	folder  string // of the model
	model   *model.Model
	changes []disk.Change // of the undisturbed run
	want    map[string]string
	runs    string // folder of run folders
	made    int    // run folders
}

func newLaboratory(t *testing.T) *laboratory {
	t.Helper()
	cachetest.Own(t)
	l := &laboratory{folder: modelFolder(t), runs: t.TempDir()}
	l.model = openModel(t, l.folder)
	dir := l.run()
	if err := l.train(context.Background(), dir, &listener{}); err != nil { // fills the cache of reference log-probabilities
		t.Fatal(err)
	}
	l.want = outcome(t, dir)
	disk.Before = func(c disk.Change) error {
		l.changes = append(l.changes, c)
		return nil
	}
	defer func() { disk.Before = nil }()
	if err := l.train(context.Background(), l.run(), &listener{}); err != nil {
		t.Fatal(err)
	}
	return l
}

// run is the path of a new run folder.
func (l *laboratory) run() string {
	l.made++
	return filepath.Join(l.runs, strconv.Itoa(l.made), "run")
}

func (l *laboratory) train(ctx context.Context, dir string, to *listener) error {
	config, data := shortRun()
	return train.Run(ctx, train.Job{Model: l.model, Dir: dir, Config: config, Data: data, Listener: to})
}

// some calls do for every number below n, or without -full for about as many as named, spread evenly.
func some(n, part int, do func(i int)) {
	step := 1
	if !*full {
		step = max(1, n/part)
	}
	for i := 0; i < n; i += step {
		do(i)
	}
}
