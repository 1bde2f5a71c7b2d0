package configcommand

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"text/tabwriter"

	"example.com/gonb-dpo/cmd/dpo/internal/exit"
	"example.com/gonb-dpo/dpocore/recipe"
	"example.com/gonb-dpo/internal/atomicfile"
)

// translate translates a file of another tool, says what each of its fields is, and writes the result to a new file or to w.
func translate(w, report io.Writer, path, from, out string) error {
	file, err := recipe.Read(path)
	if err != nil {
		return err
	}
	tool, err := toolOf(file, from)
	if err != nil {
		return exit.WrongUse(err)
	}
	if _, err := os.Lstat(out); out != "" && err == nil {
		return exit.WrongUse(fmt.Errorf("%s exists; choose another --out", out))
	}
	translated := file.Translate(tool)
	table := tabwriter.NewWriter(report, 0, 0, 2, ' ', 0)
	for _, row := range translated.Rows {
		fmt.Fprintf(table, "%s\t%s: %s\t%s\n", row.Kind, row.Field, row.Value, row.Text)
	}
	if err := table.Flush(); err != nil {
		return err
	}
	if _, err := fmt.Fprintf(report, "%s is a file of %s; %s\n", path, tool.Name, translated.Summary()); err != nil {
		return err
	}
	text := translated.YAML(path)
	if out != "" {
		return atomicfile.WriteBytes(out, []byte(text))
	}
	_, err = io.WriteString(w, text)
	return err
}

// toolOf returns the tool of a name, or that which wrote the file.
func toolOf(file recipe.File, from string) (*recipe.Tool, error) {
	if from == "" {
		return file.Detect(), nil
	}
	plain := func(name string) string { return strings.ToLower(strings.NewReplacer("-", "", "_", "").Replace(name)) }
	for _, tool := range recipe.Tools {
		if plain(from) == plain(tool.Name) {
			return tool, nil
		}
	}
	return nil, errors.New("--from is trl, llama-factory or axolotl")
}
