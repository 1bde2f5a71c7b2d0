package judge

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

const (
	secret = "sk-do-not-show-9f3a"
	prompt = "Why is the sky blue?"
)

var answers = []string{"Because of scattering.", "Who knows.", "It is a reflection of the sea."}

// served is a server that gives each reply in turn, the last one for ever, and keeps what it was asked.
type served struct {
	*httptest.Server
	mutex    sync.Mutex // a request that timed out may still be served when the next one comes
	requests []map[string]any
	headers  []http.Header
	paths    []string
}

// reply is what a server answers with.
type reply struct {
	status int
	body   string
	header map[string]string
	after  time.Duration // it takes so long
}

func serve(t *testing.T, replies ...reply) *served {
	t.Helper()
	s := &served{}
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		raw, _ := io.ReadAll(r.Body)
		var fields map[string]any
		if err := json.Unmarshal(raw, &fields); err != nil {
			t.Errorf("the request is no JSON: %s", raw)
		}
		s.mutex.Lock()
		s.requests, s.headers, s.paths = append(s.requests, fields), append(s.headers, r.Header), append(s.paths, r.Method+" "+r.URL.RequestURI())
		now := replies[min(len(s.requests), len(replies))-1]
		s.mutex.Unlock()
		if now.after > 0 {
			select {
			case <-r.Context().Done():
			case <-time.After(now.after):
			}
		}
		for name, value := range now.header {
			w.Header().Set(name, value)
		}
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(now.status)
		io.WriteString(w, now.body)
	}))
	t.Cleanup(s.Close)
	return s
}

// said is a chat completion as OpenAI documents it.
func said(content string) reply {
	quoted, _ := json.Marshal(content)
	return reply{status: 200, body: fmt.Sprintf(`{"id": "chatcmpl-1", "object": "chat.completion", "created": 1764000000, "model": "m",
		"choices": [{"index": 0, "message": {"role": "assistant", "content": %s, "refusal": null}, "logprobs": null, "finish_reason": "stop"}],
		"usage": {"prompt_tokens": 210, "completion_tokens": 11, "total_tokens": 221}}`, quoted)}
}

// refused is an error in OpenAI's form.
func refused(status int, message, param, code string) reply {
	return reply{status: status, body: fmt.Sprintf(`{"error": {"message": %q, "type": "invalid_request_error", "param": %q, "code": %q}}`, message, param, code)}
}

// endpoint returns a judge that asks a test server. It does not sleep between retries but records the delays.
func endpoint(t *testing.T, s *served) (e *Endpoint, waited *[]time.Duration) {
	t.Helper()
	t.Setenv("TEST_JUDGE_KEY", secret)
	waited = &[]time.Duration{}
	return &Endpoint{URL: s.URL + "/v1", Model: "m", KeyEnv: "TEST_JUDGE_KEY", MaxCalls: 100,
		wait: func(d time.Duration) error { *waited = append(*waited, d); return nil }}, waited
}

// shown gives scores as the model has to give them, in the order in which the answers are shown.
func shown(scores ...float64) string {
	var list []string
	for _, i := range order(Question{prompt, answers}) {
		list = append(list, fmt.Sprint(scores[i]))
	}
	return `{"scores": [` + strings.Join(list, ", ") + `]}`
}

// The request, field by field, and the scores in the order of the answers.
func TestWireForm(t *testing.T) {
	s := serve(t, said(shown(9, 1, 4.5)))
	e, _ := endpoint(t, s)
	scores, err := e.Scores(t.Context(), prompt, answers)
	if err != nil || !slices.Equal(scores, []float64{9, 1, 4.5}) {
		t.Fatalf("%v, %v", scores, err)
	}
	if s.paths[0] != "POST /v1/chat/completions" {
		t.Errorf("it asks %s", s.paths[0])
	}
	for name, want := range map[string]string{"Content-Type": "application/json", "Authorization": "Bearer " + secret} {
		if got := s.headers[0].Get(name); got != want {
			t.Errorf("the header %s is %q", name, got)
		}
	}
	fields := s.requests[0]
	messages := fields["messages"].([]any)
	delete(fields, "messages")
	if got := fmt.Sprint(fields); got != "map[max_tokens:56 model:m stream:false temperature:0]" {
		t.Errorf("the request has %s", got)
	}
	first, second := messages[0].(map[string]any), messages[1].(map[string]any)
	if len(messages) != 2 || first["role"] != "system" || second["role"] != "user" || !strings.Contains(first["content"].(string), DefaultCriterion) {
		t.Errorf("the messages are %v", messages)
	}
	last := -1
	for place, i := range order(Question{prompt, answers}) {
		at := strings.Index(second["content"].(string), fmt.Sprintf("Answer %d:\n\n%s\n", place+1, answers[i]))
		if at <= last {
			t.Errorf("answer %d is not at place %d of %s", i, place, second["content"])
		}
		last = at
	}
	if used := e.Used(); used != (Cost{1, 210, 11}) {
		t.Errorf("used %v", used)
	}
	if cost := e.Cost([]Question{{prompt, answers}, {prompt, answers}}); cost.Calls != 2 || cost.Read < 200 || cost.Read > 700 {
		t.Errorf("estimated at %v", cost)
	}
}

func TestWithoutAKey(t *testing.T) {
	s := serve(t, said(shown(1, 2, 3)))
	e, _ := endpoint(t, s)
	t.Setenv("TEST_JUDGE_KEY", "")
	if _, err := e.Scores(t.Context(), prompt, answers); err != nil || s.headers[0].Get("Authorization") != "" {
		t.Errorf("%v, authorization %q", err, s.headers[0].Get("Authorization"))
	}
}

// What a model may put around the scores.
func TestScoresAreFound(t *testing.T) {
	for text, want := range map[string][]float64{
		`{"scores": [1, 10, 5.5]}`:                                      {1, 10, 5.5},
		"```json\n{\"scores\": [3, 2, 1]}\n```":                         {3, 2, 1},
		`The format is {"scores": [9, 9, 9]}. Mine: {"scores":[1,2,3]}`: {1, 2, 3},
		`{"why": "{odd}", "scores": [4, 4, 4]} Hope this helps!`:        nil, // the object begins elsewhere
		`{"scores": [1, 2]}`:                                            nil,
		`{"scores": [1, 2, 11]}`:                                        nil,
		`{"scores": [1, 2, null]}`:                                      nil,
		`{"scores": "1, 2, 3"}`:                                         nil,
		`{"scores": [1, 2, 3`:                                           nil,
		`I would say 7, 8 and 9.`:                                       nil,
		``:                                                              nil,
	} {
		got, err := readScores(text, 3)
		if !slices.Equal(got, want) || (err == nil) != (want != nil) {
			t.Errorf("%q: %v, %v; want %v", text, got, err, want)
		}
	}
}

// What passes is tried again, as late as the server asks; what doesn't is an error at once, in one sentence, without the
// key.
func TestServersThatFail(t *testing.T) {
	good := said(shown(3, 2, 1))
	limited := refused(429, "Rate limit reached", "", "rate_limit_exceeded")
	limited.header = map[string]string{"Retry-After": "7"}
	for _, c := range []struct {
		name    string
		replies []reply
		says    string // "" where the scores come
		calls   int
		waits   []time.Duration
	}{
		{"busy, then well", []reply{{status: 503, body: "upstream"}, {status: 500}, good}, "", 3, []time.Duration{time.Second, 2 * time.Second}},
		{"a rate limit", []reply{limited, good}, "", 2, []time.Duration{7 * time.Second}},
		{"a rate limit for too long", []reply{{status: 429, body: "{}", header: map[string]string{"Retry-After": "3600"}}}, "which is too long: try again later", 1, nil},
		{"no credit", []reply{refused(429, "You exceeded your current quota", "", "insufficient_quota")}, "refuses because credit has run out: You exceeded", 1, nil},
		{"always busy", []reply{{status: 502, body: "<html>Bad gateway</html>"}}, "failed (status 502): <html>Bad gateway</html>; it was tried 4 times", 4, []time.Duration{1e9, 2e9, 4e9}},
		{"a wrong key", []reply{refused(401, "Incorrect API key provided: "+secret, "", "invalid_api_key")}, "refuses the key in the environment variable TEST_JUDGE_KEY (status 401): Incorrect API key provided: (the key)", 1, nil},
		{"no such model", []reply{refused(404, "The model `m` does not exist", "", "model_not_found")}, "check the address, which often ends with /v1, and the model \"m\"", 1, nil},
		{"a redirect", []reply{{status: 307, header: map[string]string{"Location": "https://example.com/"}}}, "redirects the request (status 307)", 1, nil},
		{"no JSON", []reply{{status: 200, body: "<html>Log in</html>"}}, "did not answer with a chat completion: <html>Log in</html>; it was tried 4 times", 4, []time.Duration{1e9, 2e9, 4e9}},
		{"half a JSON, then well", []reply{{status: 200, body: `{"choices": [`}, good}, "", 2, []time.Duration{1e9}},
		{"no choice", []reply{{status: 200, body: `{"choices": []}`}}, "answered with no choice", 4, []time.Duration{1e9, 2e9, 4e9}},
		{"no scores", []reply{said("They are all fine.")}, `its model replied "They are all fine." instead of {"scores": […]}; it was tried 4 times`, 4, []time.Duration{1e9, 2e9, 4e9}},
		{"no scores, then well", []reply{said("Hm."), good}, "", 2, []time.Duration{1e9}},
		{"no temperature", []reply{refused(400, "Unsupported value", "temperature", "unsupported_value"), good}, "", 2, nil},
		{"no max_tokens", []reply{refused(400, "Use max_completion_tokens", "max_tokens", "unsupported_parameter"), good}, "", 2, nil},
		{"no temperature, said again", []reply{refused(400, "Unsupported value", "temperature", "unsupported_value")}, "refuses the request (status 400): Unsupported value", 2, nil},
		{"too long", []reply{refused(400, "maximum context length is 4096 tokens", "messages", "context_length_exceeded")}, "maximum context length", 1, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := serve(t, c.replies...)
			e, waited := endpoint(t, s)
			scores, err := e.Scores(t.Context(), prompt, answers)
			switch {
			case c.says == "" && (err != nil || !slices.Equal(scores, []float64{3, 2, 1})):
				t.Errorf("%v, %v", scores, err)
			case c.says != "" && (err == nil || !strings.Contains(err.Error(), c.says)):
				t.Errorf("the error is %v, want %q", err, c.says)
			}
			if err != nil && (strings.Contains(err.Error(), secret) || strings.Contains(err.Error(), "\n")) {
				t.Errorf("the error shows what it must not: %v", err)
			}
			if len(s.requests) != c.calls || !slices.Equal(*waited, c.waits) || e.Used().Calls != c.calls {
				t.Errorf("%d calls, %d counted, and waits of %v; want %d and %v", len(s.requests), e.Used().Calls, *waited, c.calls, c.waits)
			}
		})
	}
}

func TestParametersThatAServerDoesNotTake(t *testing.T) {
	s := serve(t, refused(400, "?", "max_tokens", ""), refused(400, "?", "temperature", ""), said(shown(1, 2, 3)))
	e, _ := endpoint(t, s)
	for range 2 {
		if _, err := e.Scores(t.Context(), prompt, answers); err != nil {
			t.Fatal(err)
		}
	}
	if len(s.requests) != 4 {
		t.Errorf("%d requests: what the server does not take is not remembered", len(s.requests))
	}
	for _, request := range s.requests[2:] {
		if _, has := request["temperature"]; has || request["max_tokens"] != nil || request["max_completion_tokens"] != 56.0 {
			t.Errorf("the request is %v", request)
		}
	}
}

func TestTimeout(t *testing.T) {
	s := serve(t, reply{status: 200, after: 20 * time.Second})
	e, _ := endpoint(t, s)
	e.Timeout, e.Tries = 30*time.Millisecond, 2
	if _, err := e.Scores(t.Context(), prompt, answers); err == nil || !strings.Contains(err.Error(), "did not answer within 30ms; it was tried 2 times") {
		t.Errorf("got %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	e.Timeout = time.Minute
	time.AfterFunc(50*time.Millisecond, cancel)
	if _, err := e.Scores(ctx, prompt, answers); !errors.Is(err, context.Canceled) {
		t.Errorf("stopped: %v", err)
	}
	s.CloseClientConnections()
}

func TestNobodyThere(t *testing.T) {
	s := serve(t, reply{})
	e, _ := endpoint(t, s)
	s.Close()
	if _, err := e.Scores(t.Context(), prompt, answers); err == nil || !strings.Contains(err.Error(), "can't be reached: connection refused; it was tried 4 times") {
		t.Errorf("got %v", err)
	}
}

// TestMaxCalls: no more calls are made than allowed.
func TestMaxCalls(t *testing.T) {
	s := serve(t, said(shown(1, 2, 3)))
	e, _ := endpoint(t, s)
	e.MaxCalls = 0
	if _, err := e.Scores(t.Context(), prompt, answers); err == nil || !strings.Contains(err.Error(), "the limit of 0 calls to") || len(s.requests) > 0 {
		t.Errorf("none allowed: %v, %d requests", err, len(s.requests))
	}
	e.MaxCalls = 1
	if _, err := e.Scores(t.Context(), prompt, answers); err != nil {
		t.Error(err)
	}
	if _, err := e.Scores(t.Context(), prompt, answers); err == nil || !strings.Contains(err.Error(), "the limit of 1 call to") || len(s.requests) != 1 {
		t.Errorf("one allowed: %v, %d requests", err, len(s.requests))
	}
}

func TestEndpointMistakes(t *testing.T) {
	t.Setenv(DefaultKeyEnv, secret)
	for _, c := range []struct {
		url, model, says string
	}{
		{"", "m", "the endpoint has no address"},
		{"localhost:8080/v1", "m", "address is not a URL; give one such as http://localhost:8080/v1"},
		{"ftp://localhost/v1", "m", "address is not a URL"},
		{"https://me:" + secret + "@example.com/v1", "m", "https://example.com/v1 has more than a path; put the key into the environment variable OPENAI_API_KEY"},
		{"https://example.com/v1?api-key=" + secret, "m", "has more than a path"},
		{"http://example.com/v1", "m", "would go to http://example.com/v1 unencrypted"},
		{"http://localhost:8080/v1", "", "the endpoint's model has no name"},
		{"http://127.0.0.1:8080/v1", "m", ""},
		{"https://example.com/v1", "m", ""},
	} {
		e := &Endpoint{URL: c.url, Model: c.model}
		err := e.Validate()
		if (err == nil) != (c.says == "") || err != nil && !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v, want %q", c.url, err, c.says)
		}
		for _, text := range []string{fmt.Sprint(err), e.Name()} {
			if strings.Contains(text, secret) {
				t.Errorf("%s shows the key", text)
			}
		}
	}
}

func TestRetryAfter(t *testing.T) {
	now := time.Date(2026, 11, 25, 9, 0, 0, 0, time.UTC)
	for text, want := range map[string]time.Duration{
		"": 0, "2": 2 * time.Second, "0.5": 500 * time.Millisecond, "-3": 0, "soon": 0, "1e12": 0,
		"Wed, 25 Nov 2026 09:00:30 GMT": 30 * time.Second, "Wed, 25 Nov 2026 08:00:00 GMT": 0,
	} {
		if got := retryAfter(http.Header{"Retry-After": {text}}, now); got != want {
			t.Errorf("%q: %s, want %s", text, got, want)
		}
	}
	header := http.Header{"Retry-After": {"Wed, 25 Nov 2026 09:00:30 GMT"}, "Date": {"Wed, 25 Nov 2026 09:00:20 GMT"}}
	if got := retryAfter(header, time.Unix(0, 0)); got != 10*time.Second {
		t.Errorf("with a clock set back: %s, want 10 s", got)
	}
}
