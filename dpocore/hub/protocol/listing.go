package protocol

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

// Listing is the content of a repository at a revision.
type Listing struct {
	Commit  string
	Private bool // only those whom its owner lets see it
	Files   map[string]Entry
}

// Entry is the size and hash of a file.
type Entry struct {
	Size   int64
	Hash   string // in hexadecimal; also the name of the content in the cache
	Large  bool   // hash is the content's SHA-256, otherwise git's SHA-1
	Unsafe bool   // its name points outside the folder
}

// Hasher returns a new hash for a file's content: SHA-256 for large files, otherwise the SHA-1 of git blobs, which start
// with their length (https://git-scm.com/book/en/v2/Git-Internals-Git-Objects).
func (e Entry) Hasher() hash.Hash {
	if e.Large {
		return sha256.New()
	}
	h := sha1.New()
	fmt.Fprintf(h, "blob %d\x00", e.Size)
	return h
}

var (
	IsCommit = regexp.MustCompile(`^[0-9a-f]{40}([0-9a-f]{24})?$`)
	IsHash   = IsCommit // git's SHA-1 or a SHA-256
)

// List asks the hub for the files of a repository. It retries transient errors, but not a hub that can't be reached: there may be
// a cache.
func (s Settings) List(ctx context.Context, repo Repo) (Listing, error) {
	const maxTries = 3
	l, err := backoff.Retry(ctx, func() (Listing, error) {
		l, err := s.ListOnce(ctx, repo)
		if err != nil && !errors.Is(err, ErrTransient) {
			err = backoff.Permanent(err)
		}
		return l, err
	}, backoff.WithBackOff(NewDelays()), backoff.WithMaxTries(maxTries), backoff.WithMaxElapsedTime(0))
	if err != nil && ctx.Err() != nil {
		return Listing{}, ctx.Err()
	}
	return l, err
}

// ListOnce asks the hub for the files of a repository, once.
func (s Settings) ListOnce(ctx context.Context, repo Repo) (Listing, error) {
	raw, err := s.getListing(ctx, repo)
	if err != nil {
		return Listing{}, err
	}
	var answer struct {
		SHA      string `json:"sha"`
		Private  bool   `json:"private"`
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
		return Listing{}, fmt.Errorf("the hub's list of files can't be read (%w); is %s a hub?", err, s.Endpoint)
	}
	if !IsCommit.MatchString(answer.SHA) {
		return Listing{}, fmt.Errorf("the hub's list of files names no commit; is %s a hub?", s.Endpoint)
	}
	l := Listing{Commit: answer.SHA, Private: answer.Private, Files: map[string]Entry{}}
	for _, file := range answer.Siblings {
		e := Entry{Size: file.Size, Hash: file.BlobID}
		if file.LFS != nil {
			e = Entry{Size: file.LFS.Size, Hash: file.LFS.SHA256, Large: true}
		}
		e.Unsafe = !filepath.IsLocal(file.Name) || strings.Contains(file.Name, `\`)
		l.Files[file.Name] = e
	}
	return l, nil
}

func (s Settings) getListing(ctx context.Context, repo Repo) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, 2*time.Minute)
	defer cancel()
	response, err := s.Get(ctx, repo, repo.listing(), 0)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("the hub answers %s to the request for its list of files", response.Status)
	}
	raw, err := io.ReadAll(io.LimitReader(response.Body, maxListing))
	if err != nil {
		return nil, fmt.Errorf("the connection was lost (%w): %w", err, ErrTransient)
	}
	return raw, nil
}
