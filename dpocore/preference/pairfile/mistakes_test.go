package pairfile

import (
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf16"

	"example.com/gonb-dpo/dpocore/preference/recordfile"
)

// A mistake is a file, and the sentence that the reader of it says.
type mistake struct{ name, content, want string }

func checkMistakes(t *testing.T, mistakes []mistake) {
	for _, test := range mistakes {
		t.Run(test.name, func(t *testing.T) {
			set, err := Read(strings.NewReader(test.content), "pairs")
			if err == nil {
				t.Fatalf("no error, but: %s", set.Report())
			}
			if err.Error() != test.want {
				t.Errorf("got  %s\nwant %s", err, test.want)
			}
		})
	}
}

// The sentence for each way in which a file is no file of pairs, or a line of it no pair.
func TestMistakes(t *testing.T) {
	checkMistakes(t, []mistake{
		{"empty file", ``,
			`pairs: the file is empty; give a file in JSON Lines, JSON, CSV, TSV or Parquet with the columns prompt, chosen and rejected`},
		{"only white space", " \n\n",
			`pairs: the file is empty but for white space; give a file in JSON Lines, JSON, CSV, TSV or Parquet with the columns prompt, chosen and rejected`},
		{"neither JSON nor table", "hello\n",
			`pairs, line 1: this is neither JSON nor a table with named columns; the file begins with "hello"; give a file in JSON Lines, JSON, CSV, TSV or Parquet with the columns prompt, chosen and rejected`},
		{"random bytes", "\x01\x02\x03",
			`pairs, line 1: this is neither JSON nor a table with named columns; the file begins with "\x01\x02\x03"; give a file in JSON Lines, JSON, CSV, TSV or Parquet with the columns prompt, chosen and rejected`},
		{"PNG", "\x89PNG\r\n\x1a\n",
			`pairs: this is a PNG picture, not a file of preference pairs; give a file in JSON Lines, JSON, CSV, TSV or Parquet with the columns prompt, chosen and rejected`},
		{"zip", "PK\x03\x04",
			`pairs: this is a zip archive (a spreadsheet is one too), not a file of preference pairs; unpack it, or save the spreadsheet as CSV`},
		{"encrypted Parquet", "PAREabcd",
			`pairs: this is an encrypted Parquet file, not a file of preference pairs; save it without encryption`},
		{"Git LFS pointer", "version https://git-lfs.github.com/spec/v1\noid sha256:ab\n",
			`pairs: this is a Git LFS pointer in place of the file itself; run git lfs pull, or download the file`},
		{"web page", "\n<!DOCTYPE html>",
			`pairs: this is a web page, perhaps an error page in place of the download; download the file again`},
		{"UTF-16", utf16le(good),
			`pairs: this is text in UTF-16 or UTF-32, not a file of preference pairs; save the file as UTF-8`},
		{"UTF-32 big-endian", "\x00\x00\xfe\xff\x00",
			`pairs: this is text in UTF-32, not a file of preference pairs; save the file as UTF-8`},
		{"gzip of nothing", zip(""),
			`pairs: the file is empty; give a file in JSON Lines, JSON, CSV, TSV or Parquet with the columns prompt, chosen and rejected`},
		{"gzip in gzip", zip(zip(good)),
			`pairs: this is a gzip file inside a gzip file, not a file of preference pairs; unpack it once`},
		{"cut gzip", zip(strings.Repeat(good, 3))[:40],
			`pairs, line 1: the gzip file is damaged or cut off here (unexpected EOF); download or pack it again`},
		{"cut gzip header", zip(good)[:5],
			`pairs: this begins like a gzip file, but its header is damaged or cut off (unexpected EOF); download or pack it again`},
		{"gzip with wrong checksum", zip(good)[:len(zip(good))-8] + "12345678",
			`pairs, line 2: the gzip file is damaged or cut off here (gzip: invalid checksum); download or pack it again`},
		{"torn last line", good + `{"prompt":"Why?","cho`,
			`pairs, line 2: the JSON object ends too early; a line must hold one whole object; this is the file's last line and has no line end, so the file was probably cut off: download or write it again`},
		{"no chosen", `{"prompt":"Why?","rejected":"No."}`,
			`pairs, line 1: no field is named "chosen": the fields are prompt, rejected; needed are "chosen" and "rejected", and "prompt" unless both begin with it; say which fields hold the better and the worse answer: dpo data convert pairs --out converted.jsonl --chosen BETTER --rejected WORSE`},
		{"no answers", `{"prompt":"Why?"}`,
			`pairs, line 1: no field is named "chosen" or "rejected": the fields are prompt; needed are "chosen" and "rejected", and "prompt" unless both begin with it; these are prompts without answers: DPO needs a better and a worse answer to the same prompt; to rank the model's answers to these prompts: dpo data rank rankings.jsonl --prompts pairs`},
		{"no field", `{}`,
			`pairs, line 1: no field is named "chosen" or "rejected": there is no field; needed are "chosen" and "rejected", and "prompt" unless both begin with it; say which fields hold the better and the worse answer: dpo data convert pairs --out converted.jsonl --chosen BETTER --rejected WORSE`},
		{"chosen misspelt", `{"prompt":"Why?","choosen":"So.","rejected":"No."}`,
			`pairs, line 1: no field is named "chosen": the fields are prompt, choosen, rejected; needed are "chosen" and "rejected", and "prompt" unless both begin with it; "choosen": did you mean "chosen"? rename it`},
		{"both misspelt", `{"prompt":"Why?","chosne":"So.","rejectd":"No."}`,
			`pairs, line 1: no field is named "chosen" or "rejected": the fields are prompt, chosne, rejectd; needed are "chosen" and "rejected", and "prompt" unless both begin with it; "chosne": did you mean "chosen"? "rejectd": did you mean "rejected"? rename it`},
		{"prompt misspelt", `{"promt":"Why?","chosen":"So.","rejected":"No."}`,
			`pairs, line 1: no field is named "prompt"; "promt": did you mean "prompt"? rename it, or remove it if both answers begin with the prompt`},
		{"question misspelt", `{"questoin":"Why?","chosen":"So.","rejected":"No."}`,
			`pairs, line 1: no field is named "prompt"; "questoin": did you mean "question"? rename it, or remove it if both answers begin with the prompt`},
		{"other columns", `{"history":"x","human_ref_A":"a","human_ref_B":"b","labels":1}`,
			`pairs, line 1: field "labels" is 1, which can be read in two ways; if 0 means that "human_ref_A" is chosen: dpo data convert pairs --out converted.jsonl --label labels=0:human_ref_A,1:human_ref_B; if 1 means so: dpo data convert pairs --out converted.jsonl --label labels=1:human_ref_A,0:human_ref_B`},
		{"two prompts", `{"question":"a","query":"b","chosen":"c","rejected":"d"}`,
			`pairs, line 1: the fields "question" and "query" could each be "prompt"; say which one it is: dpo data convert pairs --out converted.jsonl --prompt question or --prompt query`},
		{"prompt only later", `{"chosen":"ab","rejected":"ac"}` + "\n" + `{"prompt":"a","chosen":"b","rejected":"c"}`,
			`pairs, line 2: field "prompt" is a string; in line 1 it is missing, and all lines must have the same fields`},
		{"a number as an answer", `{"prompt":"Why?","chosen":4,"rejected":"No."}`,
			`pairs, line 1: field "chosen" is a number; it must be a string or a list of turns`},
		{"an object as an answer", `{"prompt":"Why?","chosen":{"content":"x"},"rejected":{"content":"y"}}`,
			`pairs, line 1: field "chosen.role" is missing; a turn has "role" and "content"`},
		{"turns in a string", `{"chosen":"[{\"role\":\"user\"}]","rejected":"[]"}`,
			`pairs, line 1: field "chosen" is a text that begins like a list of turns, but not every element has "role" and "content"`},
		{"a field twice", `{"prompt":"Why?","chosen":"So.","chosen":"x","rejected":"No."}`,
			`pairs, line 1: field "chosen" occurs twice; remove one`},
		{"equal answers", `{"prompt":"Why?","chosen":"So.","rejected":"So."}`,
			`pairs: no pair is left to learn from (kept 0 pairs, left out 1: 1 equal answers); check that every pair has a prompt, and that "chosen" and "rejected" answer it differently`},
		{"empty answer", `{"prompt":"Why?","chosen":" ","rejected":"So."}`,
			`pairs: no pair is left to learn from (kept 0 pairs, left out 1: 1 empty answer); check that every pair has a prompt, and that "chosen" and "rejected" answer it differently`},
		{"empty prompt", `{"prompt":" ","chosen":"So.","rejected":"No."}`,
			`pairs: no pair is left to learn from (kept 0 pairs, left out 1: 1 empty prompt); check that every pair has a prompt, and that "chosen" and "rejected" answer it differently`},
		{"all pairs left out", `{"prompt":"Why?","chosen":"","rejected":"No."}` + "\n" + `{"prompt":"Why?","chosen":"a","rejected":"a"}` + "\n" + `{"prompt":"Why?","chosen":"","rejected":"a"}`,
			`pairs: no pair is left to learn from (kept 0 pairs, left out 3: 2 empty answers, 1 equal answers); check that every pair has a prompt, and that "chosen" and "rejected" answer it differently`},
		{"not UTF-8", good + "{\"prompt\":\"\xff\",\"chosen\":\"b\",\"rejected\":\"c\"}",
			`pairs, line 2: byte 12 is not UTF-8; save the file as UTF-8`},
		{"NUL byte", good + "{\"prompt\":\"\x00\",\"chosen\":\"b\",\"rejected\":\"c\"}",
			`pairs, line 2: byte 12 is a NUL byte; remove it, or save the file as UTF-8 if it is UTF-16`},
		{"line of 64 MiB", `{"prompt":"` + strings.Repeat("a", recordfile.MaxRecord),
			`pairs, line 1: the record is longer than 64 MiB; it must hold one pair: check the file, or shorten the texts`},
	})
}

// zip gzips a text.
func zip(text string) string {
	var zipped bytes.Buffer
	w := gzip.NewWriter(&zipped)
	w.Write([]byte(text))
	w.Close()
	return zipped.String()
}

// utf16le writes a text in UTF-16 with a byte order mark.
func utf16le(text string) string {
	out := []byte{0xff, 0xfe}
	for _, unit := range utf16.Encode([]rune(text)) {
		out = binary.LittleEndian.AppendUint16(out, unit)
	}
	return string(out)
}

// What can be wrong with the file itself.
func TestFileMistakes(t *testing.T) {
	folder := t.TempDir()
	inside := filepath.Join(folder, "inside")
	if err := os.Mkdir(inside, 0o755); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"a.csv", "b.jsonl", ".hidden"} {
		if err := os.WriteFile(filepath.Join(folder, name), []byte(good), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	for path, want := range map[string]string{
		"":                                "the name of the file of preference pairs is empty; give the file's name",
		filepath.Join(folder, "c.csv"):    "FOLDER/c.csv: there is no such file; check its name and folder",
		filepath.Join(folder, "no/c.csv"): "FOLDER/no/c.csv: there is no such file; check its name and folder",
		folder:                            "FOLDER: this is a folder, not a file of preference pairs; name a file in it, such as a.csv, b.jsonl",
		inside:                            "FOLDER/inside: this is a folder, not a file of preference pairs; name a file",
	} {
		_, err := ReadFile(path)
		if err == nil {
			t.Errorf("%s: no error", path)
		} else if got := strings.ReplaceAll(err.Error(), folder, "FOLDER"); got != want {
			t.Errorf("got  %s\nwant %s", got, want)
		}
	}
	if _, err := ReadFile(filepath.Join(folder, "c.csv")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a caller can't tell that the file is missing by %v", err)
	}
}
