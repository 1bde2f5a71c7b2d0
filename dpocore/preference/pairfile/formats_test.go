package pairfile

import (
	"encoding/csv"
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/parquet-go/parquet-go"

	"example.com/gonb-dpo/dpocore/preference"
	"example.com/gonb-dpo/dpocore/preference/recordfile"
)

// A row is a pair as text, the same in every format.
type row struct {
	Prompt   string `json:"prompt" parquet:"prompt"`
	Chosen   string `json:"chosen" parquet:"chosen"`
	Rejected string `json:"rejected" parquet:"rejected"`
}

// A bare row has its prompt only in its answers.
type bare struct {
	Chosen   string `json:"chosen" parquet:"chosen"`
	Rejected string `json:"rejected" parquet:"rejected"`
}

// A talk holds a pair as whole conversations.
type talk struct {
	Chosen   []message `json:"chosen" parquet:"chosen,list"`
	Rejected []message `json:"rejected" parquet:"rejected,list"`
}

type message struct {
	Role    string `json:"role" parquet:"role"`
	Content string `json:"content" parquet:"content"`
}

// inEveryFormat writes the same records in each format, by its name.
func inEveryFormat[T any](t testing.TB, records []T) map[string]string {
	t.Helper()
	objects := make([]string, len(records))
	for i, record := range records {
		object, err := json.Marshal(record)
		if err != nil {
			t.Fatal(err)
		}
		objects[i] = string(object)
	}
	list, err := json.MarshalIndent(records, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	var pretty []string
	for _, record := range records {
		object, _ := json.MarshalIndent(record, "", "  ") // as above
		pretty = append(pretty, string(object))
	}
	var table strings.Builder
	if err := parquet.Write(&table, records); err != nil {
		t.Fatal(err)
	}
	return map[string]string{
		"lines":           strings.Join(objects, "\n") + "\n",
		"list":            "[" + strings.Join(objects, ",") + "]",
		"list over lines": string(list) + "\n",
		"wrapped":         `{"data":[` + strings.Join(objects, ", ") + "]}",
		"wrapped, beside others": "{\n \"version\": 1.5, \"of\": {\"what\": [1]},\n \"data\": " +
			string(list) + ",\n \"last\": null\n}\n",
		"objects over lines": strings.Join(pretty, "\n"),
		"CSV":                inTable(t, objects, ','),
		"TSV":                inTable(t, objects, '\t'),
		"Parquet":            table.String(),
	}
}

// inTable writes JSON objects as the rows of a table, with lists as JSON in their cells.
func inTable(t testing.TB, objects []string, parted rune) string {
	t.Helper()
	var text strings.Builder
	w := csv.NewWriter(&text)
	w.Comma = parted
	header := recordfile.MemberNames([]byte(objects[0]))
	w.Write(header)
	for _, object := range objects {
		var record recordfile.Fields
		if err := json.Unmarshal([]byte(object), &record); err != nil {
			t.Fatal(err)
		}
		cells := make([]string, len(header))
		for i, name := range header {
			if json.Unmarshal(record[name], &cells[i]) != nil {
				cells[i] = string(record[name])
			}
		}
		w.Write(cells)
	}
	w.Flush()
	return text.String()
}

// TestFormats reads the same pairs from every format, plain and gzipped, as
// a file and as a stream.
func TestFormats(t *testing.T) {
	answers := []row{
		{"Why?", "So.", "No."},
		{"Why, \"then\"?\nSay.", "Because,\nwell.", "é 😀 <\u2028&>"},
		{"Again?", "Same.", "Same."},
		{"Last?", "{\"a\": [1]}", "[]x"},
	}
	chats, transcripts, inAnswers := []talk{}, []row{}, []bare{}
	want := []preference.Pair{}
	for i, r := range answers {
		chat := func(answer string) []message {
			return []message{{Role: "system", Content: "Be kind."}, {Role: "user", Content: r.Prompt}, {Role: "assistant", Content: answer}}
		}
		chats = append(chats, talk{chat(r.Chosen), chat(r.Rejected)})
		transcript := "\n\nHuman: " + r.Prompt + "\n\nAssistant: "
		transcripts = append(transcripts, row{transcript, transcript + r.Chosen, transcript + r.Rejected})
		inAnswers = append(inAnswers, bare{transcript + r.Chosen, transcript + r.Rejected})
		if r.Chosen != r.Rejected {
			want = append(want, preference.Pair{Prompt: user(r.Prompt), Chosen: r.Chosen, Rejected: r.Rejected, Line: i, Weight: 1})
		}
	}
	withSystem := make([]preference.Pair, len(want))
	for i, pair := range want {
		pair.Prompt = append([]preference.Turn{{Role: "system", Content: "Be kind."}}, pair.Prompt...)
		withSystem[i] = pair
	}
	checkFormats(t, "answers", inEveryFormat(t, answers), want)
	checkFormats(t, "transcripts", inEveryFormat(t, transcripts), want)
	checkFormats(t, "transcripts without a prompt", inEveryFormat(t, inAnswers), want)
	checkFormats(t, "conversations", inEveryFormat(t, chats), withSystem)
}

func checkFormats(t *testing.T, kind string, formats map[string]string, want []preference.Pair) {
	path := filepath.Join(t.TempDir(), "pairs")
	for format, content := range formats {
		for packing, content := range map[string]string{"": content, " gzipped": zip(content)} {
			t.Run(kind+" in "+format+packing, func(t *testing.T) {
				if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
					t.Fatal(err)
				}
				set, err := ReadFile(path)
				if err != nil {
					t.Fatal(err)
				}
				checkPairs(t, set, want)
				stream, err := Read(strings.NewReader(content), path)
				if err != nil {
					t.Fatal(err)
				}
				if !reflect.DeepEqual(stream, set) {
					t.Errorf("read as a stream: %+v, as a file: %+v", stream, set)
				}
			})
		}
	}
}

// checkPairs compares pairs whose order in their file is known, but not how
// the file counts places.
func checkPairs(t *testing.T, set *preference.Set, want []preference.Pair) {
	t.Helper()
	if len(set.Pairs) != len(want) || len(set.Skipped) != 1 || set.Skipped[0].Reason != preference.EqualAnswers {
		t.Fatalf("read %s, want %d pairs and one left out", set.Report(), len(want))
	}
	for i, pair := range set.Pairs {
		switch {
		case pair.Unit == "":
			t.Errorf("pair %d has no unit", i)
		case pair.Unit != preference.UnitLine && pair.Line != want[i].Line:
			t.Errorf("pair %d is %s %d, want %d", i, pair.Unit, pair.Line, want[i].Line)
		case i > 0 && pair.Line <= set.Pairs[i-1].Line:
			t.Errorf("pair %d has the line of the one before or an earlier one", i)
		}
		pair.Source, pair.Unit, pair.Line = "", "", want[i].Line
		if !reflect.DeepEqual(pair, want[i]) {
			t.Errorf("got  %+v\nwant %+v", pair, want[i])
		}
	}
}

func TestWhere(t *testing.T) {
	for want, pair := range map[string]preference.Pair{
		"builtin, line 1":       {Source: "builtin"},
		"pairs.json, element 3": {Source: "pairs.json", Line: 2, Unit: preference.UnitElement},
	} {
		if got := pair.Where(); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}
