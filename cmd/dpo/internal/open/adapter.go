package open

import (
	"context"
	"fmt"
	"os"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"example.com/gonb-dpo/cmd/dpo/internal/terminal"
	"example.com/gonb-dpo/dpocore/hub"
	"example.com/gonb-dpo/dpocore/share"
)

// adapterFlags name folders of adapters.
var adapterFlags = []string{"adapter", "against", "init-adapter"}

// Adapters replaces names of adapters on the hub among a command's flags by folders in the cache, to which it downloads them.
func Adapters(cmd *cobra.Command) error {
	for _, name := range adapterFlags {
		f := cmd.Flags().Lookup(name)
		if f == nil || !f.Changed {
			continue
		}
		if list, ok := f.Value.(pflag.SliceValue); ok {
			folders := list.GetSlice()
			for i := range folders {
				if err := fetchAdapter(cmd.Context(), &folders[i]); err != nil {
					return err
				}
			}
			if err := list.Replace(folders); err != nil {
				return err
			}
			continue
		}
		folder := f.Value.String()
		if err := fetchAdapter(cmd.Context(), &folder); err != nil {
			return err
		}
		if err := f.Value.(interface{ Replace(text string) error }).Replace(folder); err != nil {
			return err
		}
	}
	return nil
}

// fetchAdapter downloads an adapter and replaces its name by its folder, unless the name is one of a path: it exists, or the folder
// that it begins with does.
func fetchAdapter(ctx context.Context, name *string) error {
	repo, ok := hub.Parse(hub.Model, *name)
	if !ok {
		return nil
	}
	first, _, _ := strings.Cut(*name, "/")
	for _, path := range []string{*name, first} {
		if _, err := os.Stat(path); err == nil {
			return nil
		}
	}
	bar := terminal.NewBar(os.Stderr)
	defer bar.End()
	folder, err := share.Fetch(ctx, repo, bar.Download)
	if err != nil {
		return fmt.Errorf("there is no adapter folder %s, and it can't be had from the hub: %w", *name, err)
	}
	*name = folder
	return nil
}
