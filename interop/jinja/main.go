// Command jinja renders templates for the comparison with Jinja2: it reads a JSON object with source and variables from each line,
// and writes one with text or error.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"time"

	"example.com/gonb-dpo/internal/jinjatest"
)

func main() {
	in, out := json.NewDecoder(os.Stdin), bufio.NewWriter(os.Stdout)
	answers := json.NewEncoder(out)
	for in.More() {
		var question struct {
			Source    string
			Variables json.RawMessage
			Now       time.Time
		}
		if err := in.Decode(&question); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		answer := map[string]string{}
		if text, err := jinjatest.Render(question.Source, question.Variables, question.Now); err != nil {
			answer["error"] = err.Error()
		} else {
			answer["text"] = text
		}
		answers.Encode(answer)
		out.Flush()
	}
}
