package dataview

import (
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"example.com/gonb-dpo/cmd/dpo/internal/terminal"
	"example.com/gonb-dpo/dpocore/preview"
)

// page formats pairs as text.
type page struct {
	out      io.Writer
	terminal bool
	width    int // of one of the two columns
}

func newPage(out io.Writer) *page {
	const minWidth, maxWidth, defaultWidth = 24, 72, 48
	p := &page{out: out, width: defaultWidth}
	if columns, ok := terminal.Width(out); ok {
		p.terminal = true
		p.width = min(max((columns-3)/2, minWidth), maxWidth)
	}
	return p
}

func (p *page) pair(shown preview.Pair) {
	fmt.Fprintf(p.out, "%s\n\n%s\n\n", p.paint("1", shown.Where), terminal.Printable(shown.Prompt))
	left := p.column("32", shown.Chosen)
	right := p.column("31", shown.Rejected)
	title := func(at int) string { return fmt.Sprintf("%s, %d tokens", shown.Seen[at].Name, shown.Seen[at].Tokens) }
	fmt.Fprintf(p.out, "%s │ %s\n", pad(title(1), title(1), p.width), title(2))
	for i := range max(len(left), len(right)) {
		var l, r line
		if i < len(left) {
			l = left[i]
		}
		if i < len(right) {
			r = right[i]
		}
		fmt.Fprintf(p.out, "%s │ %s\n", pad(l.painted, l.plain, p.width), r.painted)
	}
	for _, part := range shown.Seen {
		if part.Tokens == 0 { // the other side of a single answer
			continue
		}
		fmt.Fprintf(p.out, "\nwhat the model sees, %s, %d tokens\n", part.Name, part.Tokens)
		var text strings.Builder
		for _, piece := range part.Pieces {
			if piece.Control {
				text.WriteString(p.paint("35", piece.Text))
			} else {
				text.WriteString(terminal.Printable(piece.Text))
			}
		}
		fmt.Fprintf(p.out, "  │ %s\n", strings.ReplaceAll(text.String(), "\n", "\n  │ "))
	}
	fmt.Fprintln(p.out)
}

// line is a line of a column, with and without colours.
type line struct{ painted, plain string }

// column breaks words into lines.
func (p *page) column(colour string, words []preview.Word) (lines []line) {
	var now []preview.Word
	end := func() {
		lines = append(lines, p.line(colour, now))
		now = nil
	}
	for _, word := range words {
		for _, part := range chunks(terminal.Printable(word.Text), p.width-2) {
			next := append(now, preview.Word{Text: part, Differs: word.Differs && part != ""})
			if len(now) > 0 && utf8.RuneCountInString(p.line(colour, next).plain) > p.width {
				end()
				next = next[len(next)-1:]
			}
			now = next
		}
		for range strings.Count(word.Space, "\n") {
			end()
		}
	}
	if len(now) > 0 {
		end()
	}
	return lines
}

// line joins words and marks runs of differing words.
func (p *page) line(colour string, words []preview.Word) (joined line) {
	for i := 0; i < len(words); {
		run := []string{words[i].Text}
		first := i
		for i++; i < len(words) && words[i].Differs == words[first].Differs; i++ {
			run = append(run, words[i].Text)
		}
		text := strings.Join(run, " ")
		painted := text
		switch {
		case words[first].Differs && p.terminal:
			painted = p.paint(colour, text)
		case words[first].Differs:
			text = "«" + text + "»"
			painted = text
		}
		if first > 0 {
			painted, text = " "+painted, " "+text
		}
		joined = line{joined.painted + painted, joined.plain + text}
	}
	return joined
}

// chunks splits a word that is wider than a column.
func chunks(word string, width int) (parts []string) {
	runes := []rune(word)
	for len(runes) > width {
		parts = append(parts, string(runes[:width]))
		runes = runes[width:]
	}
	return append(parts, string(runes))
}

// paint colours text on a terminal.
func (p *page) paint(code, text string) string {
	if !p.terminal {
		return text
	}
	return "\x1b[" + code + "m" + text + "\x1b[0m"
}

// pad fills text up to a width; plain is the text without colours.
func pad(text, plain string, width int) string {
	return text + strings.Repeat(" ", max(width-utf8.RuneCountInString(plain), 0))
}
