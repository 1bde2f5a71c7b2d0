package pairfile

import (
	"reflect"
	"strings"
	"testing"

	"example.com/gonb-dpo/dpocore/preference"
	"example.com/gonb-dpo/dpocore/preference/recordfile"
)

// The sentence for each mistake in a table.
func TestTableMistakes(t *testing.T) {
	checkMistakes(t, []mistake{
		{"row too long", "prompt,chosen,rejected\nWhy?,So.,No.\nWhy?,So, then.,No.\n",
			`pairs, line 3: the row has 4 columns where the first line has 3; put texts with commas or line ends in quotation marks, or remove what is too much`},
		{"row too short", "prompt,chosen,rejected\nWhy?,\"So\n.\",No.\nWhy?,So.\n",
			`pairs, line 4: the row has 2 columns where the first line has 3; put texts with commas or line ends in quotation marks, or remove what is too much`},
		{"a column twice", "prompt,chosen,chosen,rejected\na,b,c,d\n",
			`pairs, line 1: two columns are named "chosen"; rename or remove one`},
		{"another name twice", "prompt,preferred,preferred,rejected\na,b,c,d\n",
			`pairs, line 1: two columns are named "preferred"; rename or remove one`},
		{"two that could be chosen", "prompt,preferred,winner,rejected\na,b,c,d\n",
			`pairs, line 1: the columns "preferred" and "winner" could each be "chosen"; say which one it is: dpo data convert pairs --out converted.jsonl --chosen preferred or --chosen winner`},
		{"no header", "Why?,So.,No.\nWhy not?,So.,No.\n",
			`pairs, line 1: no column is named "chosen" or "rejected": the columns are Why?, So., No.; needed are "chosen" and "rejected", and "prompt" unless both begin with it; say which columns hold the better and the worse answer: dpo data convert pairs --out converted.jsonl --chosen BETTER --rejected WORSE (the first line must name the columns)`},
		{"header misspelt", "prompt,choosen,rejected\na,b,c\n",
			`pairs, line 1: no column is named "chosen": the columns are prompt, choosen, rejected; needed are "chosen" and "rejected", and "prompt" unless both begin with it; "choosen": did you mean "chosen"? rename it (the first line must name the columns)`},
		{"prompt misspelt", "pormpt\tchosen\trejected\na\tb\tc\n",
			`pairs, line 1: no column is named "prompt"; "pormpt": did you mean "prompt"? rename it, or remove it if both answers begin with the prompt`},
		{"header only", "prompt,chosen,rejected\n",
			`pairs: the file can be read, but holds no pair; write pairs into it, or give another file`},
		{"quotation marks in a text", "prompt,chosen,rejected\nWhy?,He said \"no\",No.\n",
			`pairs, line 2: there is a quotation mark in a text that is not in quotation marks (line 2, character 14); put the text in quotation marks and write each one in it twice`},
		{"text after quotation marks", "prompt,chosen,rejected\nWhy?,\"So\" then,No.\n",
			`pairs, line 2: a text in quotation marks is not closed, or continues after them (line 2, character 9); write each quotation mark inside it twice; at the file's end it was probably cut off`},
		{"quotation mark not closed", "prompt,chosen,rejected\nWhy?,\"So.,No.\nmore\n",
			`pairs, line 2: a text in quotation marks is not closed, or continues after them (line 3, character 6); write each quotation mark inside it twice; at the file's end it was probably cut off`},
		{"Latin-1", "prompt,chosen,rejected\nWhy?,Caf\xe9,No.\n",
			`pairs, line 2: column "chosen" is not UTF-8 at byte 4; save the file as UTF-8`},
		{"Latin-1 in the header", "prompt,chosen,rejected,caf\xe9\nWhy?,a,No.,x\n",
			`pairs, line 1: the name of column 4 is not UTF-8 at byte 4; save the file as UTF-8`},
		{"NUL byte", "prompt,chosen,rejected\nWhy?,a\x00b,No.\n",
			`pairs, line 2: column "chosen" holds a NUL character; remove it, or save the file as UTF-8 if it is UTF-16`},
		{"list as Python prints it", "chosen,rejected\n\"[{'role': 'user'}]\",\"[{'role': 'user'}]\"\n",
			`pairs, line 2: column "chosen" holds a list as Python prints it ([{'role': … or ['…); write it as JSON, in Python with json.dumps`},
		{"list cut by a spreadsheet", "chosen,rejected\n\"[{\"\"role\"\": \"\"user\"\"\",\"[]\"\n",
			`pairs, line 2: column "chosen" begins like a list of turns, but is not JSON; it was perhaps cut off (spreadsheets cut a cell at 32,767 characters)`},
		{"text among lists", "chosen,rejected\n\"[{\"\"role\"\":\"\"assistant\"\",\"\"content\"\":\"\"a\"\"}]\",[]\nyes,no\n",
			`pairs, line 3: column "chosen" is not JSON, but the first record has a list of turns`},
		{"weight in words", "prompt,chosen,rejected,weight\na,b,c,heavy\n",
			`pairs, line 2: column "weight" is "heavy"; it must be a number`},
		{"negative weight", "prompt,chosen,rejected,weight\na,b,c,-1\n",
			`pairs, line 2: column "weight" is -1; it must be a number from 0 to 1e+30`},
		{"old Mac line ends", "prompt,chosen,rejected\rWhy?,So.,No.\r",
			`pairs, line 1: the lines end in a carriage return alone; save the file with line feeds (LF, or CR LF)`},
		{"row of 64 MiB", "prompt,chosen,rejected\na,\"" + strings.Repeat("a\n", recordfile.MaxRecord/2+10000),
			`pairs, line 2: the record is longer than 64 MiB; it must hold one pair: check the file, or shorten the texts; a quotation mark that is never closed makes a long one too`},
		{"cut gzip", zip("prompt,chosen,rejected\n" + strings.Repeat("Why?,\"So.\n\",No.\n", 3))[:50],
			`pairs, line 2: the gzip file is damaged or cut off here (unexpected EOF); download or pack it again`},
	})
}

// A byte order mark, CR LF, blank lines, semicolons, spaces around the names
// in the header, and a marked text over several lines are all read.
func TestTableStyles(t *testing.T) {
	want := []preference.Pair{
		{Prompt: user("Why, then?"), Chosen: "So.\nReally \"so\".", Rejected: "No.", Source: "pairs", Line: 2, Unit: "line", Objective: "tone", Weight: 0.5},
		{Prompt: user("Why?"), Chosen: "<b>", Rejected: "[1] No.", Source: "pairs", Line: 5, Unit: "line", Weight: 1},
	}
	for name, sep := range map[string]string{"comma": ",", "tab": "\t", "semicolon": ";"} {
		lines := []string{
			"\xef\xbb\xbfprompt|chosen |rejected|weight|objective|id", "",
			"\"Why, then?\"|\"So.", "Really \"\"so\"\".\"|No.|0.5|tone|1", "",
			"Why?|<b>|[1] No.||| 2", "",
		}
		text := strings.ReplaceAll(strings.Join(lines, "\r\n"), "|", sep)
		set, err := Read(strings.NewReader(text), "pairs")
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if !reflect.DeepEqual(set.Pairs, want) {
			t.Errorf("%s: got\n%+v\nwant\n%+v", name, set.Pairs, want)
		}
		if got, want := set.Columns.Unused, []string{"id"}; !reflect.DeepEqual(got, want) {
			t.Errorf("%s: unused columns %v, want %v", name, got, want)
		}
	}
}
