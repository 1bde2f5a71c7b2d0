package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// TestDocumentedCommands: every command that the documents and the help name exists, and so do its flags. In a block of code the values and
// arguments are such as the command takes.
func TestDocumentedCommands(t *testing.T) {
	documents, err := filepath.Glob("../../docs/*.md")
	if err != nil || len(documents) == 0 {
		t.Fatal(documents, err)
	}
	found := 0
	check := func(place, text string) {
		for i, line := range strings.Split(text, "\n") {
			if command := ofBlock.FindString(line); command != "" && !strings.Contains(command, "…") {
				found++
				if err := parse(command); err != nil {
					t.Errorf("%s:%d: %s: %v", place, i+1, command, err)
				}
				continue
			}
			for _, m := range inSentence.FindAllStringSubmatch(line, -1) {
				found++
				if err := parseNames(m[1]); err != nil {
					t.Errorf("%s:%d: %s: %v", place, i+1, m[1], err)
				}
			}
		}
	}
	for _, path := range append(documents, "../../README.md") {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		check(filepath.Base(path), string(text))
	}
	eachCommand(root(), func(cmd *cobra.Command) {
		_, examples, _ := strings.Cut(cmd.Long, "\n") // the first line is a sentence
		check("the help of "+cmd.CommandPath(), examples)
	})
	if found < 150 {
		t.Errorf("found only %d commands", found)
	}
}

func eachCommand(cmd *cobra.Command, visit func(*cobra.Command)) {
	visit(cmd)
	for _, child := range cmd.Commands() {
		eachCommand(child, visit)
	}
}

var (
	inSentence = regexp.MustCompile("`((?:bin/)?dpo [a-z][^`]*)`")
	ofBlock    = regexp.MustCompile(`^ *(?:bin/)?dpo [a-z].*?(?:  |$| [#|>\\])`)
	words      = regexp.MustCompile(`"[^"]*"|'[^']*'|[^\s#|>\\]+`)
	flagNames  = regexp.MustCompile(`(?:^|\s)--([a-z][a-z0-9-]*)`)
)

// parse reads a command line as far as it can be read without running it.
func parse(line string) error {
	args := words.FindAllString(line, -1)[1:]
	for i, arg := range args {
		args[i] = strings.Trim(arg, `"'`)
	}
	cmd, rest, err := root().Find(args)
	if err != nil {
		return err
	}
	if err := cmd.ParseFlags(rest); errors.Is(err, pflag.ErrHelp) {
		return nil
	} else if err != nil {
		return cmd.FlagErrorFunc()(cmd, err)
	}
	return cmd.ValidateArgs(cmd.Flags().Args())
}

// parseNames looks up a command and its flags. Their values may be words such as STEP.
func parseNames(line string) error {
	cmd, _, err := root().Find(strings.Fields(line)[1:])
	if err != nil {
		return err
	}
	cmd.InitDefaultHelpFlag()
	for _, m := range flagNames.FindAllStringSubmatch(line, -1) {
		if cmd.Flags().Lookup(m[1]) == nil {
			return fmt.Errorf("%s has no flag --%s", cmd.CommandPath(), m[1])
		}
	}
	return nil
}
