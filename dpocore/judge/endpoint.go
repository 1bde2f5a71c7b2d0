package judge

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"os"
	"strings"
	"sync"
	"time"
)

// Defaults of an Endpoint.
const (
	DefaultKeyEnv    = "OPENAI_API_KEY"
	DefaultCriterion = "helpful, correct and clear"
	defaultTimeout   = 60 * time.Second
	defaultTries     = 4
)

// Endpoint is a judge behind an OpenAI-compatible interface: a service on the network, or a server such as llama.cpp's,
// vLLM or Ollama on this machine. Each prompt is one call, with all its answers, which the model scores from 1 to 10.
//
// Nothing is sent before MostCalls allows it. The key comes from an environment variable, goes into the header of the
// requests, and nowhere else.
type Endpoint struct {
	URL       string // up to where /chat/completions is added, as in "http://localhost:8080/v1"
	Model     string // as the server names it
	KeyEnv    string // environment variable with the key, DefaultKeyEnv where empty; without a key none is sent
	Criterion string // what a good answer is, DefaultCriterion where empty
	MostCalls int    // so many in all, those that are tried again among them

	Timeout time.Duration // of a call; a minute where 0
	Tries   int           // of a call that fails for now; 4 where 0

	mu   sync.Mutex
	used Cost
	less map[string]bool             // parameters that the server does not take
	wait func(d time.Duration) error // stands in for the clock in tests
}

// Validate names what no endpoint can be.
func (e *Endpoint) Validate() error {
	address, err := url.Parse(e.URL)
	switch {
	case e.URL == "":
		return errors.New("the endpoint has no address; write it as in http://localhost:8080/v1")
	case err != nil || address.Host == "" || address.Scheme != "http" && address.Scheme != "https":
		return fmt.Errorf("the endpoint's address can't be used; write it as in http://localhost:8080/v1")
	case address.User != nil || address.RawQuery != "" || address.Fragment != "":
		return fmt.Errorf("the endpoint's address %s holds more than a path; the key belongs into the environment variable %s", e.place(), e.keyEnv())
	case e.Model == "":
		return errors.New("the endpoint's model has no name; give the name that the server knows it by")
	case e.MostCalls < 0:
		return fmt.Errorf("%d calls are allowed; it must be at least 0", e.MostCalls)
	case address.Scheme == "http" && e.key() != "" && !loopback(address.Hostname()):
		return fmt.Errorf("the key in %s would go to %s unencrypted; use https, or unset it", e.keyEnv(), e.place())
	}
	return nil
}

func loopback(host string) bool {
	address := net.ParseIP(host)
	return host == "localhost" || address != nil && address.IsLoopback()
}

// Name is the model, the server and the criterion.
func (e *Endpoint) Name() string {
	return fmt.Sprintf("endpoint:%s at %s, %s", e.Model, e.place(), e.criterion())
}

// place is the address as it may be shown: without user, password and query.
func (e *Endpoint) place() string {
	address, err := url.Parse(e.URL)
	if err != nil {
		return "an address that can't be read"
	}
	return (&url.URL{Scheme: address.Scheme, Host: address.Host, Path: strings.TrimRight(address.Path, "/")}).String()
}

func (e *Endpoint) keyEnv() string {
	if e.KeyEnv == "" {
		return DefaultKeyEnv
	}
	return e.KeyEnv
}

func (e *Endpoint) key() string { return strings.TrimSpace(os.Getenv(e.keyEnv())) }

func (e *Endpoint) criterion() string {
	if e.Criterion == "" {
		return DefaultCriterion
	}
	return e.Criterion
}

// Cost estimates what judging takes: a call a question, of four characters a token. Calls that are tried again come on
// top, up to MostCalls.
func (e *Endpoint) Cost(questions []Question) (cost Cost) {
	for _, q := range questions {
		characters := 0
		for _, message := range e.messages(q) {
			characters += len(message.Content)
		}
		cost = cost.Plus(Cost{1, roughTokens(characters), replyTokens(len(q.Answers)) / 2})
	}
	return cost
}

// Used is what was spent so far; tokens as the server counted them, where it does.
func (e *Endpoint) Used() Cost {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.used
}

// Scores asks the model for the scores of all answers to a prompt.
func (e *Endpoint) Scores(ctx context.Context, prompt string, answers []string) ([]float64, error) {
	if err := e.Validate(); err != nil {
		return nil, err
	}
	q := Question{prompt, answers}
	var last error
	for try := range e.tries() {
		if last != nil {
			if err := e.pause(ctx, last, try); err != nil {
				return nil, err
			}
		}
		reply, err := e.call(ctx, q)
		if err == nil {
			var scores []float64
			if scores, err = readScores(reply, len(answers)); err == nil {
				return backInOrder(scores, order(q)), nil
			}
			err = &passing{error: fmt.Errorf("%s gave no scores: %w", e.place(), err)}
		}
		var again *passing
		if !errors.As(err, &again) {
			return nil, err
		}
		last = err
	}
	return nil, fmt.Errorf("%w; it was tried %d times", last, e.tries())
}

func (e *Endpoint) tries() int {
	if e.Tries > 0 {
		return e.Tries
	}
	return defaultTries
}

// passing is an error that may be gone the next time.
type passing struct {
	error
	after time.Duration // as the server asks for; 0 where it doesn't
}

func (p *passing) Unwrap() error { return p.error }

// pause waits before a call is tried again: as long as the server asks for, else a second, doubled each time.
func (e *Endpoint) pause(ctx context.Context, cause error, try int) error {
	const longest = 2 * time.Minute
	wait := time.Second << (try - 1)
	var again *passing
	if errors.As(cause, &again) && again.after > 0 {
		wait = again.after
	}
	if wait > longest {
		return fmt.Errorf("%w; it asks to wait %s, which is too long: try again later", cause, wait)
	}
	if e.wait != nil {
		return e.wait(wait)
	}
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(wait):
		return nil
	}
}

// client follows no redirects: the key goes to the address that the user named.
var client = &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
