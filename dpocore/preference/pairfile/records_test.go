package pairfile

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"example.com/gonb-dpo/dpocore/preference"
	"example.com/gonb-dpo/dpocore/preference/recordfile"
)

// recordsFile writes a file for ReadRecords.
func recordsFile(t *testing.T, content string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "records")
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// readAll reads records with a text, a list of objects and an object in them
// as "text list[1].score object.word".
func readAll(path string) (lines []string, err error) {
	err = recordfile.ReadFile(path, []string{"text", "list", "object"}, func(r recordfile.Record) error {
		text, err := r.Text("text")
		if err != nil {
			return err
		}
		list, err := r.Objects("list")
		if err != nil {
			return err
		}
		object, err := r.Object("object")
		if err != nil {
			return err
		}
		word, err := object.Text("object.word")
		if err != nil {
			return err
		}
		for i, item := range list {
			name := "list[" + string(rune('0'+i)) + "].score"
			if score, err := item.Number(name); err != nil || score != float64(i) || !item.Has(name) || item.Has("none") {
				return errors.Join(err, errors.New("not the score "+name))
			}
		}
		pair := r.Pair(preference.User(text), word, "")
		lines = append(lines, strings.Replace(pair.Where(), path, "file", 1)+": "+text+" "+word)
		return nil
	})
	return lines, err
}

// The same records in each format. Lists and objects are in the first line,
// where a reader of pairs could take them for the container of the records.
func TestReadRecords(t *testing.T) {
	one := `{"list":[{"score":0},{"score":1}],"text":"a","object":{"word":"b"},"more":[{"x":1}]}`
	two := `{"text":"c","list":[],"object":{"word":"d"}}`
	type item struct {
		Score float64 `parquet:"score"`
	}
	type object struct {
		Word string `parquet:"word"`
	}
	type row struct {
		List   []item `parquet:"list,list"`
		Text   string `parquet:"text"`
		Object object `parquet:"object"`
		Unread string `parquet:"unread"`
	}
	table := written(t, row{[]item{{0}, {1}}, "a", object{"b"}, "x"}, row{nil, "c", object{"d"}, "[{'x"})
	for unit, content := range map[string]string{"line": one + "\n" + two, "element": "[" + one + ",\n" + two + "]", "row": table} {
		lines, err := readAll(recordsFile(t, content))
		if want := "file, " + unit + " 1: a b|file, " + unit + " 2: c d"; err != nil || strings.Join(lines, "|") != want {
			t.Errorf("%s: %q (%v), want %q", unit, lines, err, want)
		}
	}
}

func TestReadRecordsMistakes(t *testing.T) {
	good := `{"text":"a","list":[],"object":{"word":"b"}}` + "\n"
	for content, says := range map[string]string{
		good + `{"text":"a","list":[]}`:                                    `records, line 2: field "object" is missing; there are text, list, and needed are text, list, object`,
		good + `{"text":7,"list":[],"object":{"word":"b"}}`:                `records, line 2: field "text" is a number; it must be a string`,
		good + `{"text":"a","list":"b","object":{"word":"b"}}`:             `records, line 2: field "list" is a string; it must be a list of objects`,
		good + `{"text":"a","list":[1],"object":{"word":"b"}}`:             `records, line 2: field "list[0]" is a number; it must be an object`,
		good + `{"text":"a","list":[{"score":"0"}],"object":{"word":"b"}}`: `records, line 2: field "list[0].score" is a string; it must be a number`,
		good + `{"text":"a","list":[{}],"object":{"word":"b"}}`:            `field "list[0].score" is nothing; it must be a number`,
		good + `{"text":"a","list":[],"object":[]}`:                        `records, line 2: field "object" is a list; it must be an object`,
		good + `{"text":"a","list":[],"object":{}}`:                        `field "object.word" is nothing; it must be a string`,
		good + good[:20]: `records, line 2: the JSON object ends too early`,
		"":               `the file is empty`,
	} {
		_, err := readAll(recordsFile(t, content))
		if err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%s: %v, want %s", content, err, says)
		}
	}
	if _, err := readAll(filepath.Join(t.TempDir(), "none")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("no file: %v", err)
	}
	if _, err := readAll(t.TempDir()); err == nil || !strings.Contains(err.Error(), "this is a folder") {
		t.Errorf("a folder: %v", err)
	}
}

func FuzzReadRecords(f *testing.F) {
	f.Add([]byte(`{"text":"a","list":[{"score":0}],"object":{"word":"b"}}` + "\n{}"))
	f.Add([]byte(`[{"text":"a","list":[],"object":{"word":"b"}}]`))
	f.Add([]byte("PAR1"))
	path := filepath.Join(f.TempDir(), "records")
	f.Fuzz(func(t *testing.T, data []byte) {
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := readAll(path); err != nil && !strings.HasPrefix(err.Error(), path) {
			t.Errorf("the error %q does not say where", err)
		}
	})
}
