package recordfile

import (
	"bytes"
	"cmp"
	"fmt"

	"example.com/gonb-dpo/internal/placeholder"
)

// A foreign file is of a format that is often given by mistake.
type foreign struct {
	magic  string // first bytes of the file
	name   string
	advice string // what to do; "" is to give another file
}

// toParquet is the way out of files of Hugging Face's datasets.
const toParquet = `save it as Parquet, in Python with ds.to_parquet("pairs.parquet")`

var foreigners = []foreign{
	{"\x89PNG", "a PNG picture", ""},
	{"\xff\xd8\xff", "a JPEG picture", ""},
	{"GIF8", "a GIF picture", ""},
	{"%PDF", "a PDF document", ""},
	{"PK\x03\x04", "a zip archive (a spreadsheet is one too)", "unpack it, or save the spreadsheet as CSV"},
	{"\x1f\x8b", "a gzip file inside a gzip file", "unpack it once"},
	{"\x28\xb5\x2f\xfd", "a zstd archive", "unpack it"},
	{"BZh", "a bzip2 archive", "unpack it"},
	{"\xfd7zXZ", "an xz archive", "unpack it"},
	{"7z\xbc\xaf", "a 7-Zip archive", "unpack it"},
	{"ARROW1", "an Arrow file", "save it as Parquet"},
	{"\xff\xff\xff\xff", "an Arrow stream, as datasets' save_to_disk writes them", toParquet},
	{"PARE", "an encrypted Parquet file", "save it without encryption"},
	{"SQLite format 3", "an SQLite database", ""},
	{"GGUF", "a GGUF model", ""},
	{"\xd0\xcf\x11\xe0", "an old Excel or Word document", "save the spreadsheet as CSV"},
	{"\x80\x02", "a Python pickle", "save the data as JSON Lines"},
	{"\x80\x03", "a Python pickle", "save the data as JSON Lines"},
	{"\x80\x04", "a Python pickle", "save the data as JSON Lines"},
	{"\x80\x05", "a Python pickle", "save the data as JSON Lines"},
	{"\x7fELF", "a program", ""},
	{"\xff\xfe", "text in UTF-16 or UTF-32", "save the file as UTF-8"},
	{"\xfe\xff", "text in UTF-16", "save the file as UTF-8"},
	{"\x00\x00\xfe\xff", "text in UTF-32", "save the file as UTF-8"},
}

// checkForeign refuses files of other formats by their first bytes; text is
// head without leading white space.
func checkForeign(head, text []byte) error {
	if kind, remedy := placeholder.Kind(head); kind != "" {
		return fmt.Errorf(": this is %s; %s", kind, remedy)
	}
	for _, kind := range foreigners {
		if bytes.HasPrefix(head, []byte(kind.magic)) {
			return fmt.Errorf(": this is %s, not a file of preference pairs; %s", kind.name, cmp.Or(kind.advice, accepted))
		}
	}
	if bytes.HasPrefix(text, []byte("<")) {
		return fmt.Errorf(": this is XML, not a file of preference pairs; %s", accepted)
	}
	return nil
}
