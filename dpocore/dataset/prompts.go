package dataset

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"strings"
)

// ReadPrompts reads prompts from a file with one per line, as plain text or as a JSON object with the field "prompt". It
// skips empty lines. Errors name the file and the line.
func ReadPrompts(path string) ([]string, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("read the prompts: %w", err)
	}
	defer file.Close()
	var prompts []string
	lines := bufio.NewScanner(file)
	lines.Buffer(nil, 1<<20)
	number := 0
	for lines.Scan() {
		number++
		text := strings.TrimSpace(lines.Text())
		if strings.HasPrefix(text, "{") {
			var object struct {
				Prompt *string `json:"prompt"`
			}
			if err := json.Unmarshal([]byte(text), &object); err != nil {
				return nil, fmt.Errorf("%s, line %d: read the prompt: %w", path, number, err)
			}
			if object.Prompt == nil {
				return nil, fmt.Errorf("%s, line %d: the field \"prompt\" is missing; add it, with a text", path, number)
			}
			text = strings.TrimSpace(*object.Prompt)
		}
		if text != "" {
			prompts = append(prompts, text)
		}
	}
	if err := lines.Err(); err != nil {
		return nil, fmt.Errorf("%s, line %d: read the prompt: %w", path, number+1, err)
	}
	if len(prompts) == 0 {
		return nil, fmt.Errorf("%s has no prompts; write one per line", path)
	}
	return prompts, nil
}
