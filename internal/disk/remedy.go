package disk

import (
	"errors"
	"syscall"
)

// remedies are what a user can do about errors of the system that say only what is wrong.
var remedies = []struct {
	is     syscall.Errno
	remedy string
}{
	{syscall.ENOSPC, "free some space there (df -h shows the space, df -i the number of files), or choose another place"},
	{syscall.EDQUOT, "your quota there is used up; remove something, or choose another place"},
	{syscall.EROFS, "choose a place that can be written to"},
	{syscall.EFBIG, "the limit for the size of a file is too low (ulimit -f), or the file system's is; choose another place"},
	{syscall.ENAMETOOLONG, "choose a shorter name"},
	{syscall.ENOTDIR, "a file is where a folder must be, so choose another place"},
	{syscall.EMFILE, "allow more open files (ulimit -n), or close other programs"},
	{syscall.ENFILE, "close other programs: the system has too many open files"},
	{syscall.EIO, "the disk or the network drive reports a fault; check it (dmesg), or choose another place"},
	{syscall.ESTALE, "the network drive was unmounted or changed meanwhile; mount it again, then run the command again"},
	{syscall.ELOOP, "a symbolic link there leads to itself; remove it, or choose another place"},
	{syscall.EACCES, "change its permissions (ls -l shows them), or choose another place"},
	{syscall.EPERM, "change its permissions or attributes (ls -l and lsattr show them), or choose another place"},
}

// Remedy returns what a user can do about an error of the system, or "" if the error says enough.
func Remedy(err error) string {
	for _, r := range remedies {
		if errors.Is(err, r.is) {
			return r.remedy
		}
	}
	return ""
}
