package judge

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// message is a turn of a chat on the wire.
type message struct {
	Role    string `json:"role"`
	Content string `json:"content"`
}

// completion is the reply to a call.
type completion struct {
	Choices []struct {
		Message      message `json:"message"`
		FinishReason string  `json:"finish_reason"`
	} `json:"choices"`
	Usage struct {
		PromptTokens     int `json:"prompt_tokens"`
		CompletionTokens int `json:"completion_tokens"`
	} `json:"usage"`
}

// failure is what a server says of a call that it refuses.
type failure struct {
	Error struct {
		Message string `json:"message"`
		Param   string `json:"param"`
		Code    any    `json:"code"` // a word or a number, as the server likes
	} `json:"error"`
}

// mostReply is the longest reply that is read, in bytes.
const mostReply = 4 << 20

// call asks once, or once more where the server does not take a parameter, and returns what the model said.
func (e *Endpoint) call(ctx context.Context, q Question) (string, error) {
	for {
		text, refused, err := e.post(ctx, q)
		if refused == "" {
			return text, err
		}
		e.mu.Lock()
		known := e.less[refused]
		if e.less == nil {
			e.less = map[string]bool{}
		}
		e.less[refused] = true
		e.mu.Unlock()
		if known {
			return text, err
		}
	}
}

// body is the request's.
func (e *Endpoint) body(q Question) ([]byte, error) {
	fields := map[string]any{"model": e.Model, "messages": e.messages(q), "stream": false, "temperature": 0, "max_tokens": replyTokens(len(q.Answers))}
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.less["max_tokens"] { // what later models take instead
		fields["max_completion_tokens"] = fields["max_tokens"]
	}
	for name := range e.less {
		delete(fields, name)
	}
	return json.Marshal(fields)
}

// take counts a call, unless all that are allowed have been made.
func (e *Endpoint) take() error {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.used.Calls >= e.MostCalls {
		return fmt.Errorf("the %s to %s that are allowed have been made; allow more to go on", counted(e.MostCalls, "call"), e.place())
	}
	e.used.Calls++
	return nil
}

// post makes one request. refused is the name of a parameter that the server does not take.
func (e *Endpoint) post(ctx context.Context, q Question) (text, refused string, err error) {
	body, err := e.body(q)
	if err != nil {
		return "", "", err
	}
	timeout := e.Timeout
	if timeout == 0 {
		timeout = defaultTimeout
	}
	limited, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	request, err := http.NewRequestWithContext(limited, http.MethodPost, strings.TrimRight(e.URL, "/")+"/chat/completions", bytes.NewReader(body))
	if err != nil {
		return "", "", err
	}
	request.Header.Set("Content-Type", "application/json")
	if key := e.key(); key != "" {
		request.Header.Set("Authorization", "Bearer "+key)
	}
	if err := e.take(); err != nil {
		return "", "", err
	}
	response, err := client.Do(request)
	if err == nil {
		defer response.Body.Close()
		body, err = io.ReadAll(io.LimitReader(response.Body, mostReply))
	}
	switch {
	case ctx.Err() != nil:
		return "", "", ctx.Err()
	case limited.Err() != nil:
		return "", "", &passing{error: fmt.Errorf("%s did not answer within %s", e.place(), timeout)}
	case err != nil:
		return "", "", &passing{error: fmt.Errorf("%s can't be reached: %s", e.place(), e.hide(cause(err)))}
	case response.StatusCode != http.StatusOK:
		refused, err := e.refusal(response, body)
		return "", refused, err
	}
	text, err = e.read(body)
	return text, "", err
}

// cause is the innermost error: those around it repeat the address.
func cause(err error) string {
	for errors.Unwrap(err) != nil {
		err = errors.Unwrap(err)
	}
	return err.Error()
}

// read takes the model's text out of a reply.
func (e *Endpoint) read(body []byte) (string, error) {
	var reply completion
	if err := json.Unmarshal(body, &reply); err != nil {
		return "", &passing{error: fmt.Errorf("%s answered with something else than a chat completion: %s", e.place(), e.excerpt(body))}
	}
	e.mu.Lock()
	e.used = e.used.Plus(Cost{0, reply.Usage.PromptTokens, reply.Usage.CompletionTokens})
	e.mu.Unlock()
	if len(reply.Choices) == 0 {
		return "", &passing{error: fmt.Errorf("%s answered without a choice: %s", e.place(), e.excerpt(body))}
	}
	return reply.Choices[0].Message.Content, nil
}

// refusal is the error of a status other than 200.
func (e *Endpoint) refusal(response *http.Response, body []byte) (refused string, err error) {
	var said failure
	text := e.excerpt(body)
	if json.Unmarshal(body, &said) == nil && said.Error.Message != "" {
		text = e.excerpt([]byte(said.Error.Message))
	}
	status := response.StatusCode
	switch {
	case status == http.StatusUnauthorized || status == http.StatusForbidden:
		return "", fmt.Errorf("%s refuses the key in the environment variable %s (status %d): %s", e.place(), e.keyEnv(), status, text)
	case status == http.StatusNotFound:
		return "", fmt.Errorf("%s has no such model or no chat completions (status 404): %s; check the address, which often ends with /v1, and the model %q", e.place(), text, e.Model)
	case status == http.StatusTooManyRequests && said.Error.Code == "insufficient_quota":
		return "", fmt.Errorf("%s refuses for lack of credit: %s", e.place(), text)
	case status == http.StatusTooManyRequests:
		return "", &passing{error: fmt.Errorf("%s has had too many requests (status 429): %s", e.place(), text), after: retryAfter(response.Header, time.Now())}
	case status >= 500 || status == http.StatusRequestTimeout || status == http.StatusConflict:
		return "", &passing{error: fmt.Errorf("%s failed (status %d): %s", e.place(), status, text), after: retryAfter(response.Header, time.Now())}
	case status >= 300 && status < 400:
		return "", fmt.Errorf("%s sends the request elsewhere (status %d), where it does not follow; give the address itself", e.place(), status)
	}
	if slices.Contains([]string{"temperature", "max_tokens"}, said.Error.Param) {
		refused = said.Error.Param
	}
	return refused, fmt.Errorf("%s refuses the request (status %d): %s", e.place(), status, text)
}

// retryAfter reads how long a server asks to wait: seconds, or a date.
func retryAfter(header http.Header, now time.Time) time.Duration {
	text := header.Get("Retry-After")
	if seconds, err := strconv.ParseFloat(text, 64); err == nil && seconds >= 0 && seconds < 1e6 {
		return time.Duration(seconds * float64(time.Second))
	}
	if date, err := http.ParseTime(text); err == nil && date.After(now) {
		return date.Sub(now)
	}
	return 0
}

// excerpt is the beginning of what a server said, in one line and without the key, which some servers repeat.
func (e *Endpoint) excerpt(body []byte) string {
	const most = 200
	text := e.hide(strings.Join(strings.Fields(string(body)), " "))
	if runes := []rune(text); len(runes) > most {
		text = string(runes[:most]) + "…"
	}
	if text == "" {
		return "it said nothing"
	}
	return text
}

func (e *Endpoint) hide(text string) string {
	if key := e.key(); key != "" {
		return strings.ReplaceAll(text, key, "(the key)")
	}
	return text
}
