package dataset

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"example.com/gonb-dpo/internal/errtest"
	"example.com/gonb-dpo/internal/hubtest"
)

// records returns n pairs whose prompts begin with a word.
func records(word string, n int) []byte {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, `{"question":"%s %d?","chosen":"Yes.","rejected":"No."}`+"\n", word, i)
	}
	return []byte(b.String())
}

const splitsCard = `---
license: mit
configs:
- config_name: default
  data_files:
  - split: train
    path: data/first-*
  - split: test
    path: ["held.jsonl"]
- config_name: small
  data_files: "small/*.jsonl"
---
# A dataset
`

// TestHubDatasets: which files are read for a name, and how the refusals say what to write.
func TestHubDatasets(t *testing.T) {
	hubtest.Serve(t, map[string]map[string][]byte{
		"datasets/o/named":   {"train.jsonl": records("train", 3), "test.jsonl": records("test", 2), "README.md": []byte("# No metadata"), "dataset_infos.json": []byte("{}")},
		"datasets/o/shards":  {"data/train-00000-of-00002.jsonl": records("a", 3), "data/train-00001-of-00002.jsonl": records("b", 2), "data/train_prefs-00000-of-00001.jsonl": records("c", 1)},
		"datasets/o/prefs":   {"data/train_prefs-00000-of-00001.jsonl": records("c", 1), "data/test_prefs-00000-of-00001.jsonl": records("d", 4)},
		"datasets/o/plain":   {"pairs.json": []byte("[" + strings.ReplaceAll(strings.TrimSpace(string(records("p", 2))), "\n", ",") + "]")},
		"datasets/o/card":    {"README.md": []byte(splitsCard), "data/first-1.jsonl": records("f", 2), "data/second.jsonl": records("s", 9), "held.jsonl": records("h", 1), "small/x.jsonl": records("x", 1)},
		"datasets/o/configs": {"README.md": []byte("---\nconfigs:\n- config_name: de\n  data_files: de.jsonl\n- config_name: fr\n  data_files: fr.jsonl\n---\n"), "de.jsonl": records("d", 1), "fr.jsonl": records("f", 2)},
		"datasets/o/missing": {"README.md": []byte("---\nconfigs:\n- config_name: de\n  data_files: gone.jsonl\n---\n"), "de.jsonl": records("d", 1)},
		"datasets/o/script":  {"load.py": []byte("import datasets"), "README.md": nil},
		"datasets/o/differ":  {"train_a.jsonl": records("a", 1), "train_b.jsonl": []byte(`{"prompt":"Why?","chosen":"a","rejected":"b"}`)},
	})
	for _, c := range []struct {
		name           string
		train, heldOut int
		first          string
	}{
		{"o/named", 3, 2, "o/named/train.jsonl, line 1"},
		{"o/named/test", 2, 0, "o/named/test.jsonl, line 1"},
		{"o/shards", 5, 0, "o/shards/data/train-00000-of-00002.jsonl, line 1"},
		{"o/shards/train_prefs", 1, 0, ""},
		{"o/prefs/test_prefs", 4, 0, ""},
		{"o/plain", 2, 0, ""},
		{"o/card", 2, 1, "o/card/data/first-1.jsonl, line 1"},
		{"o/card:small", 1, 0, "o/card/small/x.jsonl, line 1"},
		{"o/card@main/test", 1, 0, "o/card/held.jsonl, line 1"},
		{"o/configs:fr", 2, 0, ""},
		{"o/plain=1,o/configs:fr=3", 4, 0, ""},
	} {
		data, err := Load(c.name, "", 0, 1)
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		heldOut := 0
		if data.HeldOut != nil {
			heldOut = len(data.HeldOut.Pairs)
		}
		if len(data.Train.Pairs) != c.train || heldOut != c.heldOut || c.first != "" && data.Train.Pairs[0].Where() != c.first {
			t.Errorf("%s: %d and %d pairs, the first %s", c.name, len(data.Train.Pairs), heldOut, data.Train.Pairs[0].Where())
		}
	}
	split, err := Load("o/named", "", 0.34, 1)
	if err != nil || len(split.Train.Pairs)+len(split.HeldOut.Pairs) != 3 {
		t.Errorf("a third of the training split held out: %v", err)
	}
	for name, want := range map[string]string{
		"o/prefs":                   `it has no split "train"; write o/prefs/test_prefs or o/prefs/train_prefs`,
		"o/named/dev":               `it has no split "dev"; write o/named/test or o/named/train`,
		"o/configs":                 "it has several configurations; write o/configs:de or o/configs:fr",
		"o/missing":                 `its README.md, line 4, names files "gone.jsonl", and there are none that can be read`,
		"o/script":                  "it has no JSON Lines, JSON, CSV, TSV or Parquet files; the hub converts most datasets to Parquet: try o/script@refs/convert/parquet",
		"o/differ":                  "o/differ/train_b.jsonl has other columns than o/differ/train_a.jsonl",
		"o/nothing":                 "there is no file o/nothing, and as a dataset on the hub",
		"data/x.jsonl":              "data/x.jsonl: there is no such file",
		"openai/webgpt_comparisons": "is read by its own name, with its own format: --data webgpt",
		"https://huggingface.co/datasets/o/named/viewer": "write its name: o/named",
		"hf://datasets/o/named":                          "write its name: o/named",
		"https://example.com/pairs.jsonl":                "download it first",
	} {
		_, _, err := ReadPairs(name)
		errtest.Contains(t, err, want)
	}
}

// TestHubDatasetOffline: what is in the cache of Hugging Face's tools is read without the hub.
func TestHubDatasetOffline(t *testing.T) {
	hubtest.Serve(t, map[string]map[string][]byte{"datasets/o/named": {"train.jsonl": records("train", 3), "test.jsonl": records("test", 2)}})
	if _, _, err := ReadPairs("o/named"); err != nil {
		t.Fatal(err)
	}
	t.Setenv("HF_HUB_OFFLINE", "1")
	if pairs, heldOut, err := ReadPairs("o/named"); err != nil || len(pairs.Pairs) != 3 || len(heldOut.Pairs) != 2 {
		t.Errorf("offline: %v", err)
	}
	_, _, err := ReadPairs("o/other")
	errtest.Contains(t, err, "HF_HUB_OFFLINE")
}

// TestPattern: files that a pattern matches are read as one set, in alphabetical order, and each pair says its file.
func TestPattern(t *testing.T) {
	dir := t.TempDir()
	for name, content := range map[string][]byte{"b.jsonl": records("b", 2), "a.jsonl": append(records("a", 1), `{"question":"Why?","chosen":"a","rejected":"a"}`...), "c.csv": []byte("prompt,chosen,rejected\nWhy?,a,b\n")} {
		if err := os.WriteFile(filepath.Join(dir, name), content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	pairs, _, err := ReadPairs(filepath.Join(dir, "*.jsonl"))
	if err != nil || len(pairs.Pairs) != 3 || pairs.Pairs[0].Where() != filepath.Join(dir, "a.jsonl")+", line 1" || pairs.Pairs[2].Where() != filepath.Join(dir, "b.jsonl")+", line 2" {
		t.Fatalf("%+v, %v", pairs, err)
	}
	if len(pairs.Skipped) != 1 || pairs.Place(pairs.Skipped[0]) != filepath.Join(dir, "a.jsonl")+", line 2" {
		t.Errorf("skipped %+v", pairs.Skipped)
	}
	_, _, err = ReadPairs(filepath.Join(dir, "*"))
	errtest.Contains(t, err, "c.csv has other columns than")
	_, _, err = ReadPairs(filepath.Join(dir, "*.parquet"))
	errtest.Contains(t, err, "no file matches this pattern")
}
