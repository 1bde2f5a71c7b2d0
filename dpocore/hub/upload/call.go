package upload

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"

	"example.com/gonb-dpo/dpocore/hub/protocol"
)

// uploader waits longer for an answer than that of downloads: the hub answers a commit once it is made.
var uploader = protocol.NewClient(5 * time.Minute)

// maxAnswer bounds the size of an answer, in bytes.
const maxAnswer = 16 << 20

// What a refusal means for those who asked.
var (
	errForbidden = errors.New("not allowed")
	errChanged   = errors.New("not in the state that the request expects")
	errRefused   = errors.New("refused")
)

// callJSON posts a body to the hub's API, in as many attempts as it takes.
func (p *push) callJSON(ctx context.Context, path string, body, answer any) error {
	raw, err := json.Marshal(body)
	if err != nil {
		return err
	}
	return p.callAgain(ctx, p.settings.Endpoint+path, "application/json", raw, answer)
}

// callAgain is call in as many attempts as it takes.
func (p *push) callAgain(ctx context.Context, address, contentType string, body []byte, answer any) error {
	_, err := protocol.Again(ctx, func() (struct{}, error) {
		return struct{}{}, p.call(ctx, http.MethodPost, address, contentType, body, answer)
	})
	return err
}

// call sends a request and decodes its answer, unless answer is nil. Only the hub itself receives the token.
func (p *push) call(ctx context.Context, method, address, contentType string, body []byte, answer any) error {
	request, err := http.NewRequestWithContext(ctx, method, address, bytes.NewReader(body))
	if err != nil {
		return fmt.Errorf("the hub's address %q (HF_ENDPOINT), or one that it names, is not a URL: %w", p.settings.Endpoint, protocol.Bare(err))
	}
	request.Header.Set("User-Agent", "gonb-dpo")
	request.Header.Set("Content-Type", contentType)
	if contentType == lfsType {
		request.Header.Set("Accept", lfsType)
	}
	p.settings.Authorize(request)
	response, err := uploader.Do(request)
	if err != nil {
		return fmt.Errorf("%w: %w", protocol.ErrUnreachable, protocol.Bare(err))
	}
	defer response.Body.Close()
	raw, err := io.ReadAll(io.LimitReader(response.Body, maxAnswer))
	switch {
	case response.StatusCode/100 != 2:
		return p.refusal(response)
	case err != nil:
		return fmt.Errorf("the connection was lost (%w): %w", err, protocol.ErrTransient)
	case answer == nil:
		return nil
	}
	if err := json.Unmarshal(raw, answer); err != nil {
		return fmt.Errorf("the hub's answer can't be read (%w); is %s a hub?", err, p.settings.Endpoint)
	}
	return nil
}

// refusal explains a response other than success, and what to do about it.
func (p *push) refusal(response *http.Response) error {
	tokens := p.settings.Endpoint + "/settings/tokens"
	switch status := response.StatusCode; status {
	case http.StatusUnauthorized:
		return p.badToken()
	case http.StatusForbidden:
		return protocol.Mark(errForbidden, "the hub does not let you write to %s (403): it belongs to somebody else, or your token can only read; name a repository of yours, or set HF_TOKEN to a token with write access from %s", p.repo.ID, tokens)
	case http.StatusConflict, http.StatusPreconditionFailed:
		return protocol.Mark(errChanged, "the repository %s is not in the expected state (%d); run the same command again", p.repo.ID, status)
	}
	if err := protocol.Transient(response); err != nil {
		return err
	}
	reason := p.settings.Hidden(response.Header.Get("X-Error-Message"))
	if reason != "" {
		reason = ": " + reason
	}
	return protocol.Mark(errRefused, "the hub answers %s%s", response.Status, reason)
}

// badToken is the error of a token that the hub does not accept.
func (p *push) badToken() error {
	return protocol.Mark(protocol.ErrToken, "the hub does not accept your token (401); sign in again with `hf auth login`, or set HF_TOKEN to a token with write access from %s/settings/tokens", p.settings.Endpoint)
}
