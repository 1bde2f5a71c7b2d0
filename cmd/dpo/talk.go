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

const commands = "/a switches the adapter off and on, /reset starts a new conversation, /quit quits"

// talk is a chat in a terminal or through pipes.
type talk struct {
	model        *model.Model
	adapter      string // "" if there is none
	conversation *generate.Conversation
	draw         generate.Options
	out, notes   io.Writer // the answers, and everything else
	prompting    bool      // the input is a terminal

	answerers map[string]*generate.Answerer // by adapter, "" for the model alone
	current   string                        // the adapter in use, "" for none
}

func isTerminal(stream any) bool {
	file, ok := stream.(*os.File)
	return ok && term.IsTerminal(int(file.Fd()))
}

// start prepares the first answerer, so that errors appear before the first message, and prints the commands.
func (t *talk) start() error {
	t.answerers, t.current = map[string]*generate.Answerer{}, t.adapter
	if _, err := t.answerer(); err != nil {
		return err
	}
	adapter := "no adapter"
	if t.adapter != "" {
		adapter = "adapter " + t.adapter
	}
	t.note("%s, %s", t.model.Describe(), adapter)
	t.note("each line is a message; %s, Ctrl-C stops an answer", commands)
	return nil
}

// answerer returns the answerer for the current adapter, which is created once. All share the model's weights.
func (t *talk) answerer() (*generate.Answerer, error) {
	if a := t.answerers[t.current]; a != nil {
		return a, nil
	}
	a, err := generate.NewAnswerer(t.model, t.current)
	if err == nil {
		t.answerers[t.current] = a
	}
	return a, err
}

func (t *talk) close() {
	for _, answerer := range t.answerers {
		answerer.Close()
	}
}

func (t *talk) note(format string, args ...any) { fmt.Fprintf(t.notes, format+"\n", args...) }

// run handles lines until the end of the input, /quit, or a signal at the prompt. An interrupt during an answer stops only
// that answer.
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
			if quit, err := t.handle(ctx, line, interrupts); quit || err != nil {
				return err
			}
		}
	}
}

// end ends the line of the prompt.
func (t *talk) end(err error) error {
	if t.prompting {
		t.note("")
	}
	return err
}

// readLines reads lines one at a time, each after the previous one has been received. After the last line it closes lines
// and sends the read error, or nil at the end of the input.
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

// handle runs a command or answers a message.
func (t *talk) handle(ctx context.Context, line string, interrupts <-chan os.Signal) (quit bool, err error) {
	line = strings.TrimSpace(line)
	switch {
	case line == "":
	case line == "/quit":
		return true, nil
	case line == "/reset":
		t.conversation.Reset()
		t.note("started a new conversation")
	case line == "/a":
		t.switchAdapter()
	case strings.HasPrefix(line, "/") && !strings.ContainsAny(line, " \t"):
		t.note("unknown command %s; %s", line, commands)
	default:
		return false, t.answer(ctx, line, interrupts)
	}
	return false, nil
}

func (t *talk) switchAdapter() {
	switch t.current {
	case "":
		if t.adapter == "" {
			t.note("there is no adapter to switch on; start with --adapter")
			return
		}
		t.current = t.adapter
		t.note("adapter on")
	default:
		t.current = ""
		t.note("adapter off")
	}
}

// answer streams the answer to a message, followed by an empty line.
func (t *talk) answer(ctx context.Context, message string, interrupts <-chan os.Signal) error {
	answerer, err := t.answerer()
	if err != nil {
		return err
	}
	answering, stop := signal.NotifyContext(ctx, os.Interrupt)
	defer stop()
	var reply generate.Reply
	err = writeAnswer(t.out, func(write func(string)) error {
		var err error
		reply, err = t.conversation.Ask(answering, answerer, message, t.draw, write)
		return err
	})
	if reply.Text != "" || err == nil {
		fmt.Fprintln(t.out)
	}
	if reply.LeftOut > 0 {
		t.note("the conversation exceeds the model's context; its %d oldest messages were dropped", reply.LeftOut)
	}
	if answering.Err() != nil && ctx.Err() == nil {
		<-interrupts // it received the same signal
		if reply.Text == "" {
			t.note("stopped before the answer started; the message was removed")
		} else {
			t.note("the answer was stopped; the part so far is in the conversation")
		}
		return nil
	}
	if errors.Is(err, generate.ErrNoRoom) || errors.Is(err, tokenizer.ErrNUL) {
		t.note("%v", err)
		return nil
	}
	return err
}
