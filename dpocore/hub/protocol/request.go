package protocol

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/cenkalti/backoff/v5"
)

// client gives up on a server that does not answer. It has no time limit for a whole download, see [Watch].
var client = NewClient(30 * time.Second)

// NewClient returns a client that waits this long for the begin of an answer. Like every http.Client it removes the token from a
// request that is redirected to another host.
func NewClient(wait time.Duration) *http.Client {
	return &http.Client{Transport: &http.Transport{
		Proxy:                 http.ProxyFromEnvironment,
		DialContext:           (&net.Dialer{Timeout: 10 * time.Second}).DialContext,
		TLSHandshakeTimeout:   10 * time.Second,
		ResponseHeaderTimeout: wait,
		ForceAttemptHTTP2:     true,
	}}
}

// Get requests an address relative to the hub's, starting at byte from. The caller closes the body of the response.
func (s Settings) Get(ctx context.Context, repo Repo, address string, from int64) (*http.Response, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, s.Endpoint+address, nil)
	if err != nil {
		return nil, fmt.Errorf("the hub's address %q (HF_ENDPOINT) is not a URL: %w", s.Endpoint, Bare(err))
	}
	request.Header.Set("User-Agent", "gonb-dpo")
	request.Header.Set("Accept-Encoding", "identity") // so that lengths are those of the files
	s.Authorize(request)
	if from > 0 {
		request.Header.Set("Range", fmt.Sprintf("bytes=%d-", from))
	}
	response, err := client.Do(request)
	if err != nil {
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		return nil, fmt.Errorf("%w: %w", ErrUnreachable, Bare(err))
	}
	switch response.StatusCode {
	case http.StatusOK, http.StatusPartialContent, http.StatusRequestedRangeNotSatisfiable:
		return response, nil
	}
	defer response.Body.Close()
	_, _ = io.CopyN(io.Discard, response.Body, 4096) // so that the connection can be reused
	return nil, s.refusal(repo, response)
}

// Bare removes the address, which may contain a signature, from an error.
func Bare(err error) error {
	var withURL *url.Error
	if errors.As(err, &withURL) {
		return withURL.Err
	}
	return err
}

// refusal explains a response other than the file, and what to do about it.
func (s Settings) refusal(repo Repo, response *http.Response) error {
	page := s.Endpoint + repo.Page()
	code := response.Header.Get("X-Error-Code")
	switch status := response.StatusCode; {
	case code == "GatedRepo" || status == http.StatusForbidden:
		return fmt.Errorf("the hub does not let you read %s (%d): accept its terms on %s, then sign in with `hf auth login` or set HF_TOKEN", repo.ID, status, page)
	case code == "RevisionNotFound":
		return fmt.Errorf("the %s %s has no revision %q (%d); the revisions are on %s", repo.Noun(), repo.ID, repo.Ref(), status, page)
	case status == http.StatusUnauthorized:
		return Mark(ErrToken, "the hub has no %s %s, or keeps it private (401): check the name on %s; for a private one sign in with `hf auth login` or set HF_TOKEN", repo.Noun(), repo.ID, page)
	case status == http.StatusNotFound:
		return Mark(ErrNoRepo, "the hub has no %s %s at revision %q (404): check the name on %s", repo.Noun(), repo.ID, repo.Ref(), page)
	}
	if err := Transient(response); err != nil {
		return err
	}
	return fmt.Errorf("the hub answers %s to %s", response.Status, page)
}

// maxWait is the longest time that the hub may ask to wait before it is tried again.
const maxWait = 5 * time.Minute

// Transient returns the error of a response after which the same request may succeed, and nil for other responses.
func Transient(response *http.Response) error {
	var err error
	switch status := response.StatusCode; {
	case status == http.StatusTooManyRequests:
		err = errors.New("the hub asks to wait (429; signing in with `hf auth login` raises its limits)")
	case status == http.StatusRequestTimeout || status >= 500:
		err = fmt.Errorf("the hub reports an internal error (%s)", response.Status)
	default:
		return nil
	}
	seconds, noTime := strconv.Atoi(response.Header.Get("Retry-After"))
	wait := time.Duration(seconds) * time.Second
	switch {
	case noTime != nil || seconds < 0:
		return fmt.Errorf("%w: %w", err, ErrTransient)
	case wait > maxWait:
		return fmt.Errorf("%w; it asks to wait for %s: run the same command again then", err, wait)
	}
	return fmt.Errorf("%w: %w (%w)", err, ErrTransient, backoff.RetryAfter(seconds))
}
