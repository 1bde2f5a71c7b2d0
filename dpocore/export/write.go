package export

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"example.com/gonb-dpo/dpocore/adapter"
	"example.com/gonb-dpo/dpocore/card"
	"example.com/gonb-dpo/internal/atomicfile"
	"example.com/gonb-dpo/internal/disk"
	"example.com/gonb-dpo/internal/sums"
)

// Write exports a model to the folder out, with the weights stored as source.DType. It reads the files back, compares
// them, calls check with the folder, and adds checksums. Only then does the folder appear as out, replacing an earlier
// export as a whole; on any error, including the end of the context, out is unchanged and nothing else is left on disk. A
// folder with any other content is an error.
func Write(ctx context.Context, format Format, out string, source adapter.Merged, model Model, check func(dir string) error) (err error) {
	failed := func(verb string, err error) error { return fmt.Errorf("%s the %s model: %w", verb, format.Name(), err) }
	if known := format.DTypes(); !slices.Contains(known, source.DType) {
		return failed("write", fmt.Errorf("the type %q is not one of %s", source.DType, strings.Join(known, ", ")))
	}
	place, err := target(out, format)
	if err != nil {
		return failed("write", err)
	}
	if err := disk.MkdirAll(filepath.Dir(place)); err != nil {
		return failed("write", err)
	}
	s, err := newWorkDir(place)
	if err != nil {
		return failed("write", err)
	}
	defer func() {
		if leaveErr := s.close(); leaveErr != nil && err == nil {
			err = failed("write", leaveErr)
		}
	}()
	if err := fill(ctx, format, s.dir, source, model); err != nil {
		return failed("write", err)
	}
	if err := card.WriteMerged(s.dir, filepath.Base(place), source.Folder); err != nil {
		return failed("write", err)
	}
	if err := format.CheckFiles(ctx, s.dir, model, source.DType); err != nil {
		return failed("check", err)
	}
	if err := check(s.dir); err != nil {
		return failed("check", err)
	}
	if err := seal(ctx, s, place); err != nil {
		return failed("write", err)
	}
	return nil
}

// fill writes the format's files to dir, and what they were made from.
func fill(ctx context.Context, format Format, dir string, source adapter.Merged, model Model) error {
	if err := format.WriteFiles(ctx, dir, model, source.DType); err != nil {
		return err
	}
	return atomicfile.WriteJSON(filepath.Join(dir, adapter.MergeFile), source)
}

// seal adds checksums to a finished folder and moves it to its place, unless the context has ended.
func seal(ctx context.Context, s workDir, place string) error {
	if err := sums.WriteAll(s.dir); err != nil {
		return err
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	return s.publish(place)
}
