// Package exchange exchanges the names of two files, which the standard library can't.
package exchange

import "example.com/gonb-dpo/internal/disk"

// Names exchanges the names of two files or folders atomically. The error wraps [errors.ErrUnsupported] if the system or the
// file system can't do it.
func Names(a, b string) error {
	if err := disk.About(disk.Change{Op: "exchange", Path: b, From: a}); err != nil {
		return err
	}
	return exchange(a, b)
}
