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

	"github.com/cenkalti/backoff/v5"
)

// Defaults of an Endpoint.
const (
	DefaultKeyEnv    = "OPENAI_API_KEY"
	DefaultCriterion = "helpful, correct and clear"
	defaultTimeout   = 60 * time.Second
	defaultTries     = 4
)

// Endpoint is a judge behind an OpenAI-compatible API: a service on the network, or a local server such as llama.cpp, vLLM
// or Ollama. It makes one call per prompt, with all its answers, which the model scores from 1 to 10.
//
// It makes at most MaxCalls calls. The key comes from an environment variable and goes nowhere but into the header of the
// requests.
type Endpoint struct {
	URL       string // without /chat/completions, for instance "http://localhost:8080/v1"
	Model     string // the server's name of the model
	KeyEnv    string // environment variable with the key, DefaultKeyEnv if empty; may be unset
	Criterion string // what makes a good answer, DefaultCriterion if empty
	MaxCalls  int    // limit of the total number of calls, including retries

	Timeout time.Duration // of one call; a minute if 0
	Tries   int           // of a call that fails with a transient error; 4 if 0

	mu          sync.Mutex
	used        Cost
	unsupported map[string]bool             // parameters that the server does not accept
	wait        func(d time.Duration) error // replaces sleeping in tests
}

// Validate reports the first invalid field.
func (e *Endpoint) Validate() error {
	address, err := url.Parse(e.URL)
	switch {
	case e.URL == "":
		return errors.New("the endpoint has no address; give one such as http://localhost:8080/v1")
	case err != nil || address.Host == "" || address.Scheme != "http" && address.Scheme != "https":
		return fmt.Errorf("the endpoint's address is not a URL; give one such as http://localhost:8080/v1")
	case address.User != nil || address.RawQuery != "" || address.Fragment != "":
		return fmt.Errorf("the endpoint's address %s has more than a path; put the key into the environment variable %s", e.place(), e.keyEnv())
	case e.Model == "":
		return errors.New("the endpoint's model has no name; give the name that the server uses")
	case e.MaxCalls < 0:
		return fmt.Errorf("%d calls are allowed; it must be at least 0", e.MaxCalls)
	case address.Scheme == "http" && e.key() != "" && !loopback(address.Hostname()):
		return fmt.Errorf("the key in %s would go to %s unencrypted; use https, or unset it", e.keyEnv(), e.place())
	}
	return nil
}

func loopback(host string) bool {
	address := net.ParseIP(host)
	return host == "localhost" || address != nil && address.IsLoopback()
}

// Name returns the model, the server and the criterion.
func (e *Endpoint) Name() string {
	return fmt.Sprintf("endpoint:%s at %s, %s", e.Model, e.place(), e.criterion())
}

// place is the address without user, password and query, which may be secret.
func (e *Endpoint) place() string {
	address, err := url.Parse(e.URL)
	if err != nil {
		return "an invalid address"
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

// Cost estimates the cost of judging: one call per question, four characters per token. Retries come on top, up to
// MaxCalls.
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

// Used returns the cost so far. Tokens are as counted by the server; 0 if it does not count them.
func (e *Endpoint) Used() Cost {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.used
}

// Scores asks the model to score all answers to a prompt. It retries transient errors.
func (e *Endpoint) Scores(ctx context.Context, prompt string, answers []string) ([]float64, error) {
	if err := e.Validate(); err != nil {
		return nil, err
	}
	q := Question{prompt, answers}
	delays := &backoff.ExponentialBackOff{InitialInterval: time.Second, Multiplier: 2, MaxInterval: maxWait}
	for try := 1; ; try++ {
		scores, err := e.score(ctx, q)
		var transient *transientError
		if err == nil || !errors.As(err, &transient) {
			return scores, err
		}
		if try == e.tries() {
			return nil, fmt.Errorf("%w; it was tried %d times", err, try)
		}
		delay := delays.NextBackOff()
		if transient.retryAfter > 0 {
			delay = transient.retryAfter
		}
		if delay > maxWait {
			return nil, fmt.Errorf("%w; it asks to wait %s, which is too long: try again later", err, delay)
		}
		if err := e.sleep(ctx, delay); err != nil {
			return nil, err
		}
	}
}

// score makes one attempt.
func (e *Endpoint) score(ctx context.Context, q Question) ([]float64, error) {
	reply, err := e.call(ctx, q)
	if err != nil {
		return nil, err
	}
	scores, err := readScores(reply, len(q.Answers))
	if err != nil {
		return nil, &transientError{error: fmt.Errorf("%s gave no scores: %w", e.place(), err)}
	}
	return unshuffle(scores, order(q)), nil
}

func (e *Endpoint) tries() int {
	if e.Tries > 0 {
		return e.Tries
	}
	return defaultTries
}

// transientError is an error that a retry may fix.
type transientError struct {
	error
	retryAfter time.Duration // as the server asks for; 0 if it does not
}

func (t *transientError) Unwrap() error { return t.error }

// maxWait is the longest wait before a retry.
const maxWait = 2 * time.Minute

func (e *Endpoint) sleep(ctx context.Context, delay time.Duration) error {
	if e.wait != nil {
		return e.wait(delay)
	}
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(delay):
		return nil
	}
}

// client follows no redirects: the key must go to no other address than the user's.
var client = &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
