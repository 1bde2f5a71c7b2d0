package fault

import (
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"sync"
)

// tally counts what became of the tries of each fault.
var tally = struct {
	sync.Mutex
	faults []string // in the order of their first try
	counts map[string]map[string]int
}{counts: map[string]map[string]int{}}

func count(fault, became string) {
	tally.Lock()
	defer tally.Unlock()
	if tally.counts[fault] == nil {
		tally.faults = append(tally.faults, fault)
		tally.counts[fault] = map[string]int{}
	}
	tally.counts[fault][became]++
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
		var became []string
		tries := 0
		for what, n := range tally.counts[fault] {
			became = append(became, fmt.Sprintf("%d %s", n, what))
			tries += n
		}
		slices.Sort(became)
		fmt.Fprintf(&rows, "| %s | %d | %s |\n", fault, tries, strings.Join(became, "; "))
	}
	rows.WriteString("<!-- end of faults -->")
	return os.WriteFile(path, place.ReplaceAllLiteral(document, []byte(rows.String())), 0o644)
}
