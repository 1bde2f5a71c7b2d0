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

	"example.com/gonb-dpo/internal/wording"
)

// message is one turn of a chat.
type message struct {
	Role    string `json:"role"`
	Content string `json:"content"`
}

// completion is the response to a call.
type completion struct {
	Choices []struct {
		Message message `json:"message"`
	} `json:"choices"`
	Usage struct {
		PromptTokens     int `json:"prompt_tokens"`
		CompletionTokens int `json:"completion_tokens"`
	} `json:"usage"`
}

// failure is the response to a call that the server refuses.
type failure struct {
	Error struct {
		Message string `json:"message"`
		Param   string `json:"param"`
		Code    any    `json:"code"` // a string or a number, depending on the server
	} `json:"error"`
}

// maxReply is the maximum size of a response, in bytes.
const maxReply = 4 << 20

// call makes a request, and another one for each parameter that the server refuses. It returns the model's text.
func (e *Endpoint) call(ctx context.Context, q Question) (string, error) {
	for {
		text, refused, err := e.post(ctx, q)
		if refused == "" {
			return text, err
		}
		e.mu.Lock()
		known := e.unsupported[refused]
		if e.unsupported == nil {
			e.unsupported = map[string]bool{}
		}
		e.unsupported[refused] = true
		e.mu.Unlock()
		if known {
			return text, err
		}
	}
}

// body returns the body of the request.
func (e *Endpoint) body(q Question) ([]byte, error) {
	fields := map[string]any{"model": e.Model, "messages": e.messages(q), "stream": false, "temperature": 0, "max_tokens": replyTokens(len(q.Answers))}
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.unsupported["max_tokens"] { // newer models have another parameter instead
		fields["max_completion_tokens"] = fields["max_tokens"]
	}
	for name := range e.unsupported {
		delete(fields, name)
	}
	return json.Marshal(fields)
}

// countCall counts a call. It fails if MaxCalls have been made.
func (e *Endpoint) countCall() error {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.used.Calls >= e.MaxCalls {
		return fmt.Errorf("the limit of %s to %s is reached; raise it to continue", wording.Count(e.MaxCalls, "call"), e.place())
	}
	e.used.Calls++
	return nil
}

// post makes one request. refused is the name of a parameter that the server does not accept.
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
	if err := e.countCall(); err != nil {
		return "", "", err
	}
	response, err := client.Do(request)
	if err == nil {
		defer response.Body.Close()
		body, err = io.ReadAll(io.LimitReader(response.Body, maxReply))
	}
	switch {
	case ctx.Err() != nil:
		return "", "", ctx.Err()
	case limited.Err() != nil:
		return "", "", &transientError{error: fmt.Errorf("%s did not answer within %s", e.place(), timeout)}
	case err != nil:
		return "", "", &transientError{error: fmt.Errorf("%s can't be reached: %s", e.place(), e.hide(cause(err)))}
	case response.StatusCode != http.StatusOK:
		refused, err := e.refusal(response, body)
		return "", refused, err
	}
	text, err = e.read(body)
	return text, "", err
}

// cause returns the innermost error, because the outer ones repeat the address.
func cause(err error) string {
	for errors.Unwrap(err) != nil {
		err = errors.Unwrap(err)
	}
	return err.Error()
}

// read returns the model's text in a response.
func (e *Endpoint) read(body []byte) (string, error) {
	var reply completion
	if err := json.Unmarshal(body, &reply); err != nil {
		return "", &transientError{error: fmt.Errorf("%s did not answer with a chat completion: %s", e.place(), e.excerpt(body))}
	}
	e.mu.Lock()
	e.used = e.used.Plus(Cost{0, reply.Usage.PromptTokens, reply.Usage.CompletionTokens})
	e.mu.Unlock()
	if len(reply.Choices) == 0 {
		return "", &transientError{error: fmt.Errorf("%s answered with no choice: %s", e.place(), e.excerpt(body))}
	}
	return reply.Choices[0].Message.Content, nil
}

// refusal returns the error for a status other than 200.
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
		return "", fmt.Errorf("%s refuses because credit has run out: %s", e.place(), text)
	case status == http.StatusTooManyRequests:
		return "", &transientError{error: fmt.Errorf("%s received too many requests (status 429): %s", e.place(), text), retryAfter: retryAfter(response.Header, time.Now())}
	case status >= 500 || status == http.StatusRequestTimeout || status == http.StatusConflict:
		return "", &transientError{error: fmt.Errorf("%s failed (status %d): %s", e.place(), status, text), retryAfter: retryAfter(response.Header, time.Now())}
	case status >= 300 && status < 400:
		return "", fmt.Errorf("%s redirects the request (status %d), which is not followed; give the final address", e.place(), status)
	}
	if slices.Contains([]string{"temperature", "max_tokens"}, said.Error.Param) {
		refused = said.Error.Param
	}
	return refused, fmt.Errorf("%s refuses the request (status %d): %s", e.place(), status, text)
}

// retryAfter parses how long the server asks to wait: seconds, or a date by the server's clock.
func retryAfter(header http.Header, now time.Time) time.Duration {
	text := header.Get("Retry-After")
	if seconds, err := strconv.ParseFloat(text, 64); err == nil && seconds >= 0 && seconds < 1e6 {
		return time.Duration(seconds * float64(time.Second))
	}
	if date, err := http.ParseTime(header.Get("Date")); err == nil {
		now = date
	}
	if date, err := http.ParseTime(text); err == nil && date.After(now) {
		return date.Sub(now)
	}
	return 0
}

// excerpt returns the beginning of a response, in one line and without the key, which some servers repeat.
func (e *Endpoint) excerpt(body []byte) string {
	const maxLength = 200
	text := e.hide(strings.Join(strings.Fields(string(body)), " "))
	if runes := []rune(text); len(runes) > maxLength {
		text = string(runes[:maxLength]) + "…"
	}
	if text == "" {
		return "the response is empty"
	}
	return text
}

func (e *Endpoint) hide(text string) string {
	if key := e.key(); key != "" {
		return strings.ReplaceAll(text, key, "(the key)")
	}
	return text
}
