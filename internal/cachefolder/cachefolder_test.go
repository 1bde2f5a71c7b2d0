package cachefolder

import (
	"fmt"
	"os"
	"syscall"
	"testing"
)

func TestPath(t *testing.T) {
	for _, test := range []struct{ home, xdg, want, problem, remedy string }{
		{"/home/a", "", "/home/a/.cache/gonb-dpo/compiled", "", ""},
		{"/home/a", "/data", "/data/gonb-dpo/compiled", "", ""},
		{"", "/data", "/data/gonb-dpo/compiled", "", ""},
		{"", "", "", "neither HOME nor XDG_CACHE_HOME is set", "set one of them to a folder that can be written to"},
		{"/home/a", "data", "", `XDG_CACHE_HOME is "data"`, "set it to a path that begins with /"},
	} {
		t.Setenv("HOME", test.home)
		t.Setenv("XDG_CACHE_HOME", test.xdg)
		got, err := Path(Compiled)
		if problem := fmt.Sprint(err); got != test.want || test.problem != "" && problem != test.problem {
			t.Errorf("%+v: got %q and the error %s", test, got, problem)
		}
		if remedy := Remedy(err); remedy != test.remedy {
			t.Errorf("%+v: got the remedy %q", test, remedy)
		}
	}
}

// TestNote: all that failed is in one sentence, which comes once.
func TestNote(t *testing.T) {
	if got := Note(); got != "" {
		t.Errorf("before any failure: %q", got)
	}
	full := &os.PathError{Op: "write", Path: "/cache/a", Err: syscall.ENOSPC}
	Failed("compiled graphs", full)
	Failed("compiled graphs", &os.PathError{Op: "write", Path: "/cache/b", Err: syscall.ENOSPC})
	Failed("the reference's log-probabilities", Problem{"there is no cache", "make one"})
	const want = "Not kept for the next start, which has to make them again: compiled graphs and the reference's log-probabilities " +
		"(write /cache/a: no space left on device; free some space there (df -h shows the space, df -i the number of files), " +
		"or choose another place; there is no cache; make one)."
	if got := Note(); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	if got := Note(); got != "" {
		t.Errorf("again: %q", got)
	}
}
