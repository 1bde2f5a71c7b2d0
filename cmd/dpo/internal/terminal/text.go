// Package terminal shows progress bars and text on a terminal, and reads lines from one.
package terminal

import "strings"

// Printable replaces control characters, which could send commands to the terminal.
func Printable(text string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' && r != '\n' && r != '\t' || r == 0x7f || r >= 0x80 && r < 0xa0 {
			return '�'
		}
		return r
	}, text)
}
