package fault

import (
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"sync"
)

// tally counts the outcomes of each fault.
var tally = struct {
	sync.Mutex
	faults []string // in the order of their first try
	counts map[string]map[string]int
}{counts: map[string]map[string]int{}}

func count(fault, outcomes string) {
	tally.Lock()
	defer tally.Unlock()
	if tally.counts[fault] == nil {
		tally.faults = append(tally.faults, fault)
		tally.counts[fault] = map[string]int{}
	}
	tally.counts[fault][outcomes]++
}

// place matches the table in the document.
var place = regexp.MustCompile(`(?s)<!-- faults -->\n.*<!-- end of faults -->`)

// writeTable puts the table into a document.
func writeTable(path string) error {
	document, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	if !place.Match(document) {
		return fmt.Errorf("%s has no place for the table", path)
	}
	var rows strings.Builder
	rows.WriteString("<!-- faults -->\n| fault | tries | what happened |\n|---|---|---|\n")
	for _, fault := range tally.faults {
		var outcomes []string
		tries := 0
		for what, n := range tally.counts[fault] {
			outcomes = append(outcomes, fmt.Sprintf("%d %s", n, what))
			tries += n
		}
		slices.Sort(outcomes)
		fmt.Fprintf(&rows, "| %s | %d | %s |\n", fault, tries, strings.Join(outcomes, "; "))
	}
	rows.WriteString("<!-- end of faults -->")
	return os.WriteFile(path, place.ReplaceAllLiteral(document, []byte(rows.String())), 0o644)
}
