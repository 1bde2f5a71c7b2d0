package hub

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"time"

	"github.com/cenkalti/backoff/v5"
)

// client gives up on a server that does not answer. It has no time limit for a whole download, see [watch]. Like every
// http.Client it removes the token from a request that is redirected to another host.
var client = &http.Client{Transport: &http.Transport{
	Proxy:                 http.ProxyFromEnvironment,
	DialContext:           (&net.Dialer{Timeout: 10 * time.Second}).DialContext,
	TLSHandshakeTimeout:   10 * time.Second,
	ResponseHeaderTimeout: 30 * time.Second,
	ForceAttemptHTTP2:     true,
}}

// firstDelay is the delay before the first retry. It doubles with each retry, up to maxDelay.
var firstDelay = time.Second

const maxDelay = 30 * time.Second

func newDelays() *backoff.ExponentialBackOff {
	return &backoff.ExponentialBackOff{InitialInterval: firstDelay, Multiplier: 2, MaxInterval: maxDelay}
}

// errTransient marks errors after which the same request may succeed.
var errTransient = errors.New("try again later")

// get requests an address relative to the hub's, starting at byte from. The caller closes the body of the response.
func (s settings) get(ctx context.Context, repo Repo, address string, from int64) (*http.Response, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, s.endpoint+address, nil)
	if err != nil {
		return nil, fmt.Errorf("the hub's address %q (HF_ENDPOINT) is not a URL: %w", s.endpoint, bare(err))
	}
	request.Header.Set("User-Agent", "gonb-dpo")
	request.Header.Set("Accept-Encoding", "identity") // so that lengths are those of the files
	if s.token != "" {
		request.Header.Set("Authorization", "Bearer "+s.token)
	}
	if from > 0 {
		request.Header.Set("Range", fmt.Sprintf("bytes=%d-", from))
	}
	response, err := client.Do(request)
	if err != nil {
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		return nil, fmt.Errorf("%w: %w", errUnreachable, bare(err))
	}
	switch response.StatusCode {
	case http.StatusOK, http.StatusPartialContent, http.StatusRequestedRangeNotSatisfiable:
		return response, nil
	}
	defer response.Body.Close()
	_, _ = io.CopyN(io.Discard, response.Body, 4096) // so that the connection can be reused
	return nil, s.refusal(repo, response)
}

// bare removes the address, which may contain a signature, from an error.
func bare(err error) error {
	var withURL *url.Error
	if errors.As(err, &withURL) {
		return withURL.Err
	}
	return err
}

// errUnreachable marks a hub that does not answer.
var errUnreachable = errors.New("the hub can't be reached")

// refusal explains a response other than the file, and what to do about it.
func (s settings) refusal(repo Repo, response *http.Response) error {
	page := s.endpoint + repo.page()
	code := response.Header.Get("X-Error-Code")
	switch status := response.StatusCode; {
	case code == "GatedRepo" || status == http.StatusForbidden:
		return fmt.Errorf("the hub does not let you read %s (%d): accept its terms on %s, then sign in with `hf auth login` or set HF_TOKEN", repo.ID, status, page)
	case code == "RevisionNotFound":
		return fmt.Errorf("the %s %s has no revision %q (%d); the revisions are on %s", repo.noun(), repo.ID, repo.revision(), status, page)
	case status == http.StatusUnauthorized:
		return fmt.Errorf("the hub has no %s %s, or keeps it private (401): check the name on %s; for a private one sign in with `hf auth login` or set HF_TOKEN", repo.noun(), repo.ID, page)
	case status == http.StatusNotFound:
		return fmt.Errorf("the hub has no %s %s at revision %q (404): check the name on %s", repo.noun(), repo.ID, repo.revision(), page)
	case status == http.StatusTooManyRequests:
		return fmt.Errorf("the hub asks to wait (429; signing in with `hf auth login` raises its limits): %w", errTransient)
	case status == http.StatusRequestTimeout || status >= 500:
		return fmt.Errorf("the hub reports an internal error (%s): %w", response.Status, errTransient)
	default:
		return fmt.Errorf("the hub answers %s to %s", response.Status, page)
	}
}
