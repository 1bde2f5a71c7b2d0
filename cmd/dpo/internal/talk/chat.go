package talk

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"example.com/gonb-dpo/cmd/dpo/internal/terminal"
	"example.com/gonb-dpo/dpocore/generate"
	"example.com/gonb-dpo/dpocore/model"
	"example.com/gonb-dpo/dpocore/tokenizer"
)

// commands describes the lines that are commands.
const commands = "/a switches the adapter off and on, /reset starts a new conversation, /quit quits"

// session is a chat in a terminal or through pipes.
type session struct {
	model        *model.Model
	adapter      string // "" if there is none
	conversation *generate.Conversation
	sampling     generate.Options
	out, notes   io.Writer // the answers, and everything else
	prompting    bool      // the input is a terminal

	answerers map[string]*generate.Answerer // by adapter, "" for the model alone
	current   string                        // the adapter in use, "" for none
}

// Chat answers messages, one per line of in, until the input ends or the user quits. Only the answers go to out; the rest
// goes to notes.
func Chat(ctx context.Context, in io.Reader, out, notes io.Writer, o Options) error {
	m, err := o.open(ctx)
	if err != nil {
		return err
	}
	defer m.Close()
	s := &session{model: m, adapter: o.Adapter, conversation: generate.NewConversation(o.System), sampling: o.Sampling,
		out: out, notes: notes, prompting: terminal.IsTerminal(in)}
	defer s.close()
	if err := s.start(); err != nil {
		return err
	}
	if err := ctx.Err(); err != nil { // Ctrl-C while the weights were being read
		return fmt.Errorf("chat: %w", err)
	}
	return s.run(in)
}

// start prepares the first answerer, so that errors appear before the first message, and prints the commands.
func (s *session) start() error {
	s.answerers, s.current = map[string]*generate.Answerer{}, s.adapter
	if _, err := s.answerer(); err != nil {
		return err
	}
	adapter := "no adapter"
	if s.adapter != "" {
		adapter = "adapter " + s.adapter
	}
	s.note("%s, %s", s.model.Describe(), adapter)
	s.note("each line is a message; %s, Ctrl-C stops an answer", commands)
	return nil
}

// answerer returns the answerer for the current adapter, which is created once. All share the model's weights.
func (s *session) answerer() (*generate.Answerer, error) {
	if a := s.answerers[s.current]; a != nil {
		return a, nil
	}
	a, err := generate.NewAnswerer(s.model, s.current)
	if err == nil {
		s.answerers[s.current] = a
	}
	return a, err
}

func (s *session) close() {
	for _, answerer := range s.answerers {
		answerer.Close()
	}
}

func (s *session) note(format string, args ...any) { fmt.Fprintf(s.notes, format+"\n", args...) }

// run handles lines until the end of the input, /quit, or a signal at the prompt. An interrupt during an answer stops only
// that answer.
func (s *session) run(in io.Reader) error {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGHUP)
	defer stop()
	interrupts := make(chan os.Signal, 1)
	signal.Notify(interrupts, os.Interrupt)
	defer signal.Stop(interrupts)
	lines, failed := terminal.ReadLines(in)
	for {
		if s.prompting {
			fmt.Fprint(s.notes, "> ")
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-interrupts:
			return s.end(nil)
		case line, more := <-lines:
			if !more {
				return s.end(<-failed)
			}
			if quit, err := s.handle(ctx, line, interrupts); quit || err != nil {
				return err
			}
		}
	}
}

// end ends the line of the prompt.
func (s *session) end(err error) error {
	if s.prompting {
		s.note("")
	}
	return err
}

// handle runs a command or answers a message.
func (s *session) handle(ctx context.Context, line string, interrupts <-chan os.Signal) (quit bool, err error) {
	line = strings.TrimSpace(line)
	switch {
	case line == "":
	case line == "/quit":
		return true, nil
	case line == "/reset":
		s.conversation.Reset()
		s.note("started a new conversation")
	case line == "/a":
		s.switchAdapter()
	case strings.HasPrefix(line, "/") && !strings.ContainsAny(line, " \t"):
		s.note("unknown command %s; %s", line, commands)
	default:
		return false, s.answer(ctx, line, interrupts)
	}
	return false, nil
}

func (s *session) switchAdapter() {
	switch s.current {
	case "":
		if s.adapter == "" {
			s.note("there is no adapter to switch on; start with --adapter")
			return
		}
		s.current = s.adapter
		s.note("adapter on")
	default:
		s.current = ""
		s.note("adapter off")
	}
}

// answer streams the answer to a message, followed by an empty line.
func (s *session) answer(ctx context.Context, message string, interrupts <-chan os.Signal) error {
	answerer, err := s.answerer()
	if err != nil {
		return err
	}
	answering, stop := signal.NotifyContext(ctx, os.Interrupt)
	defer stop()
	var reply generate.Reply
	err = stream(s.out, func(write func(string)) error {
		var err error
		reply, err = s.conversation.Ask(answering, answerer, message, s.sampling, write)
		return err
	})
	if reply.Text != "" || err == nil {
		if _, err := fmt.Fprintln(s.out); err != nil {
			return err
		}
	}
	if reply.LeftOut > 0 {
		s.note("the conversation exceeds the model's context; its %d oldest messages were dropped", reply.LeftOut)
	}
	if answering.Err() != nil && ctx.Err() == nil {
		<-interrupts // it received the same signal
		if reply.Text == "" {
			s.note("stopped before the answer started; the message was removed")
		} else {
			s.note("the answer was stopped; the part so far is in the conversation")
		}
		return nil
	}
	if errors.Is(err, generate.ErrNoRoom) || errors.Is(err, tokenizer.ErrNUL) {
		s.note("%v", err)
		return nil
	}
	return err
}
