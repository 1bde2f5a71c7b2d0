package explain

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"syscall"
	"testing"
)

func TestError(t *testing.T) {
	decode := func(text string) error {
		var record struct {
			Size  int `json:"hidden_size"`
			Inner struct{ Names []string }
		}
		return fmt.Errorf("read config.json: %w", json.Unmarshal([]byte(text), &record))
	}
	for _, c := range []struct {
		err  error
		want string
	}{
		{decode(`{"hidden_size":"576"}`), `read config.json: the field "hidden_size" is a text, where a whole number belongs`},
		{decode(`{"hidden_size":5.5}`), `read config.json: the field "hidden_size" is a number, where a whole number belongs`},
		{decode(`{"Inner":{"Names":true}}`), `read config.json: the field "Inner.Names" is true or false, where a list belongs`},
		{decode(`[]`), `read config.json: it is a list, where an object belongs`},
		{fmt.Errorf("%w; remove the line", json.Unmarshal([]byte(`"stop"`), new(fs.PathError))), `it is a text, where an object belongs; remove the line`},
		{decode(`{`), `read config.json: the JSON ends too early`},
		{errors.Join(errors.New("one"), errors.New("two")), "one; two"},
		{fmt.Errorf("write x: %w", syscall.ENOTDIR), "write x: not a directory; a file is where a folder must be, so choose another place"},
		{errors.New("plain"), "plain"},
	} {
		if got := Error(c.err); got != c.want {
			t.Errorf("got  %s\nwant %s", got, c.want)
		}
	}
}

// TestDeletedDirectory: what fails in a directory that has been deleted has that as its cause.
func TestDeletedDirectory(t *testing.T) {
	dir := t.TempDir()
	t.Chdir(dir)
	if err := os.Remove(dir); err != nil {
		t.Fatal(err)
	}
	_, err := os.Open("run.json")
	if got, want := Error(err), "open run.json: no such file or directory; the current directory has been deleted: change to another one"; got != want {
		t.Errorf("got %s", got)
	}
}
