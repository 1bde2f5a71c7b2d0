package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"golang.org/x/term"

	"example.com/gonb-dpo/dpocore/generate"
	"example.com/gonb-dpo/dpocore/model"
	"example.com/gonb-dpo/dpocore/tokenizer"
)

const commands = "/a switches the adapter off and on, /reset forgets the conversation, /quit ends"

// talk is a conversation on a terminal or through pipes.
type talk struct {
	model        *model.Model
	adapter      string // "" without one
	conversation *generate.Conversation
	draw         generate.Options
	out, notes   io.Writer // the answers, and all the rest
	prompting    bool      // somebody types

	answerers map[string]*generate.Answerer // by adapter, "" for the model alone
	now       string                        // the adapter that answers
}

func isTerminal(stream any) bool {
	file, ok := stream.(*os.File)
	return ok && term.IsTerminal(int(file.Fd()))
}

// begin prepares the first answerer, so that a mistake shows before anything is typed, and says what may be typed.
func (t *talk) begin() error {
	t.answerers, t.now = map[string]*generate.Answerer{}, t.adapter
	if _, err := t.answerer(); err != nil {
		return err
	}
	with := "no adapter"
	if t.adapter != "" {
		with = "adapter " + t.adapter
	}
	t.note("%s, %s", t.model.Describe(), with)
	t.note("a line is a message; %s, Ctrl-C stops an answer", commands)
	return nil
}

// answerer returns the one that answers now. It is made once; both share the model's weights.
func (t *talk) answerer() (*generate.Answerer, error) {
	if made := t.answerers[t.now]; made != nil {
		return made, nil
	}
	made, err := generate.NewAnswerer(t.model, t.now)
	if err == nil {
		t.answerers[t.now] = made
	}
	return made, err
}

func (t *talk) close() {
	for _, answerer := range t.answerers {
		answerer.Close()
	}
}

func (t *talk) note(format string, args ...any) { fmt.Fprintf(t.notes, format+"\n", args...) }

// run takes lines until the last, /quit, or a signal between answers. A signal while the model answers stops the answer.
func (t *talk) run(in io.Reader) error {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	interrupts := make(chan os.Signal, 1)
	signal.Notify(interrupts, os.Interrupt)
	defer signal.Stop(interrupts)
	lines, failed := readLines(in)
	for {
		if t.prompting {
			fmt.Fprint(t.notes, "> ")
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-interrupts:
			return t.end(nil)
		case line, more := <-lines:
			if !more {
				return t.end(<-failed)
			}
			if quit, err := t.take(ctx, line, interrupts); quit || err != nil {
				return err
			}
		}
	}
}

// end closes the line on which somebody could have typed.
func (t *talk) end(err error) error {
	if t.prompting {
		t.note("")
	}
	return err
}

// readLines reads line by line, each when the one before is taken. What ended the lines comes after the last, nil for
// the end of the input.
func readLines(in io.Reader) (lines chan string, failed chan error) {
	lines, failed = make(chan string), make(chan error, 1)
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

// take obeys a command or answers a message.
func (t *talk) take(ctx context.Context, line string, interrupts <-chan os.Signal) (quit bool, err error) {
	line = strings.TrimSpace(line)
	switch {
	case line == "":
	case line == "/quit":
		return true, nil
	case line == "/reset":
		t.conversation.Reset()
		t.note("the conversation is forgotten")
	case line == "/a":
		t.switchAdapter()
	case strings.HasPrefix(line, "/") && !strings.ContainsAny(line, " \t"):
		t.note("there is no command %s; %s", line, commands)
	default:
		return false, t.answer(ctx, line, interrupts)
	}
	return false, nil
}

func (t *talk) switchAdapter() {
	switch t.now {
	case "":
		if t.adapter == "" {
			t.note("there is no adapter to switch on; name one with --adapter")
			return
		}
		t.now = t.adapter
		t.note("adapter on")
	default:
		t.now = ""
		t.note("adapter off")
	}
}

// answer writes the answer to a message as it comes, with an empty line after it.
func (t *talk) answer(ctx context.Context, message string, interrupts <-chan os.Signal) error {
	answerer, err := t.answerer()
	if err != nil {
		return err
	}
	answering, stop := signal.NotifyContext(ctx, os.Interrupt)
	defer stop()
	var reply generate.Reply
	err = writeAnswer(t.out, func(said func(string)) error {
		var err error
		reply, err = t.conversation.Ask(answering, answerer, message, t.draw, said)
		return err
	})
	if reply.Text != "" || err == nil {
		fmt.Fprintln(t.out)
	}
	if reply.LeftOut > 0 {
		t.note("the conversation outgrew the model's room; its %d oldest messages were left out", reply.LeftOut)
	}
	if answering.Err() != nil && ctx.Err() == nil {
		<-interrupts // the same signal came here too
		if reply.Text == "" {
			t.note("stopped before the answer began; the message is forgotten")
		} else {
			t.note("the answer was stopped; what was said of it counts")
		}
		return nil
	}
	if errors.Is(err, generate.ErrNoRoom) || errors.Is(err, tokenizer.ErrNUL) {
		t.note("%v", err)
		return nil
	}
	return err
}
