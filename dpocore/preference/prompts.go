package preference

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strings"
)

// ReadPrompts reads one prompt per line, as plain text or as a JSON object with the field "prompt". It skips empty lines.
// An error names the file and the line.
func ReadPrompts(path string) ([]string, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("read the prompts: %w", err)
	}
	defer file.Close()
	const maxLine = 1 << 20 // bytes
	lines := bufio.NewScanner(file)
	lines.Buffer(nil, maxLine)
	var prompts []string
	number := 1
	for ; lines.Scan(); number++ {
		prompt, err := parsePrompt(lines.Text())
		if err != nil {
			return nil, fmt.Errorf("%s, line %d: %w", path, number, err)
		}
		if prompt != "" {
			prompts = append(prompts, prompt)
		}
	}
	if err := lines.Err(); err != nil {
		return nil, fmt.Errorf("%s, line %d: read the prompt: %w", path, number, err)
	}
	if len(prompts) == 0 {
		return nil, fmt.Errorf("%s contains no prompt; write one per line", path)
	}
	return prompts, nil
}

// parsePrompt returns the prompt of a line, or "" if it has none.
func parsePrompt(line string) (string, error) {
	text := strings.TrimSpace(line)
	if !strings.HasPrefix(text, "{") {
		return text, nil
	}
	var object struct {
		Prompt *string `json:"prompt"`
	}
	if err := json.Unmarshal([]byte(text), &object); err != nil {
		return "", fmt.Errorf("read the prompt: %w", err)
	}
	if object.Prompt == nil {
		return "", errors.New("the field \"prompt\" is missing; it must be a string")
	}
	return strings.TrimSpace(*object.Prompt), nil
}
