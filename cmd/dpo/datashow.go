package main

import (
	"fmt"
	"io"
	"os"
	"strings"
	"unicode/utf8"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"example.com/gonb-dpo/dpocore/preference"
	"example.com/gonb-dpo/dpocore/preview"
)

// maxMeasured is how many pairs a histogram counts. Tokenizing does about a thousand per second.
const maxMeasured = 2000

func showCommand() *cobra.Command {
	var model string
	n, number := 3, 0
	cmd := &cobra.Command{
		Use:   "show PAIRS",
		Short: "Show pairs side by side, and as the model sees them",
		Long: `Show pairs side by side with the differing words marked, then the exact text that
the model sees, with the control tokens of its chat template, and at the end the
lengths of the pairs in tokens.

Differing words are coloured, or put in «» if the output is not a terminal.`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			set, _, err := pairsToCheck(cmd.Context(), args[0], "")
			if err != nil {
				return err
			}
			pairs, err := pick(set, n, number, cmd.Flags().Changed("pair"))
			if err != nil {
				return wrongUse(err)
			}
			return showPairs(cmd, model, pairs, set)
		},
	}
	modelFlag(cmd, &model)
	cmd.Flags().IntVarP(&n, "number", "n", n, "number of pairs to show, starting with the first")
	cmd.Flags().IntVar(&number, "pair", 0, "show only the pair with this number, starting at 1")
	cmd.MarkFlagsMutuallyExclusive("number", "pair")
	return cmd
}

// showPairs prints some pairs of a set, and a histogram of the lengths of all.
func showPairs(cmd *cobra.Command, model string, pairs []preference.Pair, set *preference.Set) error {
	m, err := openModel(cmd.Context(), model)
	if err != nil {
		return err
	}
	defer m.Close()
	page := newPage(cmd.OutOrStdout())
	for _, pair := range pairs {
		shown, err := preview.Of(pair, m.Chat, m.Tokenizer)
		if err != nil {
			return err
		}
		page.pair(shown)
	}
	lengths, err := preview.Lengths(cmd.Context(), set, m.Chat, maxMeasured)
	if err != nil {
		return err
	}
	fmt.Fprint(page.out, lengths.Text())
	return nil
}

// pick returns the pairs to show: the first n, or one by its number.
func pick(set *preference.Set, n, number int, one bool) ([]preference.Pair, error) {
	switch all := len(set.Pairs); {
	case one && (number < 1 || number > all):
		return nil, fmt.Errorf("there is no pair %d; the pairs of %s are numbered from 1 to %d", number, set.Source, all)
	case one:
		return set.Pairs[number-1 : number], nil
	case n < 0:
		return nil, fmt.Errorf("%d pairs can't be shown; -n must be at least 0", n)
	default:
		return set.Pairs[:min(n, all)], nil
	}
}

// page formats pairs as text.
type page struct {
	out      io.Writer
	terminal bool
	width    int // of one of the two columns
}

func newPage(out io.Writer) *page {
	const minWidth, maxWidth, defaultWidth = 24, 72, 48
	p := &page{out: out, width: defaultWidth}
	if file, ok := out.(*os.File); ok && term.IsTerminal(int(file.Fd())) {
		p.terminal = true
		if columns, _, err := term.GetSize(int(file.Fd())); err == nil {
			p.width = min(max((columns-3)/2, minWidth), maxWidth)
		}
	}
	return p
}

func (p *page) pair(shown preview.Pair) {
	fmt.Fprintf(p.out, "%s\n\n%s\n\n", p.paint("1", shown.Where), printable(shown.Prompt))
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
		fmt.Fprintf(p.out, "\nwhat the model sees, %s, %d tokens\n", part.Name, part.Tokens)
		var text strings.Builder
		for _, piece := range part.Pieces {
			if piece.Control {
				text.WriteString(p.paint("35", piece.Text))
			} else {
				text.WriteString(printable(piece.Text))
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
		for _, part := range chunks(printable(word.Text), p.width-2) {
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

// printable replaces control characters, which could send commands to the terminal.
func printable(text string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' && r != '\n' && r != '\t' || r == 0x7f || r >= 0x80 && r < 0xa0 {
			return '�'
		}
		return r
	}, text)
}
