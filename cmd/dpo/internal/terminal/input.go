package terminal

import (
	"bufio"
	"errors"
	"io"
	"strings"

	"golang.org/x/term"
)

// IsTerminal reports whether an input or output is a terminal.
func IsTerminal(stream any) bool {
	file, ok := stream.(interface{ Fd() uintptr })
	return ok && term.IsTerminal(int(file.Fd()))
}

// Width returns the number of columns of a terminal; ok is false if the stream is none. A terminal may not know its width.
func Width(stream any) (columns int, ok bool) {
	if !IsTerminal(stream) {
		return 0, false
	}
	const usual = 80
	columns, _, err := term.GetSize(int(stream.(interface{ Fd() uintptr }).Fd()))
	if err != nil || columns == 0 {
		return usual, true
	}
	return columns, true
}

// ReadLines reads lines one at a time, each after the previous one has been received. After the last line it closes the
// first channel and sends the read error on the second, or nil at the end of the input.
func ReadLines(in io.Reader) (<-chan string, <-chan error) {
	lines, failed := make(chan string), make(chan error, 1)
	go func() {
		defer close(lines)
		reader := bufio.NewReader(in)
		for {
			line, err := reader.ReadString('\n')
			if line != "" {
				lines <- strings.TrimRight(line, "\r\n")
			}
			if err != nil {
				if errors.Is(err, io.EOF) {
					err = nil
				}
				failed <- err
				return
			}
		}
	}()
	return lines, failed
}
