package pairfile

import (
	"bytes"
	"os"
	"strings"
	"testing"

	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/compress"

	"example.com/gonb-dpo/internal/errtest"
)

// testdata/conversations.parquet was written by pyarrow 26.0.1 with zstd, in
// row groups of three: seven pairs of conversations, of which the fourth has
// equal answers, with a column that holds null and one of lists, both unused.
func TestParquetConversations(t *testing.T) {
	set, err := ReadFile("testdata/conversations.parquet")
	if err != nil {
		t.Fatal(err)
	}
	if got, want := set.Report(), "kept 6 pairs, left out 1: 1 equal answers"; got != want || set.Skipped[0].Line != 3 {
		t.Errorf("%s, place %d; want %s, place 3", got, set.Skipped[0].Line, want)
	}
	if got, want := set.Columns.String(), "columns: prompt is the prompt, chosen is chosen, rejected is rejected; not used: prompt_id, score_chosen, score_rejected, tags"; got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	last := set.Pairs[5]
	if last.Prompt[0] != user("Question 6?")[0] || last.Chosen != "Good answer 6." || last.Rejected != "Bad answer 6." || last.Where() != "testdata/conversations.parquet, row 7" {
		t.Errorf("the last pair is %+v", last)
	}
}

// testdata/plain.parquet was written by pyarrow 26.0.1 with snappy and data
// pages of version 2: three columns of text and float32 weights of 0.5, the
// third null.
func TestParquetPlain(t *testing.T) {
	set, err := ReadFile("testdata/plain.parquet")
	if err != nil {
		t.Fatal(err)
	}
	if got, want := set.Columns.String(), "columns: question is the prompt, preferred is chosen, loser is rejected"; got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	for i, pair := range set.Pairs {
		want := 0.5
		if i == 2 {
			want = 1
		}
		if pair.Weight != want {
			t.Errorf("row %d has weight %g, want %g", i+1, pair.Weight, want)
		}
	}
}

// Columns that are not needed tell by their values what they are, if these can be read: a prompt of another name is not
// overlooked, and a picture is no error.
func TestParquetOtherColumns(t *testing.T) {
	type pair struct {
		Thumb    []byte `parquet:"thumb"`
		Prompt   string `parquet:"prompt"`
		Chosen   string `parquet:"chosen"`
		Rejected string `parquet:"rejected"`
	}
	set, err := Read(strings.NewReader(written(t, pair{[]byte{0xff, 0xd8}, "Why?", "So.", "No."})), "pairs")
	if err != nil || set.Columns.Note() != "columns not used: thumb" {
		t.Errorf("with a picture: %v, %v", set, err)
	}
	type noPrompt struct {
		Q        string `parquet:"q"`
		Chosen   string `parquet:"chosen"`
		Rejected string `parquet:"rejected"`
	}
	_, err = Read(strings.NewReader(written(t, noPrompt{"Why?", "I think so.", "I don't."})), "pairs")
	errtest.Contains(t, err, `if "q" is the prompt: dpo data convert pairs --out converted.jsonl --prompt q`)
}

// written writes records as Parquet.
func written[T any](t *testing.T, records ...T) string {
	t.Helper()
	var table bytes.Buffer
	if err := parquet.Write(&table, records); err != nil {
		t.Fatal(err)
	}
	return table.String()
}

func TestParquetMistakes(t *testing.T) {
	plain, err := os.ReadFile("testdata/plain.parquet")
	if err != nil {
		t.Fatal(err)
	}
	whole := string(plain)
	const broken = "the Parquet file has no footer at its end, so it was cut off or is damaged; download or write it again"
	type optional struct {
		Prompt   string  `parquet:"prompt"`
		Chosen   *string `parquet:"chosen,optional"`
		Rejected string  `parquet:"rejected"`
	}
	type numbers struct {
		Prompt   string  `parquet:"prompt"`
		Chosen   string  `parquet:"chosen"`
		Rejected float64 `parquet:"rejected"`
	}
	type misspelt struct {
		Prompt   string `parquet:"prompt"`
		Chosen   string `parquet:"choosen"`
		Rejected string `parquet:"rejected"`
	}
	type promptMisspelt struct {
		Prompt   string `parquet:"promt"`
		Chosen   string `parquet:"chosen"`
		Rejected string `parquet:"rejected"`
	}
	type words struct {
		Chosen   []string `parquet:"chosen,list"`
		Rejected []string `parquet:"rejected,list"`
	}
	checkMistakes(t, []mistake{
		{"cut", whole[:len(whole)-100], "pairs: " + broken},
		{"only a beginning", "PAR1", "pairs: " + broken},
		{"footer longer than the file", whole[:len(whole)-8] + "\xff\xff\xff\x7fPAR1", "pairs: " + broken},
		{"cut gzip", zip(whole)[:300], "pairs, row 1: the gzip file is damaged or cut off here (unexpected EOF); download or pack it again"},
		{"null", written(t, optional{"a", new("b"), "c"}, optional{"a", nil, "c"}),
			`pairs, row 2: column "chosen" is null; it must be a string or a list of turns`},
		{"numbers", written(t, numbers{"a", "b", 1}),
			`pairs, row 1: column "rejected" is a number; it must be a string or a list of turns`},
		{"misspelt", written(t, misspelt{"a", "b", "c"}),
			`pairs: no column is named "chosen": the columns are prompt, choosen, rejected; needed are "chosen" and "rejected", and "prompt" unless both begin with it; "choosen": did you mean "chosen"? rename it`},
		{"prompt misspelt", written(t, promptMisspelt{"a", "b", "c"}),
			`pairs: no column is named "prompt"; "promt": did you mean "prompt"? rename it, or remove it if both answers begin with the prompt`},
		{"not UTF-8", written(t, row{"a", "b", "c"}, row{"a", "b", "c\xff"}),
			`pairs, row 2: column "rejected" is not UTF-8 at byte 2; save the file as UTF-8`},
		{"NUL", written(t, row{"a", "b\x00", "c"}),
			`pairs, row 1: column "chosen" holds a NUL character; remove it, or save the file as UTF-8 if it is UTF-16`},
		{"no rows", written[row](t), "pairs: the file can be read, but holds no pair; write pairs into it, or give another file"},
		{"all left out", written(t, row{"a", "b", "b"}),
			`pairs: no pair is left to learn from (kept 0 pairs, left out 1: 1 equal answers); check that every pair has a prompt, and that "chosen" and "rejected" answer it differently`},
		{"lists of text", written(t, words{[]string{"a", "b"}, []string{"a", "c"}}),
			`pairs, row 1: column "chosen" has 2 answers, and which of them is better than which of "rejected" can be read in several ways, such as the first with the first or each with each; write one pair per row, or choose two: ` +
				`dpo data convert pairs --out converted.jsonl --chosen 'chosen[0]' --rejected 'rejected[0]'`},
		{"unknown role", written(t, talk{[]message{{"human", "a"}}, []message{{"human", "a"}}}),
			`pairs, row 1: column "chosen[0].role" is "human"; roles are system, user and assistant`},
	})
}

// Whatever byte of a Parquet file is damaged, the file is read or refused by
// a sentence with its name.
func TestParquetDamage(t *testing.T) {
	for _, name := range []string{"plain", "conversations"} {
		whole, err := os.ReadFile("testdata/" + name + ".parquet")
		if err != nil {
			t.Fatal(err)
		}
		const step = 7 // every byte takes ten seconds
		refused := 0
		for at := 0; at < len(whole); at += step {
			damaged := bytes.Clone(whole)
			damaged[at] ^= 0xff
			set, err := Read(bytes.NewReader(damaged), "pairs")
			checkRead(t, set, err)
			if err != nil {
				refused++
			}
		}
		if tried := len(whole) / step; refused < tried/4 {
			t.Errorf("%s: only %d of %d damaged files were refused", name, refused, tried)
		}
	}
}

// Empty lists and missing ones end where they should in a column of lists.
func TestParquetLists(t *testing.T) {
	type record struct {
		Prompt   []message `parquet:"prompt,list"`
		Chosen   []message `parquet:"chosen,list"`
		Rejected []message `parquet:"rejected,list"`
	}
	ask, good, bad := []message{{Role: "user", Content: "a"}, {Role: "assistant", Content: "b"}, {Role: "user", Content: "c"}}, []message{{Role: "assistant", Content: "d"}}, []message{{Role: "assistant", Content: "e"}}
	records := []record{{ask, good, bad}, {nil, good, bad}, {ask, nil, bad}, {ask[:1], bad, good}}
	set, err := Read(strings.NewReader(written(t, records...)), "pairs")
	if err != nil {
		t.Fatal(err)
	}
	if got, want := set.Report(), "kept 2 pairs, left out 2: 1 empty prompt, 1 empty answer"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if first, last := set.Pairs[0], set.Pairs[1]; len(first.Prompt) != 3 || first.Prompt[2].Content != "c" || len(last.Prompt) != 1 || last.Chosen != "e" || last.Line != 3 {
		t.Errorf("got %+v", set.Pairs)
	}
}

// LZ4 is refused before its decoder, which a damaged block makes take all memory, sees it.
func TestParquetInLZ4(t *testing.T) {
	type row struct {
		Prompt   string `parquet:"prompt"`
		Chosen   string `parquet:"chosen"`
		Rejected string `parquet:"rejected"`
	}
	for codec, refused := range map[compress.Codec]bool{&parquet.Zstd: false, &parquet.Gzip: false, &parquet.Snappy: false, &parquet.Lz4Raw: true} {
		var file bytes.Buffer
		w := parquet.NewGenericWriter[row](&file, parquet.Compression(codec))
		if _, err := w.Write([]row{{"a", "b", "c"}}); err != nil {
			t.Fatal(err)
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		set, err := Read(&file, "pairs")
		if refused && (err == nil || !strings.HasPrefix(err.Error(), `pairs: the column "prompt" is compressed with LZ4`)) || !refused && (err != nil || len(set.Pairs) != 1) {
			t.Errorf("%v: %v", codec, err)
		}
	}
}
