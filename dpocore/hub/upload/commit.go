package upload

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"example.com/gonb-dpo/dpocore/hub/protocol"
)

// The addresses and bodies of these requests are those of the hub's API (https://huggingface.co/docs/hub/api), as the package
// huggingface_hub uses it.

// create creates the repository. It is no error if there is one by now.
func (p *push) create(ctx context.Context) error {
	owner, name, _ := strings.Cut(p.repo.ID, "/")
	body := map[string]any{"type": p.repo.Noun(), "organization": owner, "name": name}
	if p.upload.Private {
		body["visibility"] = "private"
	}
	err := p.callJSON(ctx, "/api/repos/create", body, nil)
	if errors.Is(err, errChanged) {
		return nil
	}
	if errors.Is(err, errForbidden) {
		return fmt.Errorf("there is no repository %s yet, and you may not create it: %w", p.repo.ID, err)
	}
	return err
}

// chooseModes asks the hub which of the files it keeps as large ones.
func (p *push) chooseModes(ctx context.Context, files []*pending) error {
	type described struct {
		Path   string `json:"path"`
		Size   int64  `json:"size"`
		Sample []byte `json:"sample"`
	}
	var body struct {
		Files []described `json:"files"`
	}
	for _, file := range files {
		sample, err := file.sample()
		if err != nil {
			return err
		}
		body.Files = append(body.Files, described{file.Name, file.Size, sample})
	}
	var answer struct {
		Files []struct {
			Path         string `json:"path"`
			UploadMode   string `json:"uploadMode"`
			ShouldIgnore bool   `json:"shouldIgnore"`
		} `json:"files"`
	}
	if err := p.callJSON(ctx, p.repo.Action("preupload"), body, &answer); err != nil {
		return err
	}
	mode := map[string]string{}
	for _, file := range answer.Files {
		if file.ShouldIgnore {
			return fmt.Errorf("the .gitignore of %s excludes %s; change it on %s", p.repo.ID, file.Path, p.done.Page)
		}
		mode[file.Path] = file.UploadMode
	}
	for _, file := range files {
		switch mode[file.Name] {
		case "lfs":
			file.large = file.Size > 0 // the storage takes no empty objects
		case "regular":
			file.large = false
		default:
			return fmt.Errorf("the hub does not say how it keeps %s; is %s a hub?", file.Name, p.settings.Endpoint)
		}
	}
	return nil
}

// commit adds the files to the main branch, if that is still at a commit.
func (p *push) commit(ctx context.Context, parent string, files []*pending) error {
	body, err := p.operations(parent, files)
	if err != nil {
		return err
	}
	var answer struct {
		Commit string `json:"commitOid"`
	}
	err = p.call(ctx, http.MethodPost, p.settings.Endpoint+p.repo.Action("commit"), "application/x-ndjson", body, &answer)
	switch {
	case errors.Is(err, errChanged):
		return fmt.Errorf("the repository changed at the same time; run the same command again: %w", errAgain)
	case ctx.Err() == nil && protocol.Retryable(err): // it may have arrived
		return fmt.Errorf("%w: %w", err, errAgain)
	case err != nil:
		return err
	}
	for _, file := range files {
		if !file.large {
			p.done.Sent += file.Size
			p.meter.add(file.Size)
		}
	}
	p.done.Commit = answer.Commit
	return nil
}

// operations are the lines of a commit's body: a header, and a line for each file.
func (p *push) operations(parent string, files []*pending) ([]byte, error) {
	var body bytes.Buffer
	lines := json.NewEncoder(&body)
	line := func(key string, value map[string]any) error {
		return lines.Encode(map[string]any{"key": key, "value": value})
	}
	if err := line("header", map[string]any{"summary": p.upload.Message, "description": "", "parentCommit": parent}); err != nil {
		return nil, err
	}
	for _, file := range files {
		if file.large {
			if err := line("lfsFile", map[string]any{"path": file.Name, "algo": "sha256", "oid": file.sha256, "size": file.Size}); err != nil {
				return nil, err
			}
			continue
		}
		content, err := file.content()
		if err != nil {
			return nil, err
		}
		if err := line("file", map[string]any{"path": file.Name, "encoding": "base64", "content": content}); err != nil {
			return nil, err
		}
	}
	return body.Bytes(), nil
}
