// Package exchange is the one change to the disk that the standard library does not have.
package exchange

import "example.com/gonb-dpo/internal/disk"

// Names gives each of two files or folders the other's name, at once. [errors.ErrUnsupported] is the cause where the
// system or the file system has no such change.
func Names(a, b string) error {
	if err := disk.About(disk.Change{Op: "exchange", Path: b, From: a}); err != nil {
		return err
	}
	return exchange(a, b)
}
