package upload

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/cenkalti/backoff/v5"

	"example.com/gonb-dpo/dpocore/hub/protocol"
)

// Upload is what [Push] sends.
type Upload struct {
	Files   []File
	Message string // of the commit
	Private bool   // the repository must be private; a new one is created so

	// Progress, if not nil, is called with a stage ("reading" or "sending") and the bytes of all files together: often, and from
	// one goroutine at a time.
	Progress func(stage string, done, total int64)
}

// File is a file of this machine and its name in the repository.
type File struct {
	Name, Path string
	Size       int64
}

// Pushed tells what [Push] did.
type Pushed struct {
	Commit  string // that has the files
	Page    string // address of the repository
	Changed []File // by the commit; none if the repository had all files
	Sent    int64  // bytes of content that were sent
	Created bool   // the repository is new
}

// ErrSignedOut is the error of those who have no token for the hub.
var ErrSignedOut = errors.New("nobody is signed in to the hub")

// push is an upload in progress.
type push struct {
	settings protocol.Settings
	repo     protocol.Repo
	upload   Upload
	files    []*pending
	meter    meter
	done     Pushed
}

// errAgain marks errors after which everything is compared and what is missing is sent again.
var errAgain = errors.New("push again")

// maxPushes is how often a push compares and sends before it is given up.
const maxPushes = 4

// Push sends files to the main branch of a model repository as one commit, and creates the repository if there is none. Files
// that the repository has are skipped, and so are contents that the hub has already. Until the commit the repository is
// unchanged, so an interrupted push leaves nothing half-done, and pushing again sends only what is missing.
func Push(ctx context.Context, repo protocol.Repo, upload Upload) (Pushed, error) {
	p, err := newPush(repo, upload)
	if err == nil {
		_, err = backoff.Retry(ctx, func() (struct{}, error) {
			err := p.attempt(ctx)
			if err != nil && !errors.Is(err, errAgain) {
				err = backoff.Permanent(err)
			}
			return struct{}{}, err
		}, backoff.WithBackOff(protocol.NewDelays()), backoff.WithMaxTries(maxPushes), backoff.WithMaxElapsedTime(0))
	}
	if err != nil && ctx.Err() != nil {
		err = ctx.Err()
	}
	if err != nil {
		return Pushed{}, fmt.Errorf("push to %s: %w", repo.ID, err)
	}
	return p.done, nil
}

// Preview is [Push] without sending or creating anything. Sent is the size of the changed files.
func Preview(ctx context.Context, repo protocol.Repo, upload Upload) (Pushed, error) {
	p, err := newPush(repo, upload)
	if err != nil {
		return Pushed{}, fmt.Errorf("push to %s: %w", repo.ID, err)
	}
	remote, err := p.list(ctx)
	p.done.Created = errors.Is(err, protocol.ErrNoRepo)
	if err == nil {
		err = p.checkPrivate(remote)
	}
	if err != nil && !p.done.Created {
		return Pushed{}, fmt.Errorf("push to %s: %w", repo.ID, err)
	}
	changed, err := p.compare(ctx, remote)
	for _, file := range changed {
		p.done.Changed = append(p.done.Changed, file.File)
		p.done.Sent += file.Size
	}
	return p.done, err
}

func newPush(repo protocol.Repo, upload Upload) (*push, error) {
	s := protocol.ReadSettings()
	_, ok := protocol.Parse(repo.Kind, repo.ID)
	switch {
	case !ok || repo.Revision != "":
		return nil, fmt.Errorf("%q is not the name of a repository; write owner/name, where owner is you or your organization on the hub", repo.String())
	case s.Offline:
		return nil, errors.New("HF_HUB_OFFLINE is set; unset it to send files to the hub")
	case !s.SignedIn():
		return nil, fmt.Errorf("%w; run `hf auth login`, or set HF_TOKEN to a token with write access from %s/settings/tokens", ErrSignedOut, s.Endpoint)
	}
	p := &push{settings: s, repo: repo, upload: upload, meter: meter{report: upload.Progress}}
	p.done.Page = s.Endpoint + repo.Page()
	for _, file := range upload.Files {
		p.files = append(p.files, &pending{File: file})
	}
	return p, nil
}

// attempt sends what the repository lacks at present.
func (p *push) attempt(ctx context.Context) error {
	remote, err := p.open(ctx)
	if err != nil {
		return err
	}
	if err := p.checkPrivate(remote); err != nil {
		return err
	}
	changed, err := p.compare(ctx, remote)
	if err != nil {
		return err
	}
	if len(changed) == 0 {
		p.done.Commit = remote.Commit
		return nil
	}
	if err := p.chooseModes(ctx, changed); err != nil {
		return err
	}
	p.meter.begin("sending", changed)
	for _, file := range changed {
		if !file.large {
			continue
		}
		if err := p.sendObject(ctx, file); err != nil {
			return fmt.Errorf("send %s: %w", file.Path, err)
		}
	}
	p.done.Changed = nil // an earlier attempt's, or this one's if only the answer to its commit is lost
	for _, file := range changed {
		p.done.Changed = append(p.done.Changed, file.File)
	}
	return p.commit(ctx, remote.Commit, changed)
}

// open lists the repository, which it creates if there is none.
func (p *push) open(ctx context.Context) (protocol.Listing, error) {
	remote, err := p.list(ctx)
	if !errors.Is(err, protocol.ErrNoRepo) {
		return remote, err
	}
	if err := p.create(ctx); err != nil {
		return protocol.Listing{}, err
	}
	p.done.Created = true
	return p.list(ctx)
}

func (p *push) list(ctx context.Context) (protocol.Listing, error) {
	remote, err := protocol.Again(ctx, func() (protocol.Listing, error) { return p.settings.ListOnce(ctx, p.repo) })
	if errors.Is(err, protocol.ErrToken) {
		err = p.badToken()
	}
	return remote, err
}

func (p *push) checkPrivate(remote protocol.Listing) error {
	if p.upload.Private && !remote.Private {
		return fmt.Errorf("the repository is public, so nothing was sent; make it private on %s/settings, or leave out --private", p.done.Page)
	}
	return nil
}

// compare returns the files that the repository lacks or has with another content.
func (p *push) compare(ctx context.Context, remote protocol.Listing) (changed []*pending, err error) {
	p.meter.begin("reading", p.files)
	for _, file := range p.files {
		if err := file.sum(ctx, p.meter.add); err != nil {
			return nil, err
		}
		e, exists := remote.Files[file.Name]
		if !exists || e.Hash != file.hash(e.Large) {
			changed = append(changed, file)
		}
	}
	return slices.Clip(changed), nil
}
