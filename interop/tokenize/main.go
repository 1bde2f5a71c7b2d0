// Command tokenize writes the token ids, control tokens included, of texts (a JSON list on standard input) with the tokenizer of the model named on the
// command line, and the texts that they decode to.
package main

import (
	"encoding/json"
	"fmt"
	"os"

	"example.com/gonb-dpo/dpocore/tokenizer"
)

func main() {
	if err := run(os.Args[1]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(path string) error {
	var texts []string
	if err := json.NewDecoder(os.Stdin).Decode(&texts); err != nil {
		return err
	}
	tok, err := tokenizer.Open(path)
	if err != nil {
		return err
	}
	defer tok.Close()
	type result struct {
		IDs     []int32 `json:"ids"`
		Decoded string  `json:"decoded"`
	}
	results := make([]result, len(texts))
	for i, text := range texts {
		ids, err := tok.EncodeControl(text)
		if err != nil {
			return err
		}
		results[i] = result{ids, tok.Decode(ids, false)}
	}
	return json.NewEncoder(os.Stdout).Encode(results)
}
