package gpureport

import (
	"fmt"
	"os"
	"strings"
	"time"
	"unicode"

	"example.com/gonb-dpo/dpocore/run"
)

// markdown is the report on the finished parts of all.
func (r *reporter) markdown(all []part) string {
	var b strings.Builder
	kind := "GPU"
	if !r.onGPU() {
		kind = "CPU"
	}
	fmt.Fprintf(&b, "# Report on a %s\n\n%s\n\n", kind, r.verdict(len(all)))
	fmt.Fprintf(&b, "dpo %s, %s. To share this report, paste it into an issue; it does not name you or your machine.\n\n", run.Version(), r.started.UTC().Format(time.DateOnly))
	b.WriteString("| part | result | what was found | seconds |\n|---|---|---|---|\n")
	for _, done := range r.done {
		fmt.Fprintf(&b, "| %s | %s | %s | %.1f |\n", done.title, done.state, cell(done.summary), done.took.Seconds())
	}
	for _, done := range r.done {
		done.section(&b)
	}
	return tidy(b.String())
}

// verdict says in a sentence how the report ended.
func (r *reporter) verdict(all int) string {
	count := map[state]int{}
	for _, done := range r.done {
		count[done.state]++
	}
	switch left := all - len(r.done) + count[notRun]; {
	case count[failed] == 0 && left == 0:
		return "Everything that can be right or wrong is right."
	case count[failed] == 0:
		return fmt.Sprintf("Nothing failed, but %d of %d parts were not run.", left, all)
	case left == 0:
		return fmt.Sprintf("%d of %d parts failed.", count[failed], all)
	default:
		return fmt.Sprintf("%d of %d parts failed, and %d were not run.", count[failed], all, left)
	}
}

// section writes a part's details.
func (r result) section(b *strings.Builder) {
	fmt.Fprintf(b, "\n## %s: %s\n\n%s\n", capitalized(r.title), r.state, r.summary)
	if r.remedy != "" {
		fmt.Fprintf(b, "\nWhat to do: %s\n", r.remedy)
	}
	for i, row := range r.table {
		if i == 0 {
			b.WriteString("\n")
		}
		for _, text := range row {
			fmt.Fprintf(b, "| %s ", cell(text))
		}
		b.WriteString("|\n")
		if i == 0 {
			b.WriteString(strings.Repeat("|---", len(row)) + "|\n")
		}
	}
	if r.log != "" {
		fmt.Fprintf(b, "\nThe last lines of the process:\n\n```\n%s\n```\n", strings.ReplaceAll(r.log, "```", "'''"))
	}
}

// cell is a text as a cell of a table.
func cell(text string) string { return strings.ReplaceAll(oneLine(text), "|", "\\|") }

func oneLine(text string) string { return strings.Join(strings.Fields(text), " ") }

// tidy replaces the user's home folder, whose name is the user's.
func tidy(text string) string {
	if home := os.Getenv("HOME"); len(home) > 1 {
		text = strings.ReplaceAll(text, home, "~")
	}
	return text
}

// sentence makes an error a sentence.
func sentence(text string) string { return strings.TrimSuffix(capitalized(text), ".") + "." }

func capitalized(text string) string {
	letters := []rune(text)
	if len(letters) > 0 {
		letters[0] = unicode.ToUpper(letters[0])
	}
	return string(letters)
}
