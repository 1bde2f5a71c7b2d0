package hub

import (
	"context"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"io"
	"net/http"
	"path/filepath"
	"regexp"
	"strings"
	"time"

	"github.com/cenkalti/backoff/v5"
)

// maxListing bounds the size of a list of files, in bytes.
const maxListing = 256 << 20

// listing is the content of a repository at a revision.
type listing struct {
	commit string
	files  map[string]entry
}

// entry is the size and hash of a file.
type entry struct {
	size   int64
	hash   string // in hexadecimal; also the name of the content in the cache
	large  bool   // hash is the content's SHA-256, otherwise git's SHA-1
	unsafe bool   // its name points outside the folder
}

// hasher returns a new hash for a file's content: SHA-256 for large files, otherwise the SHA-1 of git blobs, which start
// with their length (https://git-scm.com/book/en/v2/Git-Internals-Git-Objects).
func (e entry) hasher() hash.Hash {
	if e.large {
		return sha256.New()
	}
	h := sha1.New()
	fmt.Fprintf(h, "blob %d\x00", e.size)
	return h
}

var (
	isCommit = regexp.MustCompile(`^[0-9a-f]{40}([0-9a-f]{24})?$`)
	isHash   = isCommit // git's SHA-1 or a SHA-256
)

// list asks the hub for the files of a repository.
func (s settings) list(ctx context.Context, repo Repo) (listing, error) {
	raw, err := s.getAll(ctx, repo)
	if err != nil {
		return listing{}, err
	}
	var answer struct {
		SHA      string `json:"sha"`
		Siblings []struct {
			Name   string `json:"rfilename"`
			Size   int64  `json:"size"`
			BlobID string `json:"blobId"`
			LFS    *struct {
				SHA256 string `json:"sha256"`
				Size   int64  `json:"size"`
			} `json:"lfs"`
		} `json:"siblings"`
	}
	if err := json.Unmarshal(raw, &answer); err != nil {
		return listing{}, fmt.Errorf("the hub's list of files can't be read (%w); is %s a hub?", err, s.endpoint)
	}
	if !isCommit.MatchString(answer.SHA) {
		return listing{}, fmt.Errorf("the hub's list of files names no commit; is %s a hub?", s.endpoint)
	}
	l := listing{commit: answer.SHA, files: map[string]entry{}}
	for _, file := range answer.Siblings {
		e := entry{size: file.Size, hash: file.BlobID}
		if file.LFS != nil {
			e = entry{size: file.LFS.Size, hash: file.LFS.SHA256, large: true}
		}
		e.unsafe = !filepath.IsLocal(file.Name) || strings.Contains(file.Name, `\`)
		l.files[file.Name] = e
	}
	return l, nil
}

// getAll downloads the list. It retries transient errors.
func (s settings) getAll(ctx context.Context, repo Repo) ([]byte, error) {
	const maxTries = 3
	raw, err := backoff.Retry(ctx, func() ([]byte, error) {
		raw, err := s.getOnce(ctx, repo)
		if err != nil && !errors.Is(err, errTransient) {
			err = backoff.Permanent(err)
		}
		return raw, err
	}, backoff.WithBackOff(newDelays()), backoff.WithMaxTries(maxTries), backoff.WithMaxElapsedTime(0))
	if err != nil && ctx.Err() != nil {
		return nil, ctx.Err()
	}
	return raw, err
}

func (s settings) getOnce(ctx context.Context, repo Repo) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, 2*time.Minute)
	defer cancel()
	response, err := s.get(ctx, repo, repo.listing(), 0)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("the hub answers %s to the request for its list of files", response.Status)
	}
	raw, err := io.ReadAll(io.LimitReader(response.Body, maxListing))
	if err != nil {
		return nil, fmt.Errorf("the connection was lost (%w): %w", err, errTransient)
	}
	return raw, nil
}
