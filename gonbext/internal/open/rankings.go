package open

import (
	"errors"
	"fmt"
	"path/filepath"
	"strings"

	"example.com/gonb-dpo/dpocore/ranking"
)

// Rankings reads files of rankings, or those that match patterns such as "class/*.jsonl", as one.
func Rankings(names ...string) (*ranking.Log, error) {
	var paths []string
	for _, name := range names {
		if !strings.ContainsAny(name, "*?[") {
			paths = append(paths, name)
			continue
		}
		matches, err := filepath.Glob(name)
		if err != nil {
			return nil, fmt.Errorf("the pattern %q lacks a closing bracket; write it like \"class/*.jsonl\"", name)
		}
		if len(matches) == 0 {
			return nil, fmt.Errorf("no file matches %q; check the folder and the pattern", name)
		}
		paths = append(paths, matches...)
	}
	if len(paths) == 0 {
		return nil, errors.New("name a file of rankings, or a pattern such as \"class/*.jsonl\"")
	}
	return ranking.Read(paths...)
}
