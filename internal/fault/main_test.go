package fault

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"syscall"
	"testing"

	"example.com/gonb-dpo/dpocore"
	"example.com/gonb-dpo/internal/disk"
)

var (
	full  = flag.Bool("full", false, "make all tries, which takes minutes; without it a part of each")
	table = flag.String("table", "", "write the table of what happened into this `document`")
)

// A child process trains and is killed at one of its changes to the disk.
const (
	childModel  = "FAULT_CHILD_MODEL"
	childRun    = "FAULT_CHILD_RUN"
	childChange = "FAULT_CHILD_CHANGE" // its number
	childHalf   = "FAULT_CHILD_HALF"   // "1" where half of what it writes is written
)

func TestMain(m *testing.M) {
	// A run in pure Go compiles nothing, so that a try takes a fraction of a second. What is written is the same.
	os.Setenv("GOMLX_BACKEND", "go")
	if os.Getenv(childModel) != "" {
		child()
		return
	}
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

// child trains until it is killed.
func child() {
	number, err := strconv.Atoi(os.Getenv(childChange))
	if err == nil {
		disk.Before = at(number, func(c disk.Change) error {
			if os.Getenv(childHalf) == "1" && c.Half != nil {
				if err := c.Half(); err != nil {
					return err
				}
			}
			return syscall.Kill(os.Getpid(), syscall.SIGKILL)
		})
		var model *dpocore.Model
		if model, err = dpocore.OpenModel(os.Getenv(childModel)); err == nil {
			config, data := shortRun()
			err = model.Train(context.Background(), os.Getenv(childRun), config, data, &listener{})
		}
	}
	fmt.Fprintln(os.Stderr, errors.Join(err, errors.New("the process was not killed")))
	os.Exit(3)
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

// laboratory is a model, and what an undisturbed run makes of it.
type laboratory struct {
	folder  string // of the model
	model   *dpocore.Model
	changes []disk.Change // of the undisturbed run
	want    map[string]string
	runs    string // folder of run folders
	made    int    // run folders
}

func newLaboratory(t *testing.T) *laboratory {
	t.Helper()
	t.Setenv("XDG_CACHE_HOME", t.TempDir())
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
	return l.model.Train(ctx, dir, config, data, to)
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
